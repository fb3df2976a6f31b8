#include "daemon/git/remote.hpp"

#include <optional>
#include <vector>

#include "config/base/nearest.hpp"
#include "daemon/git/clone.hpp"

namespace driftless::git {
namespace {

constexpr std::string_view heads = "refs/heads/";

Result<void> check_remote(const Remote& remote) {
    int valid = 0;
    if (git_reference_name_is_valid(&valid, remote.ref.c_str()) != 0 || valid == 0) {
        return Error{Errc::invalid,
                     fmt::format("{} is not the name of a ref", in_quotes(remote.ref))};
    }
    if (remote.url.starts_with("file://")) return {};
    return Error{Errc::invalid,
                 fmt::format("{}: only file:// can be read yet", in_quotes(remote.url))};
}

/// What a fetch may still bring, and whether it was given up.
struct Watch {
    FetchLimits limits;
    std::string over;
};

int watch_transfer(const git_indexer_progress* progress, void* payload) {
    Watch& watch = *static_cast<Watch*>(payload);
    if (progress->received_bytes > watch.limits.bytes) {
        watch.over = fmt::format("it is over {} bytes", watch.limits.bytes);
    } else if (progress->total_objects > watch.limits.objects) {
        watch.over = fmt::format("it has {} objects, the limit is {}", progress->total_objects,
                                 watch.limits.objects);
    }
    return watch.over.empty() ? 0 : GIT_EUSER;
}

/// Without these flags libgit2 1.5 leaks at each call, and lets a configuration rewrite our URL.
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
Result<void> connect(git_remote* remote) {
    git_remote_callbacks callbacks{};
    git_remote_init_callbacks(&callbacks, GIT_REMOTE_CALLBACKS_VERSION);
    const int code = git_remote_connect(remote, GIT_DIRECTION_FETCH, &callbacks, nullptr, nullptr);
    if (code != 0) return last_error(code, Errc::unavailable);
    return {};
}

Error no_such_ref(const std::string& ref, const std::vector<std::string>& branches) {
    if (branches.empty()) return {Errc::not_found, "the repository has no branch at all"};
    if (!ref.starts_with(heads)) return {Errc::not_found, fmt::format("it has no {}", ref)};
    const std::string branch = ref.substr(heads.size());
    return {Errc::not_found, fmt::format("it has no branch {}{}", in_quotes(branch),
                                         did_you_mean(branch, branches))};
}

Result<git_oid> find_ref(git_remote* remote, const std::string& ref) {
    const git_remote_head** listed = nullptr;
    std::size_t count = 0;
    const int code = git_remote_ls(&listed, &count, remote);
    if (code != 0) return last_error(code, Errc::unavailable);
    std::vector<std::string> branches;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string name = listed[i]->name;
        if (name == ref) return listed[i]->oid;
        if (name.starts_with(heads)) branches.push_back(name.substr(heads.size()));
    }
    return no_such_ref(ref, branches);
}

Result<void> download(git_remote* remote, const std::string& ref, const FetchLimits& limits) {
    Watch watch{limits, ""};
    git_fetch_options options{};
    git_fetch_options_init(&options, GIT_FETCH_OPTIONS_VERSION);
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
    options.update_fetchhead = 0;
    options.callbacks.transfer_progress = watch_transfer;
    options.callbacks.payload = &watch;
    std::string wanted = fmt::format("+{}:{}", ref, our_ref);
    char* first = wanted.data();
    const git_strarray refs{&first, 1};
    const int code = git_remote_download(remote, &refs, &options);
    if (!watch.over.empty()) {
        return Error{Errc::invalid, fmt::format("the fetch was given up: {}", watch.over)};
    }
    if (code != 0) return last_error(code, Errc::unavailable);
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

/// @return the commit that the ref is at, all of which was received
Result<git_oid> download_tip(git_repository* clone, const Remote& from, const FetchLimits& limits) {
    auto remote = make_remote(clone, from.url);
    if (!remote) return std::move(remote).error();
    if (auto done = connect(remote->get()); !done) return std::move(done).error();
    auto tip = find_ref(remote->get(), from.ref);
    if (!tip) return std::move(tip).error();
    if (auto done = download(remote->get(), from.ref, limits); !done)
        return std::move(done).error();
    return tip;
}

Result<std::string> fetch_whole(const Remote& remote, const std::string& folder, bool anew,
                                const FetchLimits& limits) {
    auto clone = prepare_clone(folder, anew);
    if (!clone) return std::move(clone).error();
    auto tip = download_tip(clone->get(), remote, limits);
    if (!tip) return std::move(tip).error();
    auto done = remember(clone->get(), *tip);
    // The remote sent all that we said we lack; what is missing now was lost here.
    if (!done && !anew) return fetch_whole(remote, folder, true, limits);
    if (!done) return std::move(done).error();
    return to_string(*tip);
}

}  // namespace

Result<std::string> list_ref(const Remote& remote) {
    const Library library;
    if (auto fit = check_remote(remote); !fit) return std::move(fit).error();
    git_remote* made = nullptr;
    const int code = git_remote_create_detached(&made, remote.url.c_str());
    if (code != 0) return last_error(code, Errc::invalid).in("list " + in_quotes(remote.url));
    const Handle<git_remote> unbound{made};
    auto connected = connect(made);
    if (!connected) return std::move(connected).error().in("list " + in_quotes(remote.url));
    auto tip = find_ref(made, remote.ref);
    if (!tip) return std::move(tip).error().in("list " + in_quotes(remote.url));
    return to_string(*tip);
}

Result<std::string> fetch_ref(const Remote& remote, const std::string& folder, bool anew,
                              const FetchLimits& limits) {
    const Library library;
    if (auto fit = check_remote(remote); !fit) return std::move(fit).error();
    auto tip = fetch_whole(remote, folder, anew, limits);
    if (!tip) return std::move(tip).error().in("fetch " + in_quotes(remote.url));
    return tip;
}

}  // namespace driftless::git
