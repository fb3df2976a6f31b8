#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/base/error.hpp"

namespace driftless::net {

namespace asio = boost::asio;

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The first value of a header, without regard to case; "" where there is none.
std::string header_of(const Headers& headers, std::string_view name);

enum class Method { get, head, post, put, patch, del };
std::string_view name(Method method);

/// One request to the server that the transport is bound to.
struct Request {
    Method method = Method::get;
    std::string target;  ///< path and query: "/v1.41/containers/json?all=1"
    Headers headers{};
    std::string body{};
    std::chrono::milliseconds deadline{
        30'000};                       ///< for the whole exchange; for a stream: until its headers
    std::size_t max_body = 64u << 20;  ///< of the answer, in bytes; over it is `invalid`
};

struct Response {
    int status = 0;
    Headers headers{};
    std::string body{};

    [[nodiscard]] std::string header(std::string_view name) const;
};

/// An answer whose body arrives over time. Dropping it closes the connection.
class ResponseStream {
public:
    virtual ~ResponseStream() = default;
    [[nodiscard]] virtual int status() const = 0;
    [[nodiscard]] virtual const Headers& headers() const = 0;
    /// The next bytes, "" at a clean end. Waits as long as `idle`.
    /// @return `timed_out` after `idle` without a byte; `unavailable` when it was cut off
    virtual asio::awaitable<Result<std::string>> read(std::chrono::milliseconds idle) = 0;
};

/// How everything talks HTTP: production over Unix sockets, TCP and TLS, tests in memory.
/// Any answer is a Response, also 500; an Error means that there was none.
class HttpTransport {
public:
    virtual ~HttpTransport() = default;
    /// @return `unavailable`: refused, reset, name unknown; `forbidden`: the system does not let us
    ///         connect; `timed_out`; `canceled`; `invalid`: the answer is not HTTP, or over
    ///         `max_body`, or the request has control characters where none may be. Repeats nothing
    ///         by itself, save on a reused connection that the server had closed before a byte came
    ///         back, for GET and HEAD.
    virtual asio::awaitable<Result<Response>> send(Request request) = 0;
    /// For answers that stream: on a connection of its own.
    virtual asio::awaitable<Result<std::unique_ptr<ResponseStream>>> open(Request request) = 0;
};

}  // namespace driftless::net
