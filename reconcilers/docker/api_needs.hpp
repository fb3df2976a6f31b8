#pragma once

#include <optional>
#include <string>

#include "providers/docker/engine.hpp"
#include "reconcilers/plan.hpp"

namespace driftless::docker {

/// A field newer than the engine's API would be lost without a word: so it is refused.
/// @param api  as far as known: 0.0 refuses nothing
/// @return why an engine of `api` can't have a container as declared, with the way out; or nothing
std::string beyond_api(const Declared& container, ApiVersion api);

/// The same for a network.
std::string network_beyond_api(const Declared& network, ApiVersion api);

}  // namespace driftless::docker
