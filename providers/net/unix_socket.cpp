#include "providers/net/unix_socket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "providers/net/http_connection.hpp"
#include "providers/net/platform.hpp"
#include "providers/net/pooled_transport.hpp"

namespace driftless::net {
namespace {

constexpr std::size_t most_in_flight = 8;

Error connect_error(const boost::system::error_code& code, const std::string& path) {
    const auto doing = fmt::format("connect to {}", path);
    if (code == asio::error::operation_aborted) return {Errc::canceled, doing + ": canceled"};
    if (code == asio::error::access_denied) {
        return {Errc::forbidden, doing +
                                     ": permission denied; give the user driftless runs as "
                                     "access to that socket"};
    }
    return {Errc::unavailable,
            fmt::format("{}: {}; is the server running?", doing, code.message())};
}

class UnixDialer final : public Dialer {
public:
    explicit UnixDialer(std::string path) : path_(std::move(path)) {}

    asio::awaitable<Result<std::unique_ptr<Connection>>> dial() override {
        if (auto fits = check_socket_path(path_); !fits) co_return std::move(fits).error();
        const asio::local::stream_protocol::endpoint endpoint{path_};
        asio::local::stream_protocol::socket socket{co_await asio::this_coro::executor};
        const auto [error] =
            co_await socket.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
        if (error) co_return connect_error(error, path_);
        Address address{.host = "localhost"};
        co_return make_http_connection(make_plain_stream(std::move(socket)), std::move(address));
    }

private:
    std::string path_;
};

}  // namespace

std::unique_ptr<HttpTransport> make_unix_transport(const asio::any_io_executor& executor,
                                                   Clock& clock, std::string path) {
    auto dialer = std::make_unique<UnixDialer>(std::move(path));
    return make_pooled_transport(executor, clock, std::move(dialer), most_in_flight);
}

}  // namespace driftless::net
