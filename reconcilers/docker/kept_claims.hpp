#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "providers/docker/container_summary.hpp"

namespace driftless::docker {

/// What a kept container held, and takes again when it comes back: its name and its fixed ports.
/// @param shown  the engine's whole answer about it
std::vector<std::string> claims_of_kept(const ContainerSummary& kept, const nlohmann::json& shown);

}  // namespace driftless::docker
