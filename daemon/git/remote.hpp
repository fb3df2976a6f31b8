#pragma once

#include <string>

#include "config/base/error.hpp"

namespace driftless::git {

/// Where a source's commits come from.
struct Remote {
    std::string url;  ///< file:// for now
    std::string ref;  ///< "refs/heads/main"
};

/// How much one fetch may bring. Over it the fetch is given up and the clone stays as it was.
struct FetchLimits {
    std::size_t bytes = std::size_t{1} << 30;
    unsigned objects = 2'000'000;
};

/// Which commit the remote has at the ref. One listing of refs; needs no repository.
/// @return `not_found`: it has no such ref; `unavailable`, `unauthenticated`, `forbidden`;
/// `invalid`: a
///         URL or ref that we don't take
Result<std::string> list_ref(const Remote& remote);

/// Brings the ref's commits into the clone in `folder`, which is made where it is missing. Safe to
/// repeat, also after it was killed half way. Errors as `list_ref`
/// @param anew  the clone is known to be broken: it is set aside first
/// @return the commit that the ref is at
Result<std::string> fetch_ref(const Remote& remote, const std::string& folder, bool anew,
                              const FetchLimits& limits = {});

}  // namespace driftless::git
