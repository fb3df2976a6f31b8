#pragma once

#include "reconcilers/docker/engine_access.hpp"
#include "reconcilers/imported.hpp"

namespace driftless::docker {

/// Reads all containers, networks and volumes of an engine, and writes each Compose project down as
/// a ComposeProject. Changes nothing.
/// @return the first read that failed: then nothing is known
asio::awaitable<Result<Imported>> import_engine(EngineAccess& access, ImportWish wish);

}  // namespace driftless::docker
