#pragma once

#include <boost/asio/generic/stream_protocol.hpp>

#include <memory>
#include <string>

#include "providers/net/connection.hpp"

namespace driftless::net {

/// HTTP over a connected socket, TCP or Unix.
/// @param host  what the Host header says
std::unique_ptr<Connection> make_http_connection(asio::generic::stream_protocol::socket socket,
                                                 std::string host);

}  // namespace driftless::net
