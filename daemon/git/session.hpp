#pragma once

#include <git2.h>

#include <optional>
#include <string>

#include "config/git_url.hpp"
#include "daemon/git/known_hosts.hpp"
#include "daemon/git/remote.hpp"

namespace driftless::git {

/// What libgit2 asks us while it speaks to one server: is this certificate or host key trusted,
/// which credential, may it go on. A credential is given once, and only to the server of the URL.
class Session {
public:
    /// @param remote  outlives it
    Session(const Remote& remote, GitUrl url, const FetchLimits& limits);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// It refers to this session.
    [[nodiscard]] git_remote_callbacks callbacks();
    /// Why the last call failed: our own refusal, or what libgit2 says, with what to do.
    [[nodiscard]] Error error(int code) const;

    /// libssh2 asks for one type of host key; ours are found only if it asks for a pinned one.
    void prefer_pinned_types();
    /// The server has none of the pinned types, or shares none of libssh2's algorithms: once more,
    /// with whatever it has, to judge that or to tell what it is. @return false for anything else
    [[nodiscard]] bool may_try_other_types(int code) const;
    void prefer_any_type();

private:
    static int on_certificate(git_cert* certificate, int valid, const char* host, void* self);
    static int on_credential(git_credential** out, const char* url, const char* user,
                             unsigned allowed, void* self);
    static int on_transfer(const git_indexer_progress* progress, void* self);

    int judge(const git_cert& certificate, bool valid, const std::string& host);
    int give(git_credential** out, const std::string& url, const std::string& user,
             unsigned allowed);
    int give_key(git_credential** out, const std::string& user);
    int watch(const git_indexer_progress& progress);
    int refuse(Errc code, std::string why);
    int refuse(Error why);
    [[nodiscard]] Error error_of(const std::string& text, int code) const;
    [[nodiscard]] Error error_of_status(const std::string& text, int status) const;
    void write_pins(const std::string& lines) const;

    const Remote& remote_;
    GitUrl url_;
    FetchLimits limits_;
    KnownHosts known_hosts_;
    std::optional<Error> refusal_;
    bool tried_ = false;  ///< the credential was given
};

}  // namespace driftless::git
