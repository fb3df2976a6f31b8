#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "providers/docker/containers.hpp"
#include "providers/docker/images.hpp"
#include "providers/docker/networks.hpp"
#include "providers/docker/volumes.hpp"
#include "providers/net/blocking.hpp"
#include "providers/net/turns.hpp"
#include "reconcilers/docker/container_cache.hpp"
#include "reconcilers/docker/create_request.hpp"
#include "reconcilers/docker/image_defaults.hpp"
#include "reconcilers/docker/registries.hpp"
#include "reconcilers/live.hpp"

namespace driftless::docker {

/// What is known of the tags that git says to follow (tags.hpp).
struct TagsInUse {
    struct Trouble {
        Error error;
        net::SteadyTime again;  ///< not asked again before
    };
    std::map<std::string, Trouble> troubles = {};  ///< by normal reference: the last look failed
    /// The desired state with the digests put in, for the next run of the same.
    struct Resolved {
        Complete<DesiredState> from;
        std::map<std::string, std::string> digests;
        Complete<DesiredState> made;
    };
    std::optional<Resolved> resolved = std::nullopt;
};

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
    std::map<std::string, ImageHere> images_here = {};  ///< by `image_key`, as last seen
    TagsInUse tags = {};
    Registries registries = {};
    /// Volumes of ours that are being filled; those who need one share the turns, the last one
    /// takes them away.
    std::map<std::string, std::weak_ptr<net::Turns>> filling = {};
};

}  // namespace driftless::docker
