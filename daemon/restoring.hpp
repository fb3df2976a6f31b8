#pragma once

#include <set>
#include <vector>

#include "daemon/schedule/status.hpp"
#include "daemon/store/store.hpp"

namespace driftless {

/// What one target has lost and still has, for a person who wants something back.
struct Losses {
    std::vector<Removed> removed;  ///< the latest first
    Inventory inventory;
    std::set<ResourceKey> declared;  ///< by git, now
};

/// All that can be restored, the latest first: what was removed and is not there again, and what is
/// kept for its grace.
std::vector<Restorable> restorable(const Losses& losses, const TargetStatus& status,
                                   std::chrono::seconds grace);

/// What has to come back for `key`: itself, and all it needs that git does not declare.
/// @return `not_found`: it is not among `restorable`
Result<std::vector<Restore>> restores_for(const ResourceKey& key, const Losses& losses,
                                          const std::vector<Restorable>& restorable);

}  // namespace driftless
