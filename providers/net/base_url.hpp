#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/base/error.hpp"

namespace driftless::net {

/// Where a service is: "https://api.cloudflare.com/client/v4".
struct BaseUrl {
    bool tls = true;
    std::string host;  ///< in small letters; an IPv6 address without its brackets
    std::uint16_t port = 443;
    std::string prefix;  ///< "/client/v4", or ""; never ends in a slash

    [[nodiscard]] std::string authority() const;  ///< "api.cloudflare.com", "[::1]:8443"
    [[nodiscard]] std::string text() const;
};

/// `https://HOST[:PORT][/PREFIX]`; `http://` for this machine only (127.0.0.0/8, ::1, localhost,
/// and 169.254.169.254, where its cloud answers it about itself), since a credential must not
/// travel in the clear. @return `invalid`
Result<BaseUrl> parse_base_url(std::string_view text);

}  // namespace driftless::net
