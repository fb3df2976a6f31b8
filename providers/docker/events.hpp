#pragma once

#include <functional>
#include <map>
#include <string>

#include "providers/docker/engine.hpp"

namespace driftless::docker {

struct Event {
    std::string type;    ///< container, network, volume, image
    std::string action;  ///< start, die, health_status: healthy
    std::string id;
    std::map<std::string, std::string> attributes;
};

/// Reads the engine's event stream until it ends or is canceled; each event goes to `on_event`, and
/// `on_open` is called once the stream is known to live. Events are hints: the ring is small and
/// slow readers lose some without notice. @return why it ended
/// https://docs.docker.com/reference/api/engine/version/v1.44/#tag/System/operation/SystemEvents
asio::awaitable<Result<void>> read_events(Engine& engine, std::function<void()> on_open,
                                          std::function<void(const Event&)> on_event);

}  // namespace driftless::docker
