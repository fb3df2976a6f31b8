#pragma once

#include <map>
#include <memory>
#include <string>

#include "providers/docker/images.hpp"
#include "providers/net/blocking.hpp"
#include "providers/net/http.hpp"
#include "reconcilers/target.hpp"

namespace driftless::docker {

/// What a Docker target is made of.
struct EngineParts {
    std::string target;  ///< its name in the settings
    std::string installation;
    std::unique_ptr<net::HttpTransport> transport;
    std::map<std::string, RegistryLogin> logins;  ///< by registry: "ghcr.io"
    std::string
        self;  ///< id of the container that we run in, or its first 12 letters; may be empty
    std::size_t width = 8;  ///< requests side by side
};

/// One engine: containers, networks and volumes. Outlived by `clock` and `lane`.
/// @param lane  for reads of a commit's files, which block
std::unique_ptr<Target> make_engine_target(EngineParts parts, net::Clock& clock, net::Lane& lane);

}  // namespace driftless::docker
