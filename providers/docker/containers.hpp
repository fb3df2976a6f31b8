#pragma once

#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "providers/docker/container_list.hpp"
#include "providers/docker/engine.hpp"

namespace driftless::docker {

using json = nlohmann::json;

/// The calls that concern containers. Each changes at most one; which are safe to repeat is said.
class Containers {
public:
    explicit Containers(Engine& engine) : engine_(engine) {}

    /// All, running or not. One request.
    /// https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Container/operation/ContainerList
    asio::awaitable<Result<std::vector<ContainerSummary>>> list();
    /// The engine's whole answer. Safe to repeat. @return `not_found`
    /// #operation/ContainerInspect
    asio::awaitable<Result<json>> inspect(std::string id);
    /// @param warnings  what the engine left out or found odd; may be nullptr
    /// @param body  of the create request @return the id; `not_found`: the image is not here;
    ///              `conflict`: the name is taken. Repeating makes no second one of the same name.
    /// #operation/ContainerCreate
    asio::awaitable<Result<std::string>> create(std::string name, std::string platform, json body,
                                                std::vector<std::string>* warnings = nullptr);
    asio::awaitable<Result<void>> start(std::string id);  ///< safe to repeat
    /// Blocks until it stopped. Safe to repeat. @param grace  before SIGKILL
    asio::awaitable<Result<void>> stop(std::string id, std::chrono::seconds grace);
    asio::awaitable<Result<void>> rename(std::string id, std::string name);
    /// Live change: restart policy, limits. Safe to repeat.
    asio::awaitable<Result<void>> update(std::string id, json body);
    /// Removes it; anonymous volumes stay. A missing one is success. @param force  kills it first
    asio::awaitable<Result<void>> remove(std::string id, bool force);
    /// Removes it with its anonymous volumes: for one that never started.
    asio::awaitable<Result<void>> remove_unused(std::string id);
    /// Unpacks a tar into an existing folder of a container that need not run. Safe to repeat.
    asio::awaitable<Result<void>> put_archive(std::string id, std::string folder, std::string tar);
    /// A file or folder of the container as tar. @return `not_found`
    asio::awaitable<Result<std::string>> get_archive(std::string id, std::string path,
                                                     std::size_t max_bytes);
    /// The last lines of its output, plain text with control characters taken out: for failures.
    asio::awaitable<Result<std::string>> log_tail(std::string id, int lines);

private:
    Engine& engine_;
    ContainerListReader reader_;
};

}  // namespace driftless::docker
