#include "daemon/git/library.hpp"

#include <cassert>

namespace driftless::git {

Library::Library() {
    const int users = git_libgit2_init();
    assert(users > 0);
    if (users > 1) return;  // set already
    for (const auto level : {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL,
                             GIT_CONFIG_LEVEL_PROGRAMDATA}) {
        git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
    }
    git_libgit2_opts(GIT_OPT_SET_TEMPLATE_PATH, "");
    git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, static_cast<ssize_t>(8) << 20);
    git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
}

Library::~Library() {
    git_libgit2_shutdown();
}

Error last_error(int code, Errc unless_known) {
    const git_error* last = git_error_last();
    const std::string what = last == nullptr || last->message == nullptr
                                 ? fmt::format("libgit2 error {}", code)
                                 : std::string(last->message);
    if (code == GIT_EAUTH) return {Errc::unauthenticated, what};
    if (code == GIT_EOWNER) {
        return {Errc::forbidden,
                what + "; the repository must belong to the user that driftless runs as"};
    }
    return {unless_known, what};
}

std::string to_string(const git_oid& id) {
    std::string hex(GIT_OID_HEXSZ, '0');
    git_oid_fmt(hex.data(), &id);
    return hex;
}

Result<git_oid> parse_id(const std::string& text) {
    git_oid id{};
    if (text.size() != GIT_OID_HEXSZ || git_oid_fromstr(&id, text.c_str()) != 0) {
        return Error{Errc::invalid, fmt::format("{} is not the id of a commit", in_quotes(text))};
    }
    return id;
}

}  // namespace driftless::git
