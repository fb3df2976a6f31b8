#pragma once

#include <map>
#include <optional>
#include <string>

#include "providers/docker/containers.hpp"
#include "providers/docker/images.hpp"
#include "providers/docker/networks.hpp"
#include "providers/docker/volumes.hpp"
#include "providers/net/blocking.hpp"
#include "reconcilers/docker/container_cache.hpp"
#include "reconcilers/docker/image_defaults.hpp"

namespace driftless::docker {

/// What the three kinds of one engine share.
struct EngineAccess {
    Engine engine;
    Containers containers{engine};
    Images images{engine};
    Networks networks{engine};
    Volumes volumes{engine};
    std::string target;
    std::string installation;
    std::map<std::string, RegistryLogin> logins;
    std::string self;
    std::size_t width;
    net::Clock& clock;
    net::Lane& lane;
    /// Whole answers of the looks right before a step, by id; each is taken once.
    std::map<std::string, json> just_seen = {};
    ContainerCache cache = {};
    ImageCache image_defaults = {};
    std::map<std::string, std::string> image_ids =
        {};  ///< by the text that names them, as last seen
};

}  // namespace driftless::docker
