#pragma once

#include <set>
#include <string>

#include "reconcilers/live.hpp"

namespace driftless {

/// What a run is asked for.
struct Order {
    std::string trigger;  ///< "start", "commit", "interval", "event", "person"
    Scope scope;
    std::set<ResourceKey> retry;  ///< `reconcile KEY`: failed or contended content is tried again
};

}  // namespace driftless
