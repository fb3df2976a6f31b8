#pragma once

#include "reconcilers/azure/app_memory.hpp"
#include "reconcilers/azure/subscription_access.hpp"

namespace driftless::azure {

/// What is special about changing a container app that is there: which of its revisions serves.
///
/// Where revisions share the traffic, it stays where it is until the newest one is ready; then it
/// goes where git says. A revision that failed is ended when another takes its place.
class AppChange {
public:
    AppChange(SubscriptionAccess& access, Run& run, const Action& action)
        : access_(access), run_(run), action_(action) {}

    /// The spec to be sent instead of `spec`. What the time after it needs to know is noted; a
    /// failed revision that serves nobody is deactivated.
    /// @param spec  opened
    /// @param live  the body, as it was read right before
    /// @return as Arm::send; `unavailable`: it could not be noted
    asio::awaitable<Result<json>> prepared(json spec, json live);

private:
    /// The revision that is the newest after this change.
    struct Newest {
        bool to_be_made = false;
        bool ready = false;
    };
    void share_traffic(json& spec, const json& live, Newest is, AppMemory& memory);
    asio::awaitable<bool> newest_is_ready(const json& live);
    asio::awaitable<Result<void>> name_revision(json& spec, const json& live, AppMemory& memory);
    asio::awaitable<Result<void>> end_failed(const json& live, AppMemory memory);
    void note_secrets(bool makes_one, AppMemory& memory);

    SubscriptionAccess& access_;
    Run& run_;
    const Action& action_;
    bool newest_failed_ = false;
};

/// Gives the replicas of an app that run with the secrets of before the new ones: each revision
/// whose replicas are older than the app's last change is restarted; one that was restarted
/// already, or sleeps, is not. @return as Arm::send
asio::awaitable<Result<void>> restart_old_replicas(Arm& arm, std::string app,
                                                   std::string api_version);

}  // namespace driftless::azure
