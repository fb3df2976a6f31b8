// HTTP by Beast's parser, fed by hand: its own stream operations would be compiled once for each
// kind of stream, which costs far more than all of this.
#include "providers/net/http_connection.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <sstream>

namespace driftless::net {
namespace {

namespace http = boost::beast::http;

using Code = boost::system::error_code;

constexpr std::uint32_t header_limit = 64u << 10;
constexpr std::size_t piece = 16u << 10;  // of what is read at once

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
    if (code == asio::ssl::error::stream_truncated) {
        return {Errc::unavailable, "the connection was cut off: its TLS had not ended"};
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

/// All but the body. A short body goes with it, so that it is one packet.
std::string head_of(const Request& request, const Address& address) {
    http::request<http::empty_body> message{verb_of(request.method),
                                            address.prefix + request.target, 11};
    message.set(http::field::host, address.host);
    message.set(http::field::user_agent, "driftless");
    for (const auto& [name, value] : request.headers) message.set(name, value);
    message.prepare_payload();
    if (!request.body.empty()) message.content_length(request.body.size());
    std::ostringstream text;
    text << message.base();
    return std::move(text).str();
}

class HttpConnection final : public Connection {
public:
    HttpConnection(std::unique_ptr<ByteStream> stream, Address address)
        : stream_(std::move(stream)), address_(std::move(address)) {}

    asio::awaitable<Result<Response>> exchange(const Request& request) override {
        http::response_parser<http::string_body> parser;
        parser.eager(true);
        prepare(parser, request);
        const Code unsent = co_await write(request);
        Code error;
        while (!error && !parser.is_done()) error = co_await feed(parser);
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
        Code error;
        while (!error && !stream_parser_->is_header_done()) error = co_await feed(*stream_parser_);
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
            const Code error = co_await feed(*stream_parser_);
            if (error && error != http::error::need_buffer) co_return error_from(error, Request{});
        }
        bytes.resize(bytes.size() - body.size);
        co_return bytes;
    }

    [[nodiscard]] bool is_reusable() override {
        return keeps_ && buffer_.size() == 0 && stream_->is_quiet();
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
        std::string head = head_of(request, address_);
        const bool goes_along = request.body.size() <= piece;
        if (goes_along) head += request.body;
        Code error = co_await stream_->write(asio::buffer(head));
        if (!error && !goes_along) error = co_await stream_->write(asio::buffer(request.body));
        co_return error;
    }

    /// Gives the parser what has come; where it needs more, waits for that.
    template <class Parser>
    asio::awaitable<Code> feed(Parser& parser) {
        Code error = http::error::need_more;
        if (buffer_.size() > 0) buffer_.consume(parser.put(buffer_.data(), error));
        if (error != http::error::need_more) co_return error;
        const Received got = co_await stream_->read_some(buffer_.prepare(piece));
        buffer_.commit(got.bytes);
        if (got.code != asio::error::eof) co_return got.code;
        if (!parser.got_some()) co_return http::error::end_of_stream;
        error = {};
        parser.put_eof(error);
        co_return error;
    }

    std::unique_ptr<ByteStream> stream_;
    Address address_;
    boost::beast::flat_buffer buffer_;
    std::optional<http::response_parser<http::buffer_body>> stream_parser_;
    bool keeps_ = true;
    bool unanswered_ = true;
};

}  // namespace

std::unique_ptr<Connection> make_http_connection(std::unique_ptr<ByteStream> stream,
                                                 Address address) {
    return std::make_unique<HttpConnection>(std::move(stream), std::move(address));
}

}  // namespace driftless::net
