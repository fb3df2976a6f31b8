#pragma once

#include "reconcilers/expand.hpp"

namespace driftless::cloudflare {

/// DnsZone: the records of one zone, by name, type and value. All values of one name and type are
/// one resource, cloudflare.dns_record. What else is in the zone is left alone.
Expanded expand_dns_zone(const Expansion& with);

}  // namespace driftless::cloudflare
