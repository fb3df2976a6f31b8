#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"

namespace driftless::azure {

/// The id of a role definition, of a well-known role's name ("AcrPull"), a GUID, or an id.
/// @return `invalid` with the nearest known name
Result<std::string> role_id(std::string_view role, const std::string& subscription);
/// The names that `role_id` knows.
std::vector<std::string> known_roles();

/// A UUID of version 5 (RFC 4122, 4.3): always the same for the same name.
/// @param space  another UUID
std::string uuid_of_name(std::string_view space, std::string_view name);
/// Is it 8-4-4-4-12 hexadecimal digits?
bool is_uuid(std::string_view text);

/// The name of an assignment that names none: one for each scope, role and principal. Folded ids.
std::string assignment_name(std::string_view scope, std::string_view role,
                            std::string_view principal);

inline constexpr std::string_view assignment_type = "Microsoft.Authorization/roleAssignments";
/// What there can be once, whatever an assignment's name is: which role who has where, folded.
/// "" of what is no assignment.
std::string given_role(std::string_view id, const nlohmann::json& body);

}  // namespace driftless::azure
