#pragma once

#include <string>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/secret.hpp"

namespace driftless::git {

/// Who we are for a remote's server, and what of it we trust. All of it is for one scheme, host and
/// port, those of the URL beside it, and is shown to no other.
struct Login {
    std::string username;  ///< of https
    Secret password;
    std::string ca;  ///< a file of authorities; "": the system's
    Secret key;      ///< a private key of ssh
    Secret passphrase;
    std::string known_hosts;       ///< the text of that file
    std::string known_hosts_file;  ///< its name, for messages
    std::string home;  ///< a folder of ours that is this process' HOME; "": there is none
};

/// Where a source's commits come from.
struct Remote {
    std::string url;         ///< as parse_git_url takes it
    std::string ref;         ///< "refs/heads/main", "refs/tags/v1", or "": the highest tag within
    std::string range = {};  ///< these versions
    Login login = {};
};

/// Where a remote's ref is.
struct Tip {
    std::string commit;
    std::string ref;  ///< which one it was: "refs/tags/v1.4.2"
};

/// How much one fetch may bring. Over it the fetch is given up and the clone stays as it was.
struct FetchLimits {
    std::size_t bytes = std::size_t{1} << 30;
    unsigned objects = 2'000'000;
};

/// Which commit the remote has at the ref. One listing of refs; needs no repository.
/// @return `not_found`: it has no such ref; `unauthenticated`: the credential was refused, once;
///         `forbidden`: it may not be read, or is not the server that we trust; `rate_limited`;
///         `unavailable`; `invalid`: a URL or ref that we don't take, or an answer that isn't git's
Result<Tip> list_ref(const Remote& remote);

/// Brings the ref's commits into the clone in `folder`, which is made where it is missing. Safe to
/// repeat, also after it was killed half way. Errors as `list_ref`
/// @param anew  the clone is known to be broken: it is set aside first
Result<Tip> fetch_ref(const Remote& remote, const std::string& folder, bool anew,
                      const FetchLimits& limits = {});

}  // namespace driftless::git
