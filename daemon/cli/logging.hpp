#pragma once

#include <map>
#include <string>

namespace driftless::cli {

/// Sets where log lines go: under systemd to stdout with the priorities that its journal reads,
/// "<6>run converged …"; else to stderr, with time and level.
/// @param quiet  warnings and errors only
void set_up_logging(const std::map<std::string, std::string>& environment, bool quiet);

}  // namespace driftless::cli
