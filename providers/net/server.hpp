#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "providers/net/clock.hpp"
#include "providers/net/http.hpp"

namespace driftless::net {

/// Who is at the other end.
struct Peer {
    enum class Kind { tcp, unix_socket };
    Kind kind = Kind::tcp;
    std::optional<std::uint32_t> uid;  ///< of a Unix socket
};

struct ServerRequest {
    Method method = Method::get;
    std::string target;  ///< as it came: path and query, percent-encoded
    Headers headers;
    std::string body;
    Peer peer;

    /// The first value of a header, without regard to case; "" where there is none.
    [[nodiscard]] std::string header(std::string_view name) const {
        return header_of(headers, name);
    }
};

/// Where an answer that goes on is written, bit by bit.
class Outlet {
public:
    virtual ~Outlet() = default;
    /// Waits until the system has taken the bytes. @return `timed_out`: it did not within
    /// `request_in`; `unavailable`: nobody reads any more; `canceled`
    virtual asio::awaitable<Result<void>> write(std::string bytes) = 0;
};

/// Writes the body of an answer as long as there is something to tell. Canceled when its reader
/// goes away or the server stops.
using StreamBody = std::function<asio::awaitable<void>(Outlet&)>;

struct ServerResponse {
    int status = 200;
    Headers headers{};
    std::string body{};
    StreamBody
        stream{};  ///< instead of `body`: the answer ends when it does, by the connection's end
};

using Handler = std::function<asio::awaitable<ServerResponse>(ServerRequest)>;

struct ServerLimits {
    std::size_t header = 8u << 10;                ///< bytes; over it: 431
    std::size_t body = 64u << 10;                 ///< bytes; over it: 413
    std::chrono::milliseconds headers_in{5'000};  ///< for the head of a request, and between two
    std::chrono::milliseconds request_in{
        15'000};                   ///< for its body, for the handler, for the answer each
    std::size_t connections = 64;  ///< of each listener; more wait in the system's queue
    /// File descriptors that are left to the rest of the program: who connects when only so many
    /// are free is sent away at once. Never more than a quarter of all.
    int spare_descriptors = 48;
};

/// A small HTTP/1.1 server for people and programs of this machine. Requests of one connection are
/// answered in order, connections side by side. What is wrong at the level of HTTP it answers
/// itself, with a problem document (RFC 9457); a handler that throws is a 500. No answer may be
/// kept, guessed at or embedded by a browser, unless the handler's headers say otherwise.
class Server {
public:
    /// @param handler  called on the loop; what it refers to must outlive the server
    Server(asio::any_io_executor executor, Clock& clock, Handler handler, ServerLimits limits = {});
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    /// Binds a TCP port. @param address  a number, "127.0.0.1" or "::1"; whether it may be one that
    /// others reach is for the caller to decide. @param port  0: any free one
    /// @return the port; `conflict`: it is taken; `invalid`: no such address
    Result<std::uint16_t> listen_tcp(const std::string& address, std::uint16_t port);
    /// Binds a Unix socket that only its owner may open (0600). A socket file that nobody answers
    /// any more is replaced. @return `conflict`: somebody answers there; `invalid`; `unavailable`
    Result<void> listen_unix(const std::string& path);

    /// Answers until `stop` or until canceled. @return `canceled`, or `internal`
    asio::awaitable<Result<void>> serve();
    /// Takes no more; requests that have begun are answered, idle connections end. Safe to repeat.
    void stop();

private:
    struct State;
    class Work;
    std::shared_ptr<State> state_;  // shared with the connections' coroutines
};

/// "application/problem+json" with title and detail, and no type but the status.
ServerResponse problem(int status, std::string_view title, std::string_view detail);

}  // namespace driftless::net
