#pragma once

#include <memory>
#include <string>

#include "providers/net/clock.hpp"
#include "providers/net/http.hpp"
#include "providers/net/resolver.hpp"

namespace driftless::net {

/// One service on the network.
struct HttpsParts {
    std::string url;   ///< "https://api.cloudflare.com/client/v4", as `parse_base_url` takes it
    std::string ca{};  ///< a file of authorities trusted in place of the system's, in PEM
    std::size_t width = 8;  ///< requests in flight; more wait their turn
    Lookup lookup = look_up;
};

/// HTTP over TLS 1.2 or newer to one service: the path of its URL goes in front of every target,
/// its certificate and name are always verified, redirects are answers like others. All addresses
/// of the name are tried, one after the other. Connections are kept and used again while they are
/// younger than a minute. `http://` goes to this machine only.
/// @return `invalid`: the URL, or the CA file. A request fails with `forbidden` where the
/// certificate
///         is not one that we trust, and with `invalid` where no TLS is spoken; else as
///         HttpTransport.
Result<std::unique_ptr<HttpTransport>> make_https_transport(const asio::any_io_executor& executor,
                                                            Clock& clock, const HttpsParts& parts);

}  // namespace driftless::net
