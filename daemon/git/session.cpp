#include "daemon/git/session.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "daemon/git/library.hpp"
#include "providers/net/certificate.hpp"

namespace driftless::git {
namespace {

constexpr std::string_view no_common_algorithm = "Unable to exchange encryption keys";

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != text.npos;
}

}  // namespace

Session::Session(const Remote& remote, GitUrl url, const FetchLimits& limits)
    : remote_(remote),
      url_(std::move(url)),
      limits_(limits),
      known_hosts_(remote.login.known_hosts, remote.login.known_hosts_file, url_.host, url_.port) {}

git_remote_callbacks Session::callbacks() {
    git_remote_callbacks callbacks{};
    git_remote_init_callbacks(&callbacks, GIT_REMOTE_CALLBACKS_VERSION);
    callbacks.certificate_check = on_certificate;
    callbacks.credentials = on_credential;
    callbacks.transfer_progress = on_transfer;
    callbacks.payload = this;
    return callbacks;
}

int Session::on_certificate(git_cert* certificate, int valid, const char* host, void* self) {
    return static_cast<Session*>(self)->judge(*certificate, valid == 1,
                                              host == nullptr ? "" : host);
}

int Session::on_credential(git_credential** out, const char* url, const char* user,
                           unsigned allowed, void* self) {
    return static_cast<Session*>(self)->give(out, url == nullptr ? "" : url,
                                             user == nullptr ? "" : user, allowed);
}

int Session::on_transfer(const git_indexer_progress* progress, void* self) {
    return static_cast<Session*>(self)->watch(*progress);
}

/// Our answer wins over the library's, and 0 trusts: so it is given in two places only.
int Session::judge(const git_cert& certificate, bool valid, const std::string& host) {
    if (certificate.cert_type == GIT_CERT_X509) {
        if (valid && url_.scheme == GitScheme::https) return 0;
        const auto& x509 = reinterpret_cast<const git_cert_x509&>(certificate);
        const std::string_view bytes{static_cast<const char*>(x509.data), x509.len};
        const net::CertificateUse use{url_.host, "auth.ca"};
        return refuse(Errc::forbidden, fmt::format("certificate of {}: {}", host,
                                                   net::fault_of_certificate(bytes, use)));
    }
    if (certificate.cert_type == GIT_CERT_HOSTKEY_LIBSSH2) {
        const auto& key = reinterpret_cast<const git_cert_hostkey&>(certificate);
        if ((key.type & GIT_CERT_SSH_RAW) == 0) {
            return refuse(Errc::forbidden, "libssh2 doesn't tell the server's host key");
        }
        const auto known = known_hosts_.check({key.hostkey, key.hostkey_len});
        return known ? 0 : refuse(known.error());
    }
    return refuse(Errc::forbidden, "the server has neither a certificate nor a host key");
}

int Session::give(git_credential** out, const std::string& url, const std::string& user,
                  unsigned allowed) {
    const auto asking = parse_git_url(url);
    if (!asking || asking->origin() != url_.origin()) {
        return refuse(
            Errc::forbidden,
            "the server sends us elsewhere, and there a credential is asked for, which is "
            "for the server of the url alone; write the new address as url");
    }
    if ((allowed & GIT_CREDENTIAL_USERNAME) != 0) {
        return git_credential_username_new(out, url_.user.empty() ? "git" : url_.user.c_str());
    }
    if (url_.scheme == GitScheme::ssh) return give_key(out, user);
    if (remote_.login.password.empty()) {
        return refuse(Errc::unauthenticated,
                      "the server asks for a credential; give the source one under auth");
    }
    if (tried_ || (allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT) == 0) {
        return refuse(Errc::unauthenticated,
                      "the server refused the credential; look at auth, and at what it may read");
    }
    tried_ = true;
    const std::string password{remote_.login.password.reveal()};
    return git_credential_userpass_plaintext_new(out, remote_.login.username.c_str(),
                                                 password.c_str());
}

int Session::give_key(git_credential** out, const std::string& user) {
    if (remote_.login.key.empty()) return refuse(Errc::unauthenticated, "there is no ssh key");
    if (tried_) {
        return refuse(Errc::unauthenticated,
                      fmt::format("the server refused the ssh key for user {}; give it the key's "
                                  "public part, which `ssh-keygen -y -f FILE` prints",
                                  in_quotes(user)));
    }
    tried_ = true;
    const std::string key{remote_.login.key.reveal()};
    const std::string passphrase{remote_.login.passphrase.reveal()};
    return git_credential_ssh_key_memory_new(out, user.c_str(), nullptr, key.c_str(),
                                             passphrase.empty() ? nullptr : passphrase.c_str());
}

