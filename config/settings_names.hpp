#pragma once

#include <string>
#include <vector>

#include "config/reading.hpp"
#include "config/settings.hpp"

namespace driftless {

// Names in driftless.yaml of other things in it. One that isn't there is told with the nearest.

/// `targets:`, a list of targets' names.
std::vector<std::string> read_target_names(MapReader& map, const Settings& settings);

/// `{secret: NAME}`; what is secret has no place in the file.
std::string read_secret_name(const Node& node, const std::string& where, const Settings& settings,
                             Findings& findings);

}  // namespace driftless
