#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "providers/docker/engine.hpp"

namespace driftless::docker {

/// The calls that concern networks.
/// https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Network
class Networks {
public:
    explicit Networks(Engine& engine) : engine_(engine) {}

    asio::awaitable<Result<std::vector<nlohmann::json>>> list();  ///< one request, whole objects
    asio::awaitable<Result<nlohmann::json>> inspect(std::string id);
    /// @return its id; `conflict`: the name is taken. Not safe to repeat below API 1.44: look first
    asio::awaitable<Result<std::string>> create(nlohmann::json body);
    asio::awaitable<Result<void>> connect(std::string id, nlohmann::json body);
    asio::awaitable<Result<void>> disconnect(std::string id, std::string container);
    asio::awaitable<Result<void>> remove(std::string id);  ///< a missing one is success

private:
    Engine& engine_;
};

}  // namespace driftless::docker
