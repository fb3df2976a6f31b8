#pragma once

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "daemon/cli/key_lookup.hpp"
#include "daemon/cli/machine.hpp"
#include "providers/net/http.hpp"

namespace driftless::cli {

using json = nlohmann::json;

/// The daemon, as a command talks to it: over its Unix socket.
class Endpoint {
public:
    Endpoint(const Settings& settings, Machine& machine);
    explicit Endpoint(std::unique_ptr<net::HttpTransport> transport);

    /// @param path  "/api/v1/status" @return `unavailable` when no daemon runs; else what it
    /// answered
    asio::awaitable<Result<json>> get(std::string path);
    asio::awaitable<Result<json>> post(std::string path, json body);
    /// The resources that `text` means (key_lookup.hpp).
    asio::awaitable<Result<std::vector<ResourceKey>>> resolve(std::string text);
    asio::awaitable<Result<std::vector<Candidate>>> candidates();

private:
    asio::awaitable<Result<json>> send(net::Request request);

    std::string socket_;
    std::unique_ptr<net::HttpTransport> transport_;
};

/// Those of a list of /api/v1, whose objects have a key's parts and an origin.
std::vector<Candidate> candidates_in(const json& resources);

/// The settings' daemon. @param config  path of driftless.yaml, or empty
Result<Endpoint> endpoint_of(const std::string& config, Machine& machine);

/// Prints the error and gives the exit code for it.
int fail(Machine& machine, const Error& error);

}  // namespace driftless::cli
