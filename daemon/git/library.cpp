#include "daemon/git/library.hpp"

#include <algorithm>
#include <cassert>
#include <filesystem>

namespace driftless::git {
namespace {

constexpr std::size_t longest_message = 400;

std::string harmless(std::string text) {
    if (text.size() > longest_message) text = text.substr(0, longest_message) + "…";
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    return text;
}

}  // namespace

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

Result<void> Authorities::use(const std::string& file) {
    if (file.empty()) return {};
    std::error_code problem;
    const auto changed = std::filesystem::last_write_time(file, problem).time_since_epoch();
    const auto size = std::filesystem::file_size(file, problem);
    const std::string state = fmt::format("{} {} {}", file, changed.count(), size);
    if (!problem && state == used_) return {};
    const Library library;
    const int code = git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, file.c_str(), nullptr);
    if (code == 0 && !problem) {
        used_ = state;
        return {};
    }
    if (problem) {
        return Error{Errc::invalid,
                     fmt::format("auth.ca {}: {}", in_quotes(file), problem.message())};
    }
    return last_error(code, Errc::invalid)
        .in(fmt::format("auth.ca {}: expected certificates in PEM", in_quotes(file)));
}

Error last_error(int code, Errc unless_known) {
    const git_error* last = git_error_last();
    const std::string what = last == nullptr || last->message == nullptr
                                 ? fmt::format("libgit2 error {}", code)
                                 : harmless(last->message);
    if (code == GIT_EAUTH) return {Errc::unauthenticated, what};
    // Without any configuration, libgit2 1.5 misses the list of exceptions and says that instead.
    if (code == GIT_EOWNER || what.find("safe.directory") != what.npos) {
        return {
            Errc::forbidden,
            "the repository belongs to another user; chown it to the one that driftless runs as"};
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
