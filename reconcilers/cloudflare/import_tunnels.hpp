#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "providers/cloudflare/tunnels.hpp"
#include "reconcilers/cloudflare/import_records.hpp"

namespace driftless::cloudflare {

struct LiveTunnel {
    Tunnel tunnel;
    std::optional<TunnelConfig> config;  ///< none: nobody ever configured it
};

/// Writes down each tunnel that a manifest `Tunnel` can declare just as it is; a hostname without a
/// record of its own is not published. All others are left out, with the reason, and their records
/// are the zone's.
/// @return the names of the records that these manifests declare
std::set<std::string> import_tunnels(const std::vector<LiveTunnel>& tunnels,
                                     const std::vector<LiveZone>& zones, const ImportView& view,
                                     Imported& made);

}  // namespace driftless::cloudflare
