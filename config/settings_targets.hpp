#pragma once

#include <map>
#include <string>

#include "config/reading.hpp"
#include "config/settings.hpp"

namespace driftless {

/// `policy:`, its fields over those of `base`.
Policy read_policy(const Node& node, const std::string& where, Policy base, Findings& findings);

/// `targets:`, each with the common policy below its own.
std::map<std::string, TargetSettings> read_targets(const Node& node, const Policy& common,
                                                   Findings& findings);

/// Names the secrets of the targets that were read: once `settings.secrets` are known.
void read_target_secrets(const Node& node, Settings& settings, Findings& findings);

}  // namespace driftless
