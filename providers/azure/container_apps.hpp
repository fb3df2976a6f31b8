#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "providers/azure/arm.hpp"

namespace driftless::azure {

/// One revision of a container app, in Azure's words.
struct Revision {
    std::string name;
    bool active = false;
    std::string provisioning;  ///< "Provisioning", "Provisioned", "Failed", …
    std::string running;     ///< "Activating", "Running", "ScaledToZero", "Degraded", "Failed", …
    std::string health;      ///< "None", "Healthy", "Unhealthy"
    std::string error = {};  ///< why it could not be provisioned
    std::string created = {};  ///< "2026-11-01T10:18:13+00:00"
    std::string details = {};  ///< what is behind `running`
    json body_template = {};   ///< what it was made of
};

/// A container of one replica.
struct ReplicaContainer {
    std::string name;
    bool ready = false;
    std::string running;  ///< "Running", "Waiting", "Terminated"
    std::string details;  ///< "ErrImagePull: not found"
    int restarts = 0;
};
struct Replica {
    std::string name;
    std::string created;
    std::vector<ReplicaContainer> containers;  ///< those that start it up as well
};

/// One run of a job.
struct Execution {
    std::string name;
    std::string status;  ///< "Running", "Succeeded", "Failed", "Stopped", "Degraded", …
    std::string started;
    std::string ended;  ///< "" while it runs
};

/// What a container app, or a job, has beside its own body. Ids are those of the app or the job.
/// https://learn.microsoft.com/rest/api/resource-manager/containerapps/container-apps-revisions
class ContainerApps {
public:
    ContainerApps(Arm& arm, std::string api_version)
        : arm_(arm), api_version_(std::move(api_version)) {}

    // These change nothing. @return `not_found`; else as Arm::send
    asio::awaitable<Result<Revision>> revision(std::string app, std::string name);
    /// All of them, those that don't run any more as well.
    asio::awaitable<Result<std::vector<Revision>>> revisions(std::string app);
    asio::awaitable<Result<std::vector<Replica>>> replicas(std::string app, std::string revision);
    asio::awaitable<Result<std::vector<Execution>>> executions(std::string job);

    /// Restarts its replicas, so that they read their secrets anew. Safe to repeat.
    asio::awaitable<Result<void>> restart(std::string app, std::string revision);
    /// Ends its replicas; it gets no traffic any more. Safe to repeat.
    asio::awaitable<Result<void>> deactivate(std::string app, std::string revision);

private:
    [[nodiscard]] Call call(net::Method method, const std::string& path) const;
    asio::awaitable<Result<void>> post(std::string path);

    Arm& arm_;
    std::string api_version_;
};

}  // namespace driftless::azure
