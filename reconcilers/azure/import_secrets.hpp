#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/base/secret.hpp"
#include "config/desired_state.hpp"
#include "reconcilers/azure/types.hpp"

namespace driftless::azure {

/// A place in a body where a manifest refers to a secret.
struct SecretPlace {
    std::string at;               ///< pointer into the body
    std::string name;             ///< "db", "password": the resource's own name goes before it
    std::string what;             ///< for people: "the value of its secret db"
    std::optional<Secret> value;  ///< where Azure shows it
};

/// What a manifest of such a body refers to: passwords and keys that no answer shows, but that it
/// takes to make the resource anew or to change it; and texts that anybody may read who may read
/// the resource, but that git had better not hold: connection strings, variables of a container
/// whose name says so.
/// @param plain  names of variables that are no secrets, whatever they look like
std::vector<SecretPlace> secret_places(const TypeRow& row, const json& body,
                                       const std::set<std::string>& plain);

}  // namespace driftless::azure
