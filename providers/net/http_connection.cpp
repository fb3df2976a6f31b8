// The client's only use of Beast: its templates take half a minute to compile.
#include "providers/net/http_connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http.hpp>

#include "providers/net/platform.hpp"

namespace driftless::net {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

using Code = boost::system::error_code;
using HttpRequest = http::request<http::span_body<const char>>;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t header_limit = 64u << 10;
constexpr std::size_t piece = 16u << 10;  // of a stream

http::verb verb_of(Method method) {
    switch (method) {
        case Method::get: return http::verb::get;
        case Method::head: return http::verb::head;
        case Method::post: return http::verb::post;
        case Method::put: return http::verb::put;
        case Method::patch: return http::verb::patch;
        case Method::del: return http::verb::delete_;
    }
    return http::verb::get;
}

Error error_from(const Code& code, const Request& request) {
    if (code == asio::error::operation_aborted) return {Errc::canceled, "the call was canceled"};
    if (code == http::error::body_limit) {
        return {Errc::invalid, fmt::format("the answer is over {} bytes", request.max_body)};
    }
    if (code == http::error::end_of_stream || code == http::error::partial_message) {
        return {Errc::unavailable, "the server closed the connection before the end of its answer"};
    }
    if (code.category() == make_error_code(http::error::bad_version).category()) {
        return {Errc::invalid, fmt::format("the answer is not HTTP: {}", code.message())};
    }
    return {Errc::unavailable, fmt::format("the connection was lost: {}", code.message())};
}

template <class Message>
Headers headers_of(const Message& message) {
    Headers headers;
    for (const auto& field : message) headers.emplace_back(field.name_string(), field.value());
    return headers;
}

/// Refers to the request's body, which outlives it.
HttpRequest message_of(const Request& request, const std::string& host) {
    HttpRequest message{verb_of(request.method), request.target, 11};
    message.set(http::field::host, host);
    message.set(http::field::user_agent, "driftless");
    for (const auto& [name, value] : request.headers) message.set(name, value);
    message.body() = beast::span<const char>{request.body.data(), request.body.size()};
    message.prepare_payload();
    return message;
}

template <class Stream>
class HttpConnection final : public Connection {
public:
    HttpConnection(Stream stream, std::string host)
        : stream_(std::move(stream)), host_(std::move(host)) {}

    asio::awaitable<Result<Response>> exchange(const Request& request) override {
        http::response_parser<http::string_body> parser;
        prepare(parser, request);
        const Code unsent = co_await write(request);
        const auto [error, size] = co_await http::async_read(stream_, buffer_, parser, as_result);
        unanswered_ = !parser.got_some();
        if (error) co_return error_from(unsent ? unsent : error, request);
        // An answer that came before we had said all: right, but the connection has lost its place.
        keeps_ = parser.get().keep_alive() && !unsent;
        Response response{
            static_cast<int>(parser.get().result_int()), headers_of(parser.get()), {}};
        response.body = std::move(parser.get().body());
        co_return response;
    }

    asio::awaitable<Result<ResponseHead>> begin(const Request& request) override {
        stream_parser_.emplace();
        prepare(*stream_parser_, request);
        stream_parser_->body_limit(boost::none);
        const Code unsent = co_await write(request);
        const auto [error, size] =
            co_await http::async_read_header(stream_, buffer_, *stream_parser_, as_result);
        if (error) co_return error_from(unsent ? unsent : error, request);
        co_return ResponseHead{static_cast<int>(stream_parser_->get().result_int()),
                               headers_of(stream_parser_->get())};
    }

    asio::awaitable<Result<std::string>> read_some() override {
        std::string bytes(piece, '\0');
        auto& body = stream_parser_->get().body();
        body.data = bytes.data();
        body.size = bytes.size();
        while (body.size == bytes.size() && !stream_parser_->is_done()) {
            const auto [error, size] =
                co_await http::async_read_some(stream_, buffer_, *stream_parser_, as_result);
            if (error && error != http::error::need_buffer) co_return error_from(error, Request{});
        }
        bytes.resize(bytes.size() - body.size);
        co_return bytes;
    }

    [[nodiscard]] bool is_reusable() override {
        return keeps_ && is_quiet(beast::get_lowest_layer(stream_).native_handle());
    }
    [[nodiscard]] bool is_unanswered() const override { return unanswered_; }

private:
    template <class Parser>
    void prepare(Parser& parser, const Request& request) {
        keeps_ = false;  // until the answer was read to its end
        unanswered_ = true;
        parser.header_limit(header_limit);
        parser.body_limit(request.max_body);
        parser.skip(request.method == Method::head);
    }

    asio::awaitable<Code> write(const Request& request) {
        HttpRequest message = message_of(request, host_);
        http::request_serializer<http::span_body<const char>> serializer{message};
        const auto [error, size] = co_await http::async_write(stream_, serializer, as_result);
        co_return error;
    }

    Stream stream_;
    std::string host_;
    beast::flat_buffer buffer_;
    std::optional<http::response_parser<http::buffer_body>> stream_parser_;
    bool keeps_ = true;
    bool unanswered_ = true;
};

}  // namespace

std::unique_ptr<Connection> make_http_connection(asio::generic::stream_protocol::socket socket,
                                                 std::string host) {
    using Plain = HttpConnection<asio::generic::stream_protocol::socket>;
    return std::make_unique<Plain>(std::move(socket), std::move(host));
}

}  // namespace driftless::net
