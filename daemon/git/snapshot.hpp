#pragma once

#include <memory>
#include <string>

#include "config/base/files.hpp"
#include "daemon/git/library.hpp"

namespace driftless::git {

/// Reads a commit from the object database of a repository; nothing is checked out.
/// @param folder  only what is below it counts; "" or "/" is all
/// @return `not_found`: no such commit, or no such folder in it; `unavailable`: it can't be read
Result<std::shared_ptr<const Files>> open_snapshot(Handle<git_repository> repository,
                                                   const std::string& commit,
                                                   const std::string& folder);

}  // namespace driftless::git
