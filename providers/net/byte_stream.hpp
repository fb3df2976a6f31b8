#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/system/error_code.hpp>

#include <memory>

#include "config/base/error.hpp"

namespace driftless::net {

namespace asio = boost::asio;

/// What became of a read.
struct Received {
    boost::system::error_code code;  ///< `asio::error::eof`: the other side said that it was all
    std::size_t bytes = 0;
};

/// Bytes both ways: a connected socket, bare or with TLS on it. It has no deadlines of its own: a
/// canceled call leaves it in no state to be used again.
class ByteStream {
public:
    virtual ~ByteStream() = default;
    virtual asio::awaitable<Received> read_some(asio::mutable_buffer into) = 0;
    /// All of them.
    virtual asio::awaitable<boost::system::error_code> write(asio::const_buffer bytes) = 0;
    /// Open at both ends, with nothing to read? Does not wait.
    [[nodiscard]] virtual bool is_quiet() = 0;
};

/// A bare socket, TCP or Unix.
std::unique_ptr<ByteStream> make_plain_stream(asio::generic::stream_protocol::socket socket);

}  // namespace driftless::net
