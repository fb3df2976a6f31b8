#pragma once

#include "reconcilers/docker/engine_access.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless::docker {

/// Brings the images of a step's actions here, each once, before anything is stopped. Nothing that
/// runs is changed. One result for each action.
asio::awaitable<Results> pull_images(EngineAccess& access, Run& run, Step step);

}  // namespace driftless::docker
