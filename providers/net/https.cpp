#include "providers/net/https.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

#include "providers/net/base_url.hpp"
#include "providers/net/deadline.hpp"
#include "providers/net/http_connection.hpp"
#include "providers/net/pooled_transport.hpp"
#include "providers/net/tls_stream.hpp"

namespace driftless::net {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;
using Dialed = Result<std::unique_ptr<Connection>>;

/// For an address that doesn't answer at all, where there is another; the last has the whole
/// deadline.
constexpr std::chrono::milliseconds patience = 3s;

asio::awaitable<Result<tcp::socket>> connect(tcp::endpoint endpoint) {
    tcp::socket socket{co_await asio::this_coro::executor};
    const auto [code] =
        co_await socket.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
    if (code == asio::error::operation_aborted) co_return Error{Errc::canceled, "canceled"};
    if (code) co_return Error{Errc::unavailable, code.message()};
    boost::system::error_code ignored;  // a request may then take a little longer
    socket.set_option(tcp::no_delay{true}, ignored);
    co_return socket;
}

class NetDialer final : public Dialer {
public:
    NetDialer(const asio::any_io_executor& executor, Clock& clock, BaseUrl url, Lookup lookup,
              std::unique_ptr<TlsClient> tls)
        : clock_(clock),
          url_(std::move(url)),
          resolver_(executor, url_.host, std::move(lookup)),
          tls_(std::move(tls)) {}

    asio::awaitable<Dialed> dial() override {
        auto dialed = co_await open();
        if (!dialed) co_return std::move(dialed).error().in("connect to " + url_.authority());
        co_return dialed;
    }

private:
    asio::awaitable<Dialed> open() {
        auto addresses = co_await resolver_.resolve();
        if (!addresses) co_return std::move(addresses).error();
        auto socket = co_await connect_any(*std::move(addresses));
        if (!socket) co_return std::move(socket).error();
        Address address{.host = url_.authority(), .prefix = url_.prefix};
        if (!tls_) {
            auto stream = make_plain_stream(*std::move(socket));
            co_return make_http_connection(std::move(stream), std::move(address));
        }
        auto stream = co_await tls_->handshake(*std::move(socket), url_.host);
        if (!stream) co_return std::move(stream).error();
        co_return make_http_connection(*std::move(stream), std::move(address));
    }

    asio::awaitable<Result<tcp::socket>> connect_any(Addresses addresses) {
        // The one that answered last first: so another that is dead costs its wait only once.
        std::stable_partition(addresses.begin(), addresses.end(),
                              [this](const auto& each) { return each == good_; });
        std::string failures;
        for (const auto& address : addresses) {
            const tcp::endpoint endpoint{address, url_.port};
            auto socket = co_await connect_one(endpoint, address == addresses.back());
            if (socket) good_ = address;
            if (socket || socket.error().code == Errc::canceled) co_return socket;
            if (!failures.empty()) failures += ", ";
            failures += fmt::format("{}: {}", address.to_string(), socket.error().message);
        }
        co_return Error{Errc::unavailable, failures};
    }

    asio::awaitable<Result<tcp::socket>> connect_one(const tcp::endpoint& endpoint, bool is_last) {
        if (is_last) return connect(endpoint);
        return with_deadline(clock_, patience, connect(endpoint));
    }

    Clock& clock_;
    BaseUrl url_;
    Resolver resolver_;
    std::unique_ptr<TlsClient> tls_;  ///< none: http://
    asio::ip::address good_;
};

}  // namespace

Result<std::unique_ptr<HttpTransport>> make_https_transport(const asio::any_io_executor& executor,
                                                            Clock& clock, const HttpsParts& parts) {
    auto url = parse_base_url(parts.url);
    if (!url) return std::move(url).error();
    std::unique_ptr<TlsClient> tls;
    if (url->tls) {
        auto made = make_tls_client(parts.ca);
        if (!made) return std::move(made).error();
        tls = *std::move(made);
    }
    auto dialer =
        std::make_unique<NetDialer>(executor, clock, *std::move(url), parts.lookup, std::move(tls));
    return make_pooled_transport(executor, clock, std::move(dialer), parts.width);
}

}  // namespace driftless::net
