#pragma once

#include "reconcilers/docker/container_groups.hpp"
#include "reconcilers/docker/engine_access.hpp"
#include "reconcilers/reconciler.hpp"
#include "reconcilers/seals.hpp"

namespace driftless::docker {

/// Reads the containers of an engine: one list; a look at each that changed, side by side.
asio::awaitable<Reads> observe_containers(EngineAccess& access, Run& run, Scope scope);

/// What the image of a container gives it; read once for each image id. Where the image is gone,
/// what the container itself holds, so that nothing of it counts as drift.
asio::awaitable<Result<ImageDefaults>> defaults_of(EngineAccess& access, const json& container);

/// Since when a removed container is kept: as the journal notes it, else by the container itself.
net::WallTime kept_since(const Run& run, const ResourceKey& key, const json& container);

/// Differences between a sealed spec and a normalised container, as the planner sees them.
std::vector<FieldChange> differences(const SealedSpec& want, const json& have, const Vault& vault);

/// Files and folders of the commit that others brought, by a bind of the host or put in: the same
/// bytes there are what is declared.
/// @return `have` in that form; an error says that they could not be read, and nothing of them
asio::awaitable<Result<json>> with_same_bytes(EngineAccess& access, Run& run,
                                              const SealedSpec& want, std::string id, json have);

}  // namespace driftless::docker
