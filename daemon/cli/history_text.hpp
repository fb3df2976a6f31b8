#pragma once

#include "daemon/cli/text.hpp"

namespace driftless::cli {

/// What was done, for people. @param entries  the list of /api/v1/history
std::string history_text(const json& entries, const Style& style);

/// What can be restored, for people. @param removed  the list of /api/v1/removed
std::string removed_text(const json& removed, const Style& style);

}  // namespace driftless::cli
