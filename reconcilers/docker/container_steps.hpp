#pragma once

#include "reconcilers/docker/engine_access.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless::docker {

/// One action on a container, and all that it is carried out with.
struct ContainerChange {
    EngineAccess& access;
    Run& run;
    const Action& action;
};

// The verbs. Each does what can be done now, from what is there; all are safe to repeat.
asio::awaitable<Result<Done>> create_container(ContainerChange change);
asio::awaitable<Result<Done>> update_container(ContainerChange change);
asio::awaitable<Result<Done>> replace_container(ContainerChange change);
asio::awaitable<Result<Done>> finish_container(ContainerChange change);
asio::awaitable<Result<Done>> remove_container(ContainerChange change);

/// Volumes that the engine named, by the target that they are mounted at: passed on at a
/// replacement.
using PassedOn = std::map<std::string, std::string>;

/// Creates and starts the declared container. @return its id; it may be left created, not started:
/// the error says so, and the next look sees it.
asio::awaitable<Result<std::string>> make_container(ContainerChange change, PassedOn passed_on);

/// Files and networks that a created container still lacks, then its start.
asio::awaitable<Result<void>> start_made(ContainerChange change, std::string id);

/// Stops it as long as it takes, and gives it its kept name; safe to repeat.
asio::awaitable<Result<void>> set_aside(EngineAccess& access, json container);

/// Name, restart policy and process of a kept one, as they were.
asio::awaitable<Result<void>> bring_back(ContainerChange change, json container);

/// The volumes to pass on from one container to its successor.
PassedOn volumes_to_pass_on(const json& container, const ImageDefaults& image, const json& want);

}  // namespace driftless::docker
