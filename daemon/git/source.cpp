#include "daemon/git/source.hpp"

#include <functional>

#include "daemon/git/child.hpp"
#include "daemon/git/clone.hpp"
#include "daemon/git/deploy_key.hpp"
#include "daemon/git/signatures.hpp"
#include "daemon/git/snapshot.hpp"

namespace driftless::git {
namespace {

using namespace std::chrono_literals;
using Snapshot = std::shared_ptr<const Files>;

constexpr std::chrono::milliseconds list_limit = 30s;
constexpr std::chrono::minutes pause_when_refused{10};
constexpr std::size_t most_commits = 10'000;  // of which each signature is checked at once

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

Remote remote_of(const SourceSettings& settings) {
    Remote remote{.url = settings.url, .ref = {}, .range = settings.semver};
    if (!settings.branch.empty()) remote.ref = "refs/heads/" + settings.branch;
    if (!settings.tag.empty()) remote.ref = "refs/tags/" + settings.tag;
    return remote;
}

/// What we can't read of our own is no answer of the remote's.
Error cannot_log_in(Error error) {
    if (error.code != Errc::canceled) error.code = Errc::unauthenticated;
    return error;
}

class ClonedSource final : public Source {
public:
    ClonedSource(const SourceSettings& settings, std::string folder, net::Processes& processes,
                 net::Lane& lane, SourceAccess access)
        : settings_(settings),
          folder_(std::move(folder)),
          home_(folder_ + ".home"),
          processes_(processes),
          lane_(lane),
          access_(std::move(access)),
          signatures_(processes, folder_ + ".signature") {}

    asio::awaitable<Result<std::string>> poll() override {
        auto remote = reached();
        if (!remote) co_return std::move(remote).error();
        co_return co_await ask(list_request(*remote), list_limit);
    }

    asio::awaitable<Result<std::string>> fetch() override {
        auto remote = reached();
        if (!remote) co_return std::move(remote).error();
        const FetchLimits limits{.bytes = settings_.limits.bytes,
                                 .objects = settings_.limits.objects};
        std::string request = fetch_request(*remote, folder_, damaged_, limits);
        auto tip = co_await ask(std::move(request), settings_.limits.deadline);
        if (tip) damaged_ = false;
        co_return tip;
    }

