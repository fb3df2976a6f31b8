#pragma once

#include <string>

#include "config/base/error.hpp"
#include "daemon/git/remote.hpp"

namespace driftless::git {

/// The lines that a source and its child exchange, each one JSON object. No credential is in them.
std::string list_request(const Remote& remote);
std::string fetch_request(const Remote& remote, const std::string& folder, bool anew);

/// Carries out a request. Never fails: what goes wrong is in the answer. Blocks.
std::string answer_to(const std::string& request);

/// The commit that an answer names, or its error. @return `internal`: no answer of ours
Result<std::string> read_answer(const std::string& answer);

}  // namespace driftless::git
