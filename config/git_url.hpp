#pragma once

#include <string>
#include <string_view>

#include "config/base/error.hpp"

namespace driftless {

enum class GitScheme { file, https, ssh };

/// Where a repository is. It never holds a credential: those are told apart from the URL, so that
/// the URL may be shown anywhere.
struct GitUrl {
    GitScheme scheme = GitScheme::file;
    std::string user;  ///< of ssh; empty otherwise
    std::string host;  ///< lower case; an IPv6 address without its brackets
    unsigned port = 0;
    std::string path;

    /// What a credential is bound to: "https://git.example:443".
    [[nodiscard]] std::string origin() const;
};

/// Reads file:///PATH, https://HOST[:PORT]/PATH, ssh://[USER@]HOST[:PORT]/PATH and USER@HOST:PATH.
/// Strict, since these texts reach other programs: no control characters, no ".." and nothing that
/// begins like an option (catalogue of faults 18).
/// @return `invalid`: what was expected; a URL that may hold a password is not repeated
Result<GitUrl> parse_git_url(std::string_view text);

}  // namespace driftless
