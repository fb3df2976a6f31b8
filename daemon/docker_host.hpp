#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "providers/net/clock.hpp"
#include "providers/net/http.hpp"

namespace driftless {

/// Where a local engine's socket may be, likeliest first: `DOCKER_HOST` when it is a Unix socket,
/// then those of Engine, Docker Desktop, OrbStack and Colima.
std::vector<std::string> docker_sockets(const std::map<std::string, std::string>& environment);

/// The transport to the engine of a Docker target.
/// @param host  "auto": the first socket of `docker_sockets` that is there, looked for anew when it
///              is gone; or "unix:///path"
std::unique_ptr<net::HttpTransport> make_docker_transport(
    const std::string& host, const std::map<std::string, std::string>& environment,
    const net::asio::any_io_executor& executor, net::Clock& clock);

/// The id of the container that this process runs in; empty when it runs in none.
std::string own_container();

}  // namespace driftless
