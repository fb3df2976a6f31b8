#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "providers/docker/engine.hpp"

namespace driftless::docker {

/// The calls that concern volumes.
/// https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Volume
class Volumes {
public:
    explicit Volumes(Engine& engine) : engine_(engine) {}

    asio::awaitable<Result<std::vector<nlohmann::json>>> list();  ///< one request, whole objects
    /// Those that no container uses, running or not, of those that carry this label.
    asio::awaitable<Result<std::vector<nlohmann::json>>> list_unused(std::string label);
    asio::awaitable<Result<nlohmann::json>> inspect(std::string name);
    /// An existing name answers as if it had been made, with its old labels and options: look
    /// first.
    asio::awaitable<Result<void>> create(nlohmann::json body);
    asio::awaitable<Result<void>> remove(std::string name);  ///< a missing one is success

private:
    asio::awaitable<Result<std::vector<nlohmann::json>>> list_at(std::string target);

    Engine& engine_;
};

}  // namespace driftless::docker
