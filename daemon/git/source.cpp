#include "daemon/git/source.hpp"

#include <functional>

#include "daemon/git/child.hpp"
#include "daemon/git/clone.hpp"
#include "daemon/git/snapshot.hpp"

namespace driftless::git {
namespace {

using namespace std::chrono_literals;
using Snapshot = std::shared_ptr<const Files>;

constexpr std::chrono::milliseconds list_limit = 30s;
constexpr std::chrono::milliseconds fetch_limit = 300s;

Result<Snapshot> read_snapshot(const std::string& clone, const std::string& commit,
                               const std::string& path) {
    const Library library;
    auto repository = open_clone(clone);
    if (!repository) {
        Error error = std::move(repository).error();
        // A clone that is gone is a fault to be mended, not a commit that doesn't exist.
        if (error.code == Errc::not_found) error.code = Errc::unavailable;
        return error;
    }
    return open_snapshot(*std::move(repository), commit, path);
}

/// @return `not_found`: `newer` is not here
Result<bool> is_descendant(const std::string& clone, const std::string& newer,
                           const std::string& older) {
    const Library library;
    const auto new_id = parse_id(newer);
    const auto old_id = parse_id(older);
    if (!new_id) return Error{new_id.error()};
    if (!old_id) return Error{old_id.error()};
    auto repository = open_clone(clone);
    if (!repository) return std::move(repository).error();
    git_commit* found = nullptr;
    int code = git_commit_lookup(&found, repository->get(), &*new_id);
    const Handle<git_commit> newest{found};
    if (code == GIT_ENOTFOUND) return last_error(code, Errc::not_found);
    if (code != 0) return last_error(code, Errc::unavailable);
    if (git_oid_equal(&*new_id, &*old_id) != 0) return true;
    found = nullptr;
    code = git_commit_lookup(&found, repository->get(), &*old_id);
    const Handle<git_commit> oldest{found};
    if (code == GIT_ENOTFOUND)
        return false;  // all that `newer` stands on is here, so it isn't that
    code = git_graph_descendant_of(repository->get(), &*new_id, &*old_id);
    if (code < 0) return last_error(code, Errc::unavailable);
    return code == 1;
}

class ClonedSource final : public Source {
public:
    ClonedSource(const SourceSettings& settings, std::string folder, net::Processes& processes,
                 net::Lane& lane)
        : remote_{settings.url, "refs/heads/" + settings.branch},
          path_(settings.path),
          folder_(std::move(folder)),
          processes_(processes),
          lane_(lane) {}

    asio::awaitable<Result<std::string>> poll() override {
        std::string request = list_request(remote_);
        co_return co_await ask(std::move(request), list_limit);
    }

    asio::awaitable<Result<std::string>> fetch() override {
        std::string request = fetch_request(remote_, folder_, damaged_);
        auto tip = co_await ask(std::move(request), fetch_limit);
        if (tip) damaged_ = false;
        co_return tip;
    }

    asio::awaitable<Result<Snapshot>> snapshot(std::string commit) override {
        std::function<Result<Snapshot>()> work = [clone = folder_, commit, path = path_] {
            return read_snapshot(clone, commit, path);
        };
        auto files = co_await net::run_blocking<Result<Snapshot>>(lane_, std::move(work));
        if (!files && files.error().code == Errc::unavailable) damaged_ = true;
        co_return files;
    }

    asio::awaitable<Result<bool>> follows(std::string newer, std::string older) override {
        std::function<Result<bool>()> work = [clone = folder_, newer, older] {
            return is_descendant(clone, newer, older);
        };
        co_return co_await net::run_blocking<Result<bool>>(lane_, std::move(work));
    }

private:
    /// A child that was killed, or died, is started anew at the next call.
    asio::awaitable<Result<std::string>> ask(std::string request, std::chrono::milliseconds limit) {
        if (child_ == nullptr || !child_->alive()) {
            auto started = start_child();
            if (!started) co_return std::move(started).error().in("start the git child");
            child_ = *std::move(started);
        }
        auto answer = co_await child_->ask(std::move(request), limit);
        if (!answer)
            co_return std::move(answer).error().in("ask the git child about " + remote_.url);
        co_return read_answer(*answer);
    }

    Result<std::unique_ptr<net::Child>> start_child() {
        std::vector<std::string> argv{net::own_program(), "git-child"};
        return processes_.start(std::move(argv), {});
    }

    Remote remote_;
    std::string path_;
    std::string folder_;
    net::Processes& processes_;
    net::Lane& lane_;
    std::unique_ptr<net::Child> child_;
    bool damaged_ = false;  // the clone can't be read: the next fetch makes it anew
};

}  // namespace

std::unique_ptr<Source> make_source(const SourceSettings& settings, std::string folder,
                                    net::Processes& processes, net::Lane& lane, net::Clock&) {
    return std::make_unique<ClonedSource>(settings, std::move(folder), processes, lane);
}

Result<std::shared_ptr<const Files>> open_revision(const std::string& repository,
                                                   const std::string& revision,
                                                   const std::string& folder) {
    const Library library;
    git_repository* opened = nullptr;
    int code = git_repository_open_ext(&opened, repository.c_str(), 0, nullptr);
    if (code != 0) return last_error(code, Errc::not_found).in("open " + in_quotes(repository));
    Handle<git_repository> owned{opened};
    git_object* named = nullptr;
    code = git_revparse_single(&named, opened, revision.c_str());
    const Handle<git_object> found{named};
    git_object* commit = nullptr;
    if (code == 0) code = git_object_peel(&commit, named, GIT_OBJECT_COMMIT);
    const Handle<git_object> peeled{commit};
    if (code != 0)
        return last_error(code, Errc::not_found).in("find revision " + in_quotes(revision));
    return open_snapshot(std::move(owned), to_string(*git_object_id(commit)), folder);
}

}  // namespace driftless::git
