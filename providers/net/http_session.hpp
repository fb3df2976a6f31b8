#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <optional>

#include "providers/net/server.hpp"

namespace driftless::net {

/// What came over a connection: a request, or the answer to what is none, or neither at its end.
struct Incoming {
    std::optional<ServerRequest> request;
    std::optional<ServerResponse> refusal;
    bool keep_alive = false;
};

/// The server's side of one connection, with HTTP on it.
class HttpSession {
public:
    using Socket = asio::generic::stream_protocol::socket;

    HttpSession(Socket socket, Peer peer, Clock& clock, const ServerLimits& limits)
        : socket_(std::move(socket)),
          peer_(peer),
          clock_(clock),
          limits_(limits),
          buffer_(2 * limits.header) {}

    asio::awaitable<Incoming> read();
    /// @param body_too  false for HEAD: the length is told, the body isn't sent. @return was it
    /// sent?
    asio::awaitable<bool> write(ServerResponse response, bool body_too, bool keep_alive);
    /// Writes the head, then lets `response.stream` write until it ends or nobody reads any more.
    /// The connection is of no use afterwards.
    asio::awaitable<void> stream(ServerResponse response);
    /// Says that no more will come, and takes what the other side still sends for a moment: closing
    /// at once would make the system throw away our last answer.
    asio::awaitable<void> finish();

    /// Nothing is under way that must come to its end: it waits for the head of a request, or goes
    /// on telling for ever.
    [[nodiscard]] bool is_idle() const { return idle_; }
    void close();

private:
    class Writer;
    asio::awaitable<void> gone();

    Socket socket_;
    Peer peer_;
    Clock& clock_;
    const ServerLimits& limits_;
    boost::beast::flat_buffer buffer_;  ///< bounded: the head of a chunk has no limit of its own
    bool idle_ = true;
};

}  // namespace driftless::net
