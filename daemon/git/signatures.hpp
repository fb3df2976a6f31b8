#pragma once

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

#include "config/base/error.hpp"
#include "providers/net/process.hpp"

namespace driftless::git {

namespace asio = boost::asio;

/// A commit, as much of it as its signature is about.
struct SignedCommit {
    std::string id;
    std::string signature;     ///< "": it has none
    std::string payload;       ///< what was signed: the commit without its signature
    std::int64_t seconds = 0;  ///< when it was committed, by its own word, since 1970 in UTC
};

/// Reads a commit of the clone. Blocks. @return `not_found`: it isn't there; `unavailable`
Result<SignedCommit> read_signed_commit(const std::string& clone, const std::string& commit);

/// The commits that `tip` has and `known` has not, oldest last, at most `most`. Blocks.
/// @return `invalid`: there are more; `unavailable`
Result<std::vector<std::string>> commits_since(const std::string& clone, const std::string& tip,
                                               const std::string& known, std::size_t most);

/// Checks signatures by SSH keys against a file of allowed signers, by ssh-keygen: what it takes
/// (principals, namespaces, valid-after, valid-before, certificates) is taken, for the time at
/// which the commit was made, as `git verify-commit` does.
class Signatures {
public:
    /// @param scratch  a file of ours for the signature under test
    Signatures(net::Processes& processes, std::string scratch)
        : processes_(processes), scratch_(std::move(scratch)) {}

    /// @param signers  the file
    /// @return `forbidden`: unsigned, or not signed by any of them; `unavailable`: not to be
    /// checked
    asio::awaitable<Result<void>> check(const SignedCommit& commit, const std::string& signers);

private:
    asio::awaitable<Result<net::Ended>> ssh_keygen(std::vector<std::string> words,
                                                   std::string input);

    net::Processes& processes_;
    std::string scratch_;
};

}  // namespace driftless::git
