#pragma once

#include <string>
#include <vector>

#include "config/desired_state.hpp"
#include "reconcilers/cloudflare/dns_types.hpp"

namespace driftless::cloudflare {

/// Which list call shows the records of a zone.
std::string collection_of(const std::string& zone);
/// The reverse; "" for another collection.
std::string zone_of(const std::string& collection);

/// "www.bnx.dev/A": all records of one name and type are one resource, as DNS itself has it.
std::string set_name(const std::string& name, std::string_view type);

/// What only one can hold: a CNAME stands alone among addresses. The first one is its place.
std::vector<std::string> claims_of(const std::string& name, std::string_view type);

/// Of what else this may be the successor, where git changed its type.
std::vector<std::string> earlier_types(std::string_view type);

/// In the one order that ids and values are told in.
void sort_values(std::vector<json>& values);

}  // namespace driftless::cloudflare
