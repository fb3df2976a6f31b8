#pragma once

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

#include "config/base/files.hpp"
#include "config/settings.hpp"
#include "providers/net/blocking.hpp"
#include "providers/net/process.hpp"

namespace driftless::git {

namespace asio = boost::asio;

/// One git source: a remote branch, and the bare clone that holds its commits. Commits are read
/// from the object database; nothing is ever checked out. What talks to the remote runs in a child
/// process of our own binary that is killed at its deadline.
class Source {
public:
    virtual ~Source() = default;
    /// Asks the remote which commit the branch is at. One listing of refs; nothing is fetched.
    /// @return `not_found`: the branch is gone; `unavailable`, `timed_out`, `unauthenticated`
    virtual asio::awaitable<Result<std::string>> poll() = 0;
    /// Brings the branch's commits into the clone. Safe to repeat.
    /// @return the commit that the branch is at now
    virtual asio::awaitable<Result<std::string>> fetch() = 0;
    /// The files of a commit that was fetched, below the source's `path`.
    /// @return `not_found`: no such commit here, or no such folder in it
    virtual asio::awaitable<Result<std::shared_ptr<const Files>>> snapshot(std::string commit) = 0;
    /// Does `newer` follow from `older`? False after a force-push.
    virtual asio::awaitable<Result<bool>> follows(std::string newer, std::string older) = 0;
};

/// @param folder  of the bare clone; made where it is missing, made anew when it is broken
std::unique_ptr<Source> make_source(const SourceSettings& settings, std::string folder,
                                    net::Processes& processes, net::Lane& lane, net::Clock& clock);

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
