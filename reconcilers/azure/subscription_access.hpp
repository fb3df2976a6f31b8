#pragma once

#include <string>

#include "providers/azure/arm.hpp"
#include "providers/net/clock.hpp"
#include "reconcilers/azure/type_book.hpp"

namespace driftless::azure {

/// What all that looks at one subscription shares.
struct SubscriptionAccess {
    Arm& arm;
    std::string target;  ///< its name in the settings
    std::string installation;
    net::Clock& clock;
    TypeBook types = {};
};

}  // namespace driftless::azure
