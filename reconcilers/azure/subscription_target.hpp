#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "providers/azure/arm.hpp"
#include "providers/net/clock.hpp"
#include "reconcilers/target.hpp"

namespace driftless::azure {

/// What an Azure target is made of.
struct SubscriptionParts {
    std::string target;  ///< its name in the settings
    std::string installation;
    std::string subscription;
    std::vector<std::string> groups;  ///< that manifests may name
    std::string who;       ///< we are there, for people: "the managed identity of this machine"
    std::string endpoint;  ///< "https://management.azure.com"
    std::unique_ptr<Tokens> tokens;
    TargetSettings settings = {};  ///< for an import: its manifests are read by them
    std::unique_ptr<net::HttpTransport> transport;  ///< to the endpoint, at the identity's pace
};

/// One subscription, with its kinds. Outlived by `clock`.
std::unique_ptr<Target> make_subscription_target(SubscriptionParts parts, net::Clock& clock);

}  // namespace driftless::azure