int Session::watch(const git_indexer_progress& progress) {
    if (progress.received_bytes > limits_.bytes) {
        return refuse(Errc::invalid,
                      fmt::format("the fetch was given up: it is over {} bytes, the limit; raise "
                                  "limits.megabytes, or make the repository smaller",
                                  limits_.bytes));
    }
    if (progress.total_objects > limits_.objects) {
        return refuse(Errc::invalid,
                      fmt::format("the fetch was given up: it has {} objects, the limit is {}; "
                                  "raise limits.objects, or make the repository smaller",
                                  progress.total_objects, limits_.objects));
    }
    return 0;
}

int Session::refuse(Errc code, std::string why) {
    return refuse(Error{code, std::move(why)});
}

int Session::refuse(Error why) {
    if (!refusal_) refusal_ = std::move(why);
    return GIT_EUSER;
}

Error Session::error(int code) const {
    if (refusal_) return *refusal_;
    const Error said = last_error(code, Errc::unavailable);
    return said.code == Errc::unavailable ? error_of(said.message, code) : said;
}

/// libgit2 has one code for nearly all; its words are what tells them apart.
Error Session::error_of(const std::string& text, int) const {
    constexpr std::string_view status = "unexpected http status code: ";
    if (const auto at = text.find(status); at != text.npos) {
        return error_of_status(text, std::atoi(text.c_str() + at + status.size()));
    }
    if (has(text, "redirect")) {
        return {Errc::invalid, "the server sends us elsewhere (" + text +
                                   "), where we don't go; write the new address as url"};
    }
    if (has(text, "fatal alert message")) {
        return {Errc::unavailable,
                text +
                    "; a server that speaks TLS 1.3 only is one that libgit2 with mbedTLS can't "
                    "reach: let it speak TLS 1.2 too"};
    }
    if (has(text, "content-type") || has(text, "invalid server response")) {
        return {Errc::invalid, "no git server answers there: " + text};
    }
    if (has(text, "Wrong passphrase") || has(text, "extract public key") ||
        has(text, "Private key unpack failed")) {
        return {Errc::unauthenticated,
                "the ssh key cannot be opened: " + text + "; look at auth.passphrase"};
    }
    if (has(text, no_common_algorithm)) {
        return {Errc::unavailable, text + "; libssh2 and the server share no algorithm"};
    }
    return {Errc::unavailable, text};
}

Error Session::error_of_status(const std::string& text, int status) const {
    switch (status) {
        case 401: return {Errc::unauthenticated, text};
        case 403: return {Errc::forbidden, text + "; the credential may not read this repository"};
        case 404:
            return {Errc::unavailable,
                    text +
                        "; there is no such repository, or it is hidden from who may not read "
                        "it"};
        case 429: return {Errc::rate_limited, text};
        default: return {status >= 500 ? Errc::unavailable : Errc::invalid, text};
    }
}

void Session::prefer_pinned_types() {
    if (url_.scheme == GitScheme::ssh) write_pins(known_hosts_.lines());
}

bool Session::may_try_other_types(int code) const {
    return code != 0 && !refusal_ && !tried_ && url_.scheme == GitScheme::ssh &&
           has(last_error(code, Errc::unavailable).message, no_common_algorithm);
}

void Session::prefer_any_type() {
    write_pins("");
}

/// libgit2 reads the types from ~/.ssh/known_hosts. Only ever written in a home of our own.
void Session::write_pins(const std::string& lines) const {
    const char* home = std::getenv("HOME");
    if (remote_.login.home.empty() || home == nullptr || remote_.login.home != home) return;
    const std::filesystem::path folder = std::filesystem::path{home} / ".ssh";
    const std::filesystem::path file = folder / "known_hosts";
    std::ifstream there{file, std::ios::binary};
    const std::string before{std::istreambuf_iterator<char>{there}, {}};
    if (there.is_open() && before == lines) return;
    std::error_code ignored;  // without it a host key may be refused, and says so
    std::filesystem::create_directories(folder, ignored);
    std::ofstream{file, std::ios::binary | std::ios::trunc} << lines;
}

}  // namespace driftless::git
