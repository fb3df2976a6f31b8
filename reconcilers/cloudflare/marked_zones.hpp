#pragma once

#include <set>
#include <string>

#include "reconcilers/cloudflare/account_access.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless::cloudflare {

/// Zones with records of ours that neither git nor the inventory knows of: the database was lost,
/// and a manifest with it. What a search found stays known until nothing of ours is there.
class MarkedZones {
public:
    explicit MarkedZones(AccountAccess& access) : access_(access) {}

    /// Names of what was found.
    [[nodiscard]] static std::set<std::string> known(const Facts& facts);
    /// Looks into every zone that is not in `others`, once for each database: one call a zone.
    asio::awaitable<void> search(Run& run, std::set<std::string> others);
    /// What a look at a zone saw of ours.
    void saw(const std::string& zone, bool any) {
        if (any) empty_.erase(zone);
        if (!any) empty_.insert(zone);
    }

private:
    asio::awaitable<Result<std::set<std::string>>> found(std::set<std::string> others);
    asio::awaitable<void> remember(Run& run, std::set<std::string> zones);

    AccountAccess& access_;
    bool asked_ = false;           ///< since the daemon's start, also where it was refused
    std::set<std::string> empty_;  ///< nothing of ours is there any more
};

}  // namespace driftless::cloudflare
