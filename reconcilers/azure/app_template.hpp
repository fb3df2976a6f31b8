#pragma once

#include <string>

#include "config/base/vault.hpp"
#include "reconcilers/azure/type_book.hpp"

namespace driftless::azure {

using json = nlohmann::json;

/// What a revision of a container app is made of: all below `properties.template`, and nothing
/// else. Ingress, traffic, secrets, registries, identity and tags are the app's own, and change
/// without one.
inline constexpr const char* template_path = "/properties/template";

/// Would sending `want` make a new revision of the app that looks like `have`?
/// @param want, have  specs, in one form; both opened, or both sealed
bool makes_revision(const KnownType& type, const json& want, const json& have);

/// The suffix that git names for its revision; "" where Azure chooses.
std::string suffix_of(const json& body);
/// "api--v2": how the revision of that suffix is called. @param id  of the app
std::string revision_named(const std::string& id, const std::string& suffix);

/// Is that revision made of what `want` (sealed) says, as far as both tell? Names of secrets apart:
/// Azure rewrites them.
bool is_made_of(const KnownType& type, const json& want, const json& revision_template,
                const Vault& vault);

/// `live` with the suffix that its content would have, if another revision didn't have that name.
void lend_suffix(const std::string& lent, json& live);

}  // namespace driftless::azure
