#include "providers/net/byte_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "providers/net/platform.hpp"

namespace driftless::net {
namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

class PlainStream final : public ByteStream {
public:
    explicit PlainStream(asio::generic::stream_protocol::socket socket)
        : socket_(std::move(socket)) {}

    asio::awaitable<Received> read_some(asio::mutable_buffer into) override {
        const auto [code, size] = co_await socket_.async_read_some(into, as_result);
        co_return Received{code, size};
    }
    asio::awaitable<boost::system::error_code> write(asio::const_buffer bytes) override {
        const auto [code, size] = co_await asio::async_write(socket_, bytes, as_result);
        co_return code;
    }
    [[nodiscard]] bool is_quiet() override { return net::is_quiet(socket_.native_handle()); }

private:
    asio::generic::stream_protocol::socket socket_;
};

}  // namespace

std::unique_ptr<ByteStream> make_plain_stream(asio::generic::stream_protocol::socket socket) {
    return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace driftless::net
