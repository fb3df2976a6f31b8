#pragma once

#include <string>

#include "config/reading.hpp"
#include "config/settings.hpp"

namespace driftless {

/// `azure:` of a target. The names of its secrets come later: they are read after the targets.
AzureEndpoint read_azure(const Node& node, const std::string& where, Findings& findings);

/// Names the secrets of `auth`, once `settings.secrets` are known.
/// @param azure  the same node
void read_azure_secrets(const Node& azure, const std::string& where, AzureEndpoint& endpoint,
                        const Settings& settings, Findings& findings);

}  // namespace driftless
