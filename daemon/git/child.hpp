#pragma once

#include <string>

#include "config/base/error.hpp"
#include "daemon/git/library.hpp"
#include "daemon/git/remote.hpp"

namespace driftless::git {

/// The lines that a source and its child exchange, each one JSON object. Requests hold credentials,
/// so none is ever logged or repeated; answers hold none.
std::string list_request(const Remote& remote);
std::string fetch_request(const Remote& remote, const std::string& folder, bool anew,
                          const FetchLimits& limits = {});

/// Carries out a request. Never fails: what goes wrong is in the answer. Blocks.
std::string answer_to(const std::string& request, Authorities& authorities);

/// Where the ref is by an answer, or its error. @return `internal`: no answer of ours
Result<Tip> read_answer(const std::string& answer);

}  // namespace driftless::git
