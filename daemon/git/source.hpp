#pragma once

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <string>

#include "config/base/files.hpp"
#include "config/base/secret.hpp"
#include "config/settings.hpp"
#include "providers/net/blocking.hpp"
#include "providers/net/process.hpp"

namespace driftless::git {

namespace asio = boost::asio;

/// One git source: a remote branch, or its tags, and the bare clone that holds its commits. Commits
/// are read from the object database; nothing is ever checked out. What talks to the remote runs in
/// a child process of our own binary that is killed at its deadline.
class Source {
public:
    virtual ~Source() = default;
    /// Asks the remote which commit the branch or tag is at. One listing of refs; nothing is
    /// fetched.
    /// @return `not_found`: the branch is gone; `unavailable`, `timed_out`, `rate_limited`;
    ///         `unauthenticated`: with a long `retry_after`, as servers lock out who tries often;
    ///         `forbidden`; `invalid`
    virtual asio::awaitable<Result<std::string>> poll() = 0;
    /// Brings the branch's commits into the clone. Safe to repeat.
    /// @return the commit that the branch is at now
    virtual asio::awaitable<Result<std::string>> fetch() = 0;
    /// The files of a commit that was fetched, below the source's `path`.
    /// @return `not_found`: no such commit here, or no such folder in it
    virtual asio::awaitable<Result<std::shared_ptr<const Files>>> snapshot(std::string commit) = 0;
    /// Does `newer` follow from `older`? False after a force-push.
    virtual asio::awaitable<Result<bool>> follows(std::string newer, std::string older) = 0;
    /// Did those whom the settings allow sign `tip`, and each commit since `verified` where every
    /// one counts? At once true where no signature is asked for. What was fetched is enough.
    /// @param verified  the last that was found good, before `tip`; "": none yet, so `tip` alone
    /// counts
    /// @return `forbidden`: which commit is not; anything else: it could not be checked
    virtual asio::awaitable<Result<void>> verify(std::string tip, std::string verified) = 0;
    /// The ref that was chosen last: "refs/tags/v1.4.2". Empty before the first poll.
    [[nodiscard]] virtual std::string chosen_ref() const = 0;
};

/// Reads what the settings name, anew each time, so that a changed credential is used at once.
struct SourceAccess {
    std::function<Result<Secret>(const std::string& name)> secret;
    std::function<Result<Secret>(const std::string& path)> private_file;  ///< closed to others
    /// One that others may read, but not change.
    std::function<Result<std::string>(const std::string& path)> trusted_file;
};

/// @param folder  of the bare clone; made where it is missing, made anew when it is broken. What
///                belongs to it lies beside it, with a name that begins like it.
std::unique_ptr<Source> make_source(const SourceSettings& settings, std::string folder,
                                    net::Processes& processes, net::Lane& lane,
                                    SourceAccess access);

/// The child's side: reads one request a line from stdin, answers on stdout, until stdin ends.
/// `driftless git-child`, not for people. @return the exit code
int run_git_child();

/// The files of one commit of any local repository, for `driftless validate` and `plan --revision`.
/// @param revision  a commit id, a branch, "HEAD"
Result<std::shared_ptr<const Files>> open_revision(const std::string& repository,
                                                   const std::string& revision,
                                                   const std::string& folder);

/// The files of a folder on disk as they are, for `driftless validate DIR` and `plan --dir`. Links
/// are refused as in a commit. Its commit() is "working-tree".
Result<std::shared_ptr<const Files>> open_folder(const std::string& folder);

}  // namespace driftless::git
