#pragma once

#include <string>

namespace driftless::testing {

/// Runs a shell command. @return what it printed, to stderr too, without the last newline; throws
/// when it fails
std::string shell(const std::string& command);

}  // namespace driftless::testing
