#pragma once

#include <map>
#include <string>

#include "daemon/git/remote.hpp"

namespace driftless::git {

/// What a remote lists: "refs/heads/main" and its commit; "refs/tags/v1^{}" beside a tag that is an
/// object of its own.
using RemoteRefs = std::map<std::string, std::string>;

/// Where the wanted ref is, or the highest version's tag within a range.
/// @return `not_found` with the nearest that is there; `invalid`: no range
Result<Tip> choose_tip(const RemoteRefs& refs, const Remote& wanted);

}  // namespace driftless::git
