#pragma once

#include <string>

#include "reconcilers/azure/group_reader.hpp"

namespace driftless::azure {

/// Why an import leaves something to others.
struct NotOurs {
    std::string why;        ///< "" where it doesn't
    bool silently = false;  ///< it is the service's own, and nobody would miss it
};

NotOurs not_ours(const LiveThing& thing, const std::string& installation);

}  // namespace driftless::azure
