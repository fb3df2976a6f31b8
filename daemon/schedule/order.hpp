#pragma once

#include <map>
#include <set>
#include <string>

#include "providers/net/clock.hpp"
#include "reconcilers/live.hpp"

namespace driftless {

/// Something that failed, and when it is tried again.
struct Again {
    net::SteadyTime at;
    int failures = 0;  ///< in a row
    std::string why;   ///< of the last one
};

/// What a run is asked for.
struct Order {
    std::string trigger;  ///< "start", "commit", "interval", "event", "person"
    Scope scope;
    std::set<ResourceKey> retry;  ///< `reconcile KEY`: failed or contended content is tried again
    std::map<ResourceKey, Again> later{};  ///< what is not tried in this run
};

}  // namespace driftless
