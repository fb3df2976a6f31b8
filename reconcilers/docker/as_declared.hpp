#pragma once

#include <map>
#include <string>

#include "providers/docker/system.hpp"
#include "reconcilers/docker/image_defaults.hpp"

namespace driftless::docker {

/// A live container, with all that its spec is told from.
struct Seen {
    const json& container;  ///< the engine's whole answer
    const ImageDefaults& image;
    const System& engine;
    const std::map<std::string, std::string>& names;  ///< of all containers, by id
};

/// The spec that a service would have of which such a container comes: as `normalise` gives it,
/// less what image and engine would add by themselves. So a service that says this, and nothing
/// else, is found equal to the container.
json as_declared(const Seen& seen);

/// What a container has and no key of a compose file can say here: "HostConfig.Links". Empty: there
/// is no such thing.
std::string beyond_words(const json& container);

}  // namespace driftless::docker
