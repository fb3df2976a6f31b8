#pragma once

#include <chrono>
#include <string>

#include "providers/net/clock.hpp"

namespace driftless {

/// A run that ended, for people.
struct LastRun {
    std::string id;
    std::string trigger;
    net::WallTime began;
    std::chrono::microseconds took{0};
    std::size_t changes = 0;
    bool converged = false;
    std::string error;  ///< empty when it went well
};

}  // namespace driftless
