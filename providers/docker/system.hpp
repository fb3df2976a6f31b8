#pragma once

#include <optional>
#include <string>
#include <vector>

#include "providers/docker/engine.hpp"

namespace driftless::docker {

/// An engine as it sees itself.
struct System {
    std::string version;                 ///< "20.10.24"
    std::optional<net::WallTime> clock;  ///< its time when it answered, to the second
    std::vector<std::string> warnings;   ///< its own, about its host
    // What a container gets that asks for nothing; empty where the engine doesn't tell.
    std::string host;            ///< the host's name
    std::string log_driver;      ///< "json-file"
    std::string runtime;         ///< "runc"
    std::string cgroup_version;  ///< "1", "2"
};

/// Changes nothing; safe to repeat. @return `unavailable`, `forbidden`: no right to its socket
/// https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemInfo
asio::awaitable<Result<System>> read_system(Engine& engine);

}  // namespace driftless::docker
