#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "daemon/cli/text.hpp"
#include "providers/net/clock.hpp"

namespace driftless::cli {

/// The daemon's status for people.
/// @param status  /api/v1/status, with the `resources` of /api/v1/resources
std::string status_text(const json& status, net::WallTime now, const Style& style);

}  // namespace driftless::cli
