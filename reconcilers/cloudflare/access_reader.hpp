#pragma once

#include <string>

#include "config/reading.hpp"
#include "providers/cloudflare/access.hpp"
#include "reconcilers/expand.hpp"

namespace driftless::cloudflare {

/// The resource of a manifest of Access: its key, its earlier ones, origin and collection.
Declared access_resource(AccessSort sort, const Expansion& with);

/// `name`: what it is called there. @return left out: `otherwise`
std::string read_access_name(MapReader& reader, const std::string& otherwise);

/// The plain fields that git names, in their one form; what has another type than the API's is a
/// finding.
void read_plain_fields(MapReader& reader, AccessSort sort, json& spec);

}  // namespace driftless::cloudflare
