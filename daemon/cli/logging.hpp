#pragma once

#include <string>
#include <vector>

#include "daemon/cli/machine.hpp"

namespace driftless::cli {

/// How log lines look: text for people, or one JSON object a line, its fields those of the text.
inline const std::vector<std::string> log_formats{"text", "json"};

/// Sets where log lines go: under systemd to stdout with the priorities that its journal reads,
/// "<6>run converged …"; else to stderr, with time and level.
/// @param quiet   warnings and errors only
/// @param format  one of `log_formats`
void set_up_logging(const Machine& machine, bool quiet, const std::string& format = "text");

/// A line's text as JSON: "run converged run=7f3c changes=2" becomes a message and its fields; a
/// number stays one. @param time as RFC 3339
std::string as_json_line(const std::string& time, const std::string& level,
                         const std::string& text);

}  // namespace driftless::cli
