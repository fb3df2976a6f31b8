#pragma once

#include "config/settings.hpp"
#include "reconcilers/azure/subscription_access.hpp"
#include "reconcilers/imported.hpp"

namespace driftless::azure {

/// What is live in the groups that the target names, as manifests whose first plan adopts it all:
/// one for each resource. Changes nothing.
/// @param settings  of the target
asio::awaitable<Result<Imported>> import_subscription(SubscriptionAccess& access,
                                                      TargetSettings settings, ImportWish wish);

}  // namespace driftless::azure
