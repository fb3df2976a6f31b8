#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "config/base/error.hpp"

namespace driftless::cloudflare {

using json = nlohmann::json;

/// What an application protects, of three views that the API has of it the one that we keep:
/// `destinations`, or what they were made from.
json destinations_of(const json& shown);

/// The one form of a destination: the host of a public one in small letters, without what is null
/// or empty.
json canonical_destination(const json& destination);

/// "wiki.bnx.dev/admin" as the API has it.
/// @return `invalid`: no destination can look like that
Result<std::string> canonical_uri(const std::string& text);

/// The `uri` of each public one.
std::vector<std::string> public_uris(const json& destinations);

/// What stands before the path.
std::string host_of(const std::string& uri);

}  // namespace driftless::cloudflare
