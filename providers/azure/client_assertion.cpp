#include "providers/azure/client_assertion.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <nlohmann/json.hpp>

#include <array>

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds life = 10min;

struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* digest) const { EVP_MD_CTX_free(digest); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

/// A file with a passphrase must not make OpenSSL ask for it on the terminal.
int no_passphrase(char*, int, int, void*) {
    return 0;
}

Owned<BIO> reader_of(const Secret& pem) {
    const auto text = pem.reveal();
    return Owned<BIO>{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

std::string thumbprint_of(X509* certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    X509_digest(certificate, EVP_sha256(), digest.data(), &size);
    return base64url_of({reinterpret_cast<const char*>(digest.data()), size});
}

std::optional<std::string> signature_of(EVP_PKEY* key, std::string_view text) {
    const Owned<EVP_MD_CTX> digest{EVP_MD_CTX_new()};
    EVP_PKEY_CTX* how = nullptr;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    const bool ready = EVP_DigestSignInit(digest.get(), &how, EVP_sha256(), nullptr, key) == 1 &&
                       EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) == 1 &&
                       EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST) == 1;
    std::size_t size = 0;
    if (!ready || EVP_DigestSign(digest.get(), nullptr, &size, bytes, text.size()) != 1) {
        return std::nullopt;
    }
    std::string signature(size, '\0');
    auto* to = reinterpret_cast<unsigned char*>(signature.data());
    if (EVP_DigestSign(digest.get(), to, &size, bytes, text.size()) != 1) return std::nullopt;
    signature.resize(size);
    return signature;
}

std::int64_t seconds_of(net::WallTime time) {
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

struct SigningKey::Parts {
    Owned<X509> certificate;
    Owned<EVP_PKEY> key;
};

Result<SigningKey> SigningKey::read(const Secret& pem) {
    const auto wrong = [](std::string_view what) {
        ERR_clear_error();
        return Error{Errc::invalid,
                     fmt::format("{}; expected a certificate and its private key (RSA, without a "
                                 "passphrase) as PEM",
                                 what)};
    };
    auto parts = std::make_shared<Parts>();
    parts->certificate.reset(
        PEM_read_bio_X509(reader_of(pem).get(), nullptr, no_passphrase, nullptr));
    if (!parts->certificate) return wrong("there is no certificate");
    parts->key.reset(
        PEM_read_bio_PrivateKey(reader_of(pem).get(), nullptr, no_passphrase, nullptr));
    if (!parts->key) return wrong("there is no private key that can be read");
    if (EVP_PKEY_base_id(parts->key.get()) != EVP_PKEY_RSA) return wrong("the key is not RSA");
    if (X509_check_private_key(parts->certificate.get(), parts->key.get()) != 1) {
        return wrong("the private key is not the certificate's");
    }
    return SigningKey{std::move(parts)};
}

Result<Secret> SigningKey::assertion(const std::string& client_id, const std::string& audience,
                                     net::WallTime now, const std::string& id) const {
    const nlohmann::json header{
        {"alg", "PS256"}, {"typ", "JWT"}, {"x5t#S256", thumbprint_of(parts_->certificate.get())}};
    const nlohmann::json claims{{"aud", audience},
                                {"iss", client_id},
                                {"sub", client_id},
                                {"jti", id},
                                {"nbf", seconds_of(now)},
                                {"iat", seconds_of(now)},
                                {"exp", seconds_of(now + life)}};
    std::string token = base64url_of(header.dump()) + "." + base64url_of(claims.dump());
    const auto signature = signature_of(parts_->key.get(), token);
    if (!signature) {
        ERR_clear_error();
        return Error{Errc::internal, "the certificate's key could not sign"};
    }
    token += "." + base64url_of(*signature);
    return Secret{std::move(token)};
}

std::string base64url_of(std::string_view bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    while (text.ends_with('=')) text.pop_back();
    for (char& letter : text) letter = letter == '+' ? '-' : letter == '/' ? '_' : letter;
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    std::string padded{text};
    while (padded.ends_with('=')) padded.pop_back();
    for (char& letter : padded) letter = letter == '-' ? '+' : letter == '_' ? '/' : letter;
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const bool clean = padded.find_first_not_of(letters) == std::string::npos;
    if (!clean || padded.size() % 4 == 1) return std::nullopt;
    const std::size_t missing = (4 - padded.size() % 4) % 4;
    padded.append(missing, '=');
    std::string bytes(padded.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                     reinterpret_cast<const unsigned char*>(padded.data()),
                                     static_cast<int>(padded.size()));
    if (size < 0) return std::nullopt;
    bytes.resize(bytes.size() - missing);
    return bytes;
}

}  // namespace driftless::azure
