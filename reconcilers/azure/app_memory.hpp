#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "reconcilers/reconciler.hpp"

namespace driftless::azure {

/// What is remembered of a container app over crashes, since nothing that Azure shows tells it.
/// It is noted before the call that it is about; where it is lost, less is done, and nothing wrong.
struct AppMemory {
    /// The app has git's template, made anew under another name than git's suffix: that one is
    /// taken.
    std::string lent_suffix;
    bool hands_over = false;  ///< traffic was kept back until the newest revision is ready
    std::string secrets;      ///< digest of those that were sent last, sealed
    bool restarts = false;    ///< replicas that run with the ones before are to be restarted
    std::string not_ended;    ///< a revision that failed, and that we may not deactivate
    std::string why_not_ended;

    bool operator==(const AppMemory&) const = default;
};

AppMemory memory_of(const Facts& facts, const ResourceKey& key);
/// Durable when it returns; asks nothing of the disk where nothing changed.
asio::awaitable<Result<void>> remember(Run& run, ResourceKey key, AppMemory memory);

}  // namespace driftless::azure
