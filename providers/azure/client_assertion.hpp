#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "config/base/secret.hpp"
#include "providers/net/clock.hpp"

namespace driftless::azure {

/// A certificate with its private key, which signs for an app registration.
class SigningKey {
public:
    /// @param pem  both, in any order; RSA, without a passphrase
    /// @return `invalid`: it holds no such pair, and what it lacks
    static Result<SigningKey> read(const Secret& pem);

    /// A JWT for one request, signed by PS256 and good for ten minutes.
    /// @param audience  the token URL
    /// @return `internal`: OpenSSL could not sign
    /// https://learn.microsoft.com/entra/identity-platform/certificate-credentials
    [[nodiscard]] Result<Secret> assertion(const std::string& client_id,
                                           const std::string& audience, net::WallTime now,
                                           const std::string& id) const;

private:
    struct Parts;
    explicit SigningKey(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}

    std::shared_ptr<const Parts> parts_;  // copied with us; OpenSSL's objects are not
};

/// Without padding, in the letters of URLs. RFC 4648, section 5.
std::string base64url_of(std::string_view bytes);
/// Of either alphabet, with or without padding. @return nothing where it is no base64
std::optional<std::string> from_base64(std::string_view text);

}  // namespace driftless::azure
