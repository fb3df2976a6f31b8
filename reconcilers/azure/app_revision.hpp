#pragma once

#include <string>

#include "providers/azure/container_apps.hpp"
#include "providers/net/clock.hpp"

namespace driftless::azure {

/// How far the newest revision of a container app is. "Succeeded" of the app itself says nothing of
/// it: the old one may serve on while the new one never starts.
struct RevisionState {
    enum class Is { ready, starting, failed, inactive } is = Is::ready;
    std::string told;       ///< "revision api--0000002 is Activating"
    std::string next = {};  ///< where it failed: what a person does about it

    /// One sentence. @param azure_says  of its operation; may be ""
    [[nodiscard]] std::string sentence(const std::string& azure_says = "") const;
};

/// @param created_ago  since it was made
RevisionState judged(const Revision& revision, std::chrono::seconds created_ago);

/// The newest revision that a live body names; "" where it is the one that serves.
std::string newest_unready(const json& app);

/// Reads it, and where it fails, what its replicas say. @return as Arm::send
asio::awaitable<Result<RevisionState>> state_of_revision(Arm& arm, const net::Clock& clock,
                                                         std::string app, std::string revision,
                                                         std::string api_version);

}  // namespace driftless::azure
