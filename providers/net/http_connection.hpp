#pragma once

#include <memory>
#include <string>

#include "providers/net/byte_stream.hpp"
#include "providers/net/connection.hpp"

namespace driftless::net {

/// How requests address their server.
struct Address {
    std::string host;      ///< what the Host header says: "api.cloudflare.com", "[::1]:8443"
    std::string prefix{};  ///< put in front of every target: "/client/v4"
};

/// HTTP over a connected stream.
std::unique_ptr<Connection> make_http_connection(std::unique_ptr<ByteStream> stream,
                                                 Address address);

}  // namespace driftless::net