    asio::awaitable<Result<Snapshot>> snapshot(std::string commit) override {
        std::function<Result<Snapshot>()> work = [clone = folder_, commit, path = settings_.path] {
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

    asio::awaitable<Result<void>> verify(std::string tip, std::string verified) override {
        if (!settings_.verify) co_return Result<void>{};
        const std::string signers = settings_.verify->signers;
        const auto trusted = access_.trusted_file(signers);
        if (!trusted) co_return Error{trusted.error()}.in("verify.signers");
        std::vector<std::string> commits{tip};
        if (settings_.verify->every_commit && !verified.empty()) {
            auto since = co_await commits_between(tip, verified);
            if (!since) co_return std::move(since).error();
            commits = *std::move(since);
        }
        for (const std::string& commit : commits) {
            auto checked = co_await check_signature(commit, signers);
            if (!checked) co_return checked;
        }
        co_return Result<void>{};
    }

    [[nodiscard]] std::string chosen_ref() const override { return ref_; }

private:
    using Commits = std::vector<std::string>;

    asio::awaitable<Result<Commits>> commits_between(std::string tip, std::string verified) {
        std::function<Result<Commits>()> work = [clone = folder_, tip, verified] {
            return commits_since(clone, tip, verified, most_commits);
        };
        co_return co_await net::run_blocking<Result<Commits>>(lane_, std::move(work));
    }

    asio::awaitable<Result<void>> check_signature(std::string commit, std::string signers) {
        std::function<Result<SignedCommit>()> work = [clone = folder_, commit] {
            return read_signed_commit(clone, commit);
        };
        const auto read = co_await net::run_blocking<Result<SignedCommit>>(lane_, std::move(work));
        if (!read) co_return read.error();
        co_return co_await signatures_.check(*read, signers);
    }

    /// The remote, with what its server asks for.
    Result<Remote> reached() {
        Remote remote = remote_of(settings_);
        const SourceAuth& auth = settings_.auth;
        remote.login.username = auth.username;
        if (!auth.ca.empty()) {
            const auto trusted = access_.trusted_file(auth.ca);
            if (!trusted) return cannot_log_in(Error{trusted.error()}.in("auth.ca"));
            remote.login.ca = auth.ca;
        }
        if (auto done = read_secret(auth.password_secret, remote.login.password); !done) {
            return std::move(done).error();
        }
        if (auto done = read_secret(auth.passphrase_secret, remote.login.passphrase); !done) {
            return std::move(done).error();
        }
        if (auth.ssh_key.empty()) return remote;
        return with_key(std::move(remote));
    }

    Result<void> read_secret(const std::string& name, Secret& into) const {
        if (name.empty()) return {};
        auto secret = access_.secret(name);
        if (!secret) return cannot_log_in(std::move(secret).error());
        into = *std::move(secret);
        return {};
    }

    Result<Remote> with_key(Remote remote) const {
        const SourceAuth& auth = settings_.auth;
        auto key = access_.private_file(auth.ssh_key);
        if (!key) return cannot_log_in(std::move(key).error().in("auth.sshKey"));
        auto fit = check_deploy_key(*key, remote.login.passphrase, auth.ssh_key);
        if (!fit) return cannot_log_in(std::move(fit).error());
        auto known_hosts = access_.trusted_file(auth.known_hosts);
        if (!known_hosts)
            return cannot_log_in(std::move(known_hosts).error().in("auth.knownHosts"));
        remote.login.key = *std::move(key);
        remote.login.known_hosts = *std::move(known_hosts);
        remote.login.known_hosts_file = auth.known_hosts;
        remote.login.home = home_;
        return remote;
    }

    /// A child that was killed, or died, is started anew at the next call.
    asio::awaitable<Result<std::string>> ask(std::string request, std::chrono::milliseconds limit) {
        if (child_ == nullptr || !child_->alive()) {
            auto started = start_child();
            if (!started) co_return std::move(started).error().in("start the git child");
            child_ = *std::move(started);
        }
        auto answer = co_await child_->ask(std::move(request), limit);
        if (!answer)
            co_return std::move(answer).error().in("ask the git child about " + settings_.url);
        auto tip = read_answer(*answer);
        if (tip) {
            ref_ = tip->ref;
            co_return tip->commit;
        }
        Error error = std::move(tip).error();
        if (error.code == Errc::unauthenticated) error.retry_after = pause_when_refused;
        co_return error;
    }

    /// For ssh it gets a home of its own, where libssh2 looks for known hosts.
    Result<std::unique_ptr<net::Child>> start_child() {
        std::vector<std::string> argv{net::own_program(), "git-child"};
        std::map<std::string, std::string> environment;
        if (!settings_.auth.ssh_key.empty()) environment.emplace("HOME", home_);
        return processes_.start(std::move(argv), std::move(environment));
    }

    const SourceSettings settings_;
    std::string folder_;
    std::string home_;
    net::Processes& processes_;
    net::Lane& lane_;
    SourceAccess access_;
    Signatures signatures_;
    std::unique_ptr<net::Child> child_;
    std::string ref_;
    bool damaged_ = false;  // the clone can't be read: the next fetch makes it anew
};

}  // namespace

std::unique_ptr<Source> make_source(const SourceSettings& settings, std::string folder,
                                    net::Processes& processes, net::Lane& lane,
                                    SourceAccess access) {
    return std::make_unique<ClonedSource>(settings, std::move(folder), processes, lane,
                                          std::move(access));
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
