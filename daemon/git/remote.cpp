#include "daemon/git/remote.hpp"

#include "config/git_url.hpp"
#include "daemon/git/clone.hpp"
#include "daemon/git/refs.hpp"
#include "daemon/git/session.hpp"

namespace driftless::git {
namespace {

/// Parsed, checked. @return `invalid`
Result<GitUrl> check_remote(const Remote& remote) {
    int valid = 0;
    const bool is_range = remote.ref.empty() && !remote.range.empty();
    const std::string ref = is_range ? "refs/tags/v1" : remote.ref;
    if (git_reference_name_is_valid(&valid, ref.c_str()) != 0 || valid == 0) {
        return Error{Errc::invalid,
                     fmt::format("{} is not the name of a ref", in_quotes(remote.ref))};
    }
    return parse_git_url(remote.url);
}

/// Without these flags libgit2 1.5 leaks at each call, and lets a configuration rewrite our URL.
/// @param repository  null: for a listing only
Result<Handle<git_remote>> make_remote(git_repository* repository, const std::string& url) {
    git_remote_create_options options{};
    git_remote_create_options_init(&options, GIT_REMOTE_CREATE_OPTIONS_VERSION);
    options.repository = repository;
    options.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC;
    git_remote* made = nullptr;
    const int code = git_remote_create_with_opts(&made, url.c_str(), &options);
    if (code != 0) return last_error(code, Errc::invalid);
    return Handle<git_remote>{made};
}

/// Whatever is not there is not a missing branch: only a listing can tell that.
Result<void> connect(git_remote* remote, Session& session) {
    git_remote_connect_options options{};
    git_remote_connect_options_init(&options, GIT_REMOTE_CONNECT_OPTIONS_VERSION);
    options.callbacks = session.callbacks();
    options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
    session.prefer_pinned_types();
    int code = git_remote_connect_ext(remote, GIT_DIRECTION_FETCH, &options);
    if (session.may_try_other_types(code)) {
        session.prefer_any_type();
        code = git_remote_connect_ext(remote, GIT_DIRECTION_FETCH, &options);
    }
    if (code != 0) return session.error(code);
    return {};
}

/// What a connected remote has. @return `not_found`
Result<Tip> find_tip(git_remote* remote, const Remote& wanted, const Session& session) {
    const git_remote_head** listed = nullptr;
    std::size_t count = 0;
    const int code = git_remote_ls(&listed, &count, remote);
    if (code != 0) return session.error(code);
    RemoteRefs refs;
    for (std::size_t i = 0; i < count; ++i) {
        refs.emplace(listed[i]->name, to_string(listed[i]->oid));
    }
    return choose_tip(refs, wanted);
}

Result<void> download(git_remote* remote, const std::string& ref, Session& session) {
    git_fetch_options options{};
    git_fetch_options_init(&options, GIT_FETCH_OPTIONS_VERSION);
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
    options.update_fetchhead = 0;
    options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
    options.callbacks = session.callbacks();
    std::string wanted = fmt::format("+{}:{}", ref, our_ref);
    char* first = wanted.data();
    const git_strarray refs{&first, 1};
    const int code = git_remote_download(remote, &refs, &options);
    if (code != 0) return session.error(code);
    return {};
}

/// Only a whole commit is remembered as what we have.
Result<void> remember(git_repository* clone, const git_oid& tip) {
    if (auto whole = check_whole(clone, tip); !whole) return whole;
    git_oid known{};
    const bool is_known = git_reference_name_to_id(&known, clone, our_ref) == 0;
    if (is_known && git_oid_equal(&known, &tip) != 0) return {};
    git_reference* made = nullptr;
    int code = git_repository_set_head_detached(clone, &tip);  // for `--revision HEAD~1`
    if (code == 0) code = git_reference_create(&made, clone, our_ref, &tip, 1, nullptr);
    const Handle<git_reference> reference{made};
    if (code != 0) return last_error(code, Errc::unavailable).in("note what was fetched");
    return {};
}

/// @return where the ref is, all of which was received
Result<Tip> download_tip(git_repository* clone, const Remote& from, Session& session) {
    auto remote = make_remote(clone, from.url);
    if (!remote) return std::move(remote).error();
    if (auto done = connect(remote->get(), session); !done) return std::move(done).error();
    auto tip = find_tip(remote->get(), from, session);
    if (!tip) return std::move(tip).error();
    auto done = download(remote->get(), tip->ref, session);
    if (!done) return std::move(done).error();
    return tip;
}

Result<Tip> fetch_whole(const Remote& remote, const GitUrl& url, const std::string& folder,
                        bool anew, const FetchLimits& limits) {
    auto clone = prepare_clone(folder, anew);
    if (!clone) return std::move(clone).error();
    Session session{remote, url, limits};
    auto tip = download_tip(clone->get(), remote, session);
    if (!tip) return std::move(tip).error();
    auto id = parse_id(tip->commit);
    if (!id) return std::move(id).error();
    auto done = remember(clone->get(), *id);
    // The remote sent all that we said we lack; what is missing now was lost here.
    if (!done && !anew) return fetch_whole(remote, url, folder, true, limits);
    if (!done) return std::move(done).error();
    return tip;
}

Result<Tip> list_tip(const Remote& remote, const GitUrl& url) {
    auto made = make_remote(nullptr, remote.url);
    if (!made) return std::move(made).error();
    Session session{remote, url, {}};
    if (auto done = connect(made->get(), session); !done) return std::move(done).error();
    return find_tip(made->get(), remote, session);
}

}  // namespace

Result<Tip> list_ref(const Remote& remote) {
    const Library library;
    auto url = check_remote(remote);
    if (!url) return std::move(url).error();
    auto tip = list_tip(remote, *url);
    if (!tip) return std::move(tip).error().in("list " + in_quotes(remote.url));
    return tip;
}

Result<Tip> fetch_ref(const Remote& remote, const std::string& folder, bool anew,
                      const FetchLimits& limits) {
    const Library library;
    auto url = check_remote(remote);
    if (!url) return std::move(url).error();
    auto tip = fetch_whole(remote, *url, folder, anew, limits);
    if (!tip) return std::move(tip).error().in("fetch " + in_quotes(remote.url));
    return tip;
}

}  // namespace driftless::git
