#pragma once

#include <string>
#include <vector>

#include "config/desired_state.hpp"
#include "reconcilers/azure/types.hpp"

namespace driftless::azure {

/// Words by which others of the target stand on a resource: "id ID", "type TYPE", and of a role
/// assignment "role of ManagedIdentity/NAME" of the identity that has the role. Ids and types are
/// in lower case.
std::vector<std::string> words_offered(const TypeRow& row, const json& spec);
/// What a resource stands on: its group, parents and scope; every resource that its body names by
/// an id, and what those stand below; types that go before its own; and the roles of the identities
/// that it has.
std::vector<std::string> words_needed(const TypeRow& row, const json& spec);

}  // namespace driftless::azure
