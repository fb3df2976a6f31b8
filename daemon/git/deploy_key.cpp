#include "daemon/git/deploy_key.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "daemon/git/ssh_wire.hpp"

namespace driftless::git {
namespace {

constexpr std::string_view begin_mark = "-----BEGIN ";

/// Of a key in OpenSSH's own form, whose public part is never encrypted.
std::string type_of_openssh(std::string_view body) {
    std::string text{body};
    std::erase_if(text, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
    const auto bytes = from_base64(text);
    constexpr std::string_view magic{"openssh-key-v1\0", 15};
    if (!bytes || !bytes->starts_with(magic)) return "";
    std::string_view rest = std::string_view{*bytes}.substr(magic.size());
    for (int i = 0; i < 3; ++i) {  // cipher, key derivation, its options
        if (!take_string(rest)) return "";
    }
    if (rest.size() < 4) return "";
    rest.remove_prefix(4);  // how many keys
    return key_type(take_string(rest).value_or(""));
}

int give_passphrase(char* into, int size, int, void* passphrase) {
    const std::string_view text = static_cast<const Secret*>(passphrase)->reveal();
    if (size < 0 || text.size() > static_cast<std::size_t>(size)) return -1;
    std::ranges::copy(text, into);
    return static_cast<int>(text.size());
}

/// Of a key in PKCS #8; "" where the passphrase doesn't open it.
std::string type_of_pkcs8(std::string_view text, Secret passphrase) {
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio{
        BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free_all};
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{
        PEM_read_bio_PrivateKey(bio.get(), nullptr, give_passphrase, &passphrase), EVP_PKEY_free};
    return key && EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA ? "ssh-rsa" : "";
}

/// "ssh-rsa", "ssh-ed25519", … or "" where only who opens it can tell; none when it is no private
/// key.
std::optional<std::string> type_of(std::string_view text, const Secret& passphrase) {
    const std::string_view whole = text;
    const std::size_t begin = text.find(begin_mark);
    if (begin == text.npos) return std::nullopt;
    text.remove_prefix(begin + begin_mark.size());
    const std::size_t end = text.find("-----");
    const auto what = text.substr(0, end);
    if (end == text.npos || !what.ends_with("PRIVATE KEY")) return std::nullopt;
    if (what.starts_with("RSA ")) return "ssh-rsa";
    if (what.starts_with("DSA ")) return "ssh-dss";
    if (!what.starts_with("OPENSSH ")) return type_of_pkcs8(whole, passphrase);
    const auto body = text.substr(end + 5);
    std::string type = type_of_openssh(body.substr(0, body.find("-----")));
    if (type.empty()) return std::nullopt;
    return type;
}

}  // namespace

Result<void> check_deploy_key(const Secret& key, const Secret& passphrase,
                              const std::string& file) {
    const auto refuse = [&](std::string_view why) {
        return Error{Errc::invalid,
                     fmt::format("ssh key {}: {}; make one with `ssh-keygen -t ed25519 -f FILE`",
                                 in_quotes(file), why)};
    };
    const auto type = type_of(key.reveal(), passphrase);
    if (!type) return refuse("it holds no private key");
    if (*type == "ssh-rsa") {
        return refuse(
            "it is an RSA key; libssh2 before 1.11 signs with SHA-1 for these, which servers "
            "since OpenSSH 8.8 refuse");
    }
    if (*type == "ssh-dss") return refuse("it is a DSA key, which no server takes any more");
    if (type->starts_with("sk-")) return refuse("it needs a security key that somebody touches");
    return {};
}

}  // namespace driftless::git
