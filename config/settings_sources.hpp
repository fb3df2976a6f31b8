#pragma once

#include <map>
#include <string>

#include "config/reading.hpp"
#include "config/settings.hpp"

namespace driftless {

/// `sources:`. @param settings  with their targets and secrets, which sources name
std::map<std::string, SourceSettings> read_sources(const Node& node, const Settings& settings,
                                                   Findings& findings);

}  // namespace driftless
