#pragma once

#include "reconcilers/expand.hpp"

namespace driftless::cloudflare {

/// Tunnel: a tunnel, its configuration, and a proxied CNAME for each of its hostnames: resources
/// cloudflare.tunnel, cloudflare.tunnel_config, cloudflare.dns_record. A hostname is published once
/// its rule is in force.
Expanded expand_tunnel(const Expansion& with);

}  // namespace driftless::cloudflare
