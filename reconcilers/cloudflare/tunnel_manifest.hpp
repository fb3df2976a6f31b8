#pragma once

#include "reconcilers/expand.hpp"

namespace driftless::cloudflare {

/// Tunnel: a tunnel, its configuration, and a proxied CNAME for each of its hostnames, save where a
/// rule says `publish: false` because another record leads there: resources
/// cloudflare.tunnel, cloudflare.tunnel_config, cloudflare.dns_record. A hostname is published once
/// its rule is in force.
Expanded expand_tunnel(const Expansion& with);

}  // namespace driftless::cloudflare
