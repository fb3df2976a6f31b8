#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/base/error.hpp"
#include "providers/docker/container_summary.hpp"

namespace driftless::docker {

/// Reads the answers of GET /containers/json, one after the other, as each round does for all
/// containers: no tree is built, and what the last list said of a container, word for word save its
/// uptime, is not parsed again.
class ContainerListReader {
public:
    /// @return `invalid` when it is not what the API describes
    Result<std::vector<ContainerSummary>> read(std::string_view body);

private:
    std::unordered_map<std::string, ContainerSummary> known_;  // of the last list, by fingerprint
};

/// "Up 3 minutes (healthy)" -> "(healthy)", "Exited (0) 5 hours ago" -> "(0)": what stays while
/// time goes by.
std::string without_uptime(std::string_view status);

}  // namespace driftless::docker
