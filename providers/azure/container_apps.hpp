#pragma once

#include <string>

#include "providers/azure/arm.hpp"

namespace driftless::azure {

/// One revision of a container app, in Azure's words.
struct Revision {
    std::string name;
    bool active = false;
    std::string provisioning;  ///< "Provisioning", "Provisioned", "Failed", …
    std::string running;  ///< "Activating", "Running", "ScaledToZero", "Degraded", "Failed", …
    std::string health;   ///< "None", "Healthy", "Unhealthy"
    std::string error;    ///< why it could not be provisioned
    std::string created;  ///< "2026-11-01T10:18:13+00:00"
};

/// What a container app has beside its own body.
/// https://learn.microsoft.com/rest/api/resource-manager/containerapps/container-apps-revisions
class ContainerApps {
public:
    ContainerApps(Arm& arm, std::string api_version)
        : arm_(arm), api_version_(std::move(api_version)) {}

    /// Changes nothing; safe to repeat. @return `not_found`; else as Arm::send
    asio::awaitable<Result<Revision>> revision(std::string app, std::string name);
    /// What keeps its replicas from being ready: "container api: waiting: ImagePullBackOff,
    /// restarted 4 times". "" where nothing does, or there are none. Changes nothing.
    asio::awaitable<Result<std::string>> trouble_of(std::string app, std::string revision);
    /// Restarts its replicas, so that they read their secrets anew. Safe to repeat.
    asio::awaitable<Result<void>> restart(std::string app, std::string revision);

private:
    [[nodiscard]] Call call(net::Method method, const std::string& path) const;

    Arm& arm_;
    std::string api_version_;
};

}  // namespace driftless::azure
