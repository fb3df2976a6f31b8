#pragma once

#include <boost/asio/awaitable.hpp>

#include <memory>

#include "providers/net/http.hpp"

namespace driftless::net {

/// The beginning of an answer whose body is still to come.
struct ResponseHead {
    int status = 0;
    Headers headers;
};

/// One connection to one server, with HTTP on it. It has no deadlines of its own: a canceled call
/// leaves it in no state to be used again.
class Connection {
public:
    virtual ~Connection() = default;
    /// Sends the request and reads the whole answer.
    virtual asio::awaitable<Result<Response>> exchange(const Request& request) = 0;
    /// Sends the request and reads the head of the answer; then `read_some` until it gives "".
    virtual asio::awaitable<Result<ResponseHead>> begin(const Request& request) = 0;
    virtual asio::awaitable<Result<std::string>> read_some() = 0;
    /// May another exchange use it: both sides keep it open, and nothing has come in since?
    [[nodiscard]] virtual bool is_reusable() = 0;
    /// Did the last exchange end before a byte of an answer came?
    [[nodiscard]] virtual bool is_unanswered() const = 0;
};

/// Makes connections to one server: over a Unix socket, TCP, TLS, or a child process.
class Dialer {
public:
    virtual ~Dialer() = default;
    virtual asio::awaitable<Result<std::unique_ptr<Connection>>> dial() = 0;
};

}  // namespace driftless::net
