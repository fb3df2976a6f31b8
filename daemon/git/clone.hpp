#pragma once

#include <string>

#include "daemon/git/library.hpp"

namespace driftless::git {

/// The ref of a clone that names what was fetched last: a fetch brings only what is new since.
inline constexpr auto our_ref = "refs/driftless/tip";

/// Opens the bare clone in exactly this folder. @return `not_found`: there is none; `unavailable`:
/// it is broken; `forbidden`: another user's
Result<Handle<git_repository>> open_clone(const std::string& folder);

/// Opens it for fetching: made where it is missing; a broken one is set aside as `folder`.broken
/// and made anew. Clears away what a killed fetch left. Only for the one process that writes to it.
/// @param anew  set it aside in any case
Result<Handle<git_repository>> prepare_clone(const std::string& folder, bool anew);

/// Is everything of this commit that we may need there: the commit and its tree's objects?
/// @return `unavailable`: something is missing or damaged
Result<void> check_whole(git_repository* repository, const git_oid& commit);

}  // namespace driftless::git
