#pragma once

#include <string_view>
#include <vector>

#include "providers/docker/containers.hpp"

namespace driftless::docker {

/// Reads the answer of GET /containers/json in one pass without building a tree: it is read at each
/// round, for all containers. @return `invalid` when it is not what the API describes
Result<std::vector<ContainerSummary>> parse_container_list(std::string_view body);

/// "Up 3 minutes (healthy)" -> "(healthy)", "Exited (0) 5 hours ago" -> "(0)": what stays while
/// time goes by.
std::string without_uptime(std::string_view status);

}  // namespace driftless::docker
