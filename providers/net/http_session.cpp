// The server's only use of Beast: its templates take half a minute to compile.
#include "providers/net/http_session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>

#include <array>

#include "providers/net/deadline.hpp"

namespace driftless::net {
namespace {

namespace http = boost::beast::http;

using namespace std::chrono_literals;
using Buffer = boost::beast::flat_buffer;
using Code = boost::system::error_code;
using Message = http::response<http::string_body>;
using Parser = http::request_parser<http::string_body>;
using Socket = HttpSession::Socket;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

std::optional<Method> method_of(http::verb verb) {
    switch (verb) {
        case http::verb::get: return Method::get;
        case http::verb::head: return Method::head;
        case http::verb::post: return Method::post;
        case http::verb::put: return Method::put;
        case http::verb::patch: return Method::patch;
        case http::verb::delete_: return Method::del;
        default: return std::nullopt;
    }
}

ServerRequest request_of(Parser& parser, Method method, const Peer& peer) {
    auto& message = parser.get();
    ServerRequest request{method, std::string{message.target()}, {}, {}, peer};
    for (const auto& field : message) {
        request.headers.emplace_back(field.name_string(), field.value());
    }
    request.body = std::move(message.body());
    return request;
}

/// The answer to what could not be read, or nothing where nobody waits for one.
std::optional<ServerResponse> refusal_of(const Code& code) {
    if (code == http::error::header_limit) {
        return problem(431, "Request Header Fields Too Large",
                       "the head of the request is too long");
    }
    if (code == http::error::body_limit || code == http::error::buffer_overflow) {
        return problem(413, "Content Too Large", "the body of the request is too long");
    }
    const bool ended = code == http::error::end_of_stream || code == http::error::partial_message;
    if (ended || code.category() != make_error_code(http::error::bad_version).category()) return {};
    return problem(400, "Bad Request", code.message());
}

ServerResponse too_slow() {
    return problem(408, "Request Timeout", "the request did not come in time");
}

ServerResponse no_such_method(http::verb verb) {
    if (verb == http::verb::unknown) return problem(501, "Not Implemented", "an unknown method");
    auto answer = problem(405, "Method Not Allowed", "nothing here takes this method");
    answer.headers.emplace_back("Allow", "GET, HEAD, POST");
    return answer;
}

asio::awaitable<Result<Code>> read_head(Socket& socket, Buffer& buffer, Parser& parser) {
    const auto [code, size] = co_await http::async_read_header(socket, buffer, parser, as_result);
    co_return code;
}

/// What chunks cost beside their data counts too, or a body of a few bytes could go on for ever.
asio::awaitable<Result<Code>> read_body(Socket& socket, Buffer& buffer, Parser& parser,
                                        std::size_t most) {
    Code ended;
    for (std::size_t all = 0; !ended && !parser.is_done();) {
        const auto [code, size] = co_await http::async_read_some(socket, buffer, parser, as_result);
        ended = code;
        all += size;
        if (!ended && all > most) ended = http::error::body_limit;
    }
    co_return ended;
}

asio::awaitable<Result<Code>> write_all(Socket& socket, Message& message) {
    http::response_serializer<http::string_body> serializer{message};
    const auto [code, size] = co_await http::async_write(socket, serializer, as_result);
    co_return code;
}

asio::awaitable<Result<Code>> write_head(Socket& socket, Message& message) {
    http::response_serializer<http::string_body> serializer{message};
    const auto [code, size] = co_await http::async_write_header(socket, serializer, as_result);
    co_return code;
}

asio::awaitable<Result<Code>> write_bytes(Socket& socket, const std::string& bytes) {
    const auto [code, size] = co_await asio::async_write(socket, asio::buffer(bytes), as_result);
    co_return code;
}

asio::awaitable<Result<void>> run_stream(const StreamBody& body, Outlet& outlet) {
    co_await body(outlet);
    co_return Result<void>{};
}

asio::awaitable<Result<Code>> drain(Socket& socket) {
    std::array<char, 4096> bytes{};
    Code ended;
    for (std::size_t all = 0; !ended && all < (1u << 20);) {
        const auto [code, size] = co_await socket.async_read_some(asio::buffer(bytes), as_result);
        ended = code;
        all += size;
    }
    co_return ended;
}

}  // namespace

asio::awaitable<Incoming> HttpSession::read() {
    Incoming incoming;
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(limits_.header));
    parser.body_limit(limits_.body);
    idle_ = true;
    auto code =
        co_await with_deadline(clock_, limits_.headers_in, read_head(socket_, buffer_, parser));
    idle_ = false;
    if (code && !*code) {
        auto body = read_body(socket_, buffer_, parser, 2 * limits_.body);
        code = co_await with_deadline(clock_, limits_.request_in, std::move(body));
    }
    if (!code) {
        const bool begun = parser.got_some() && code.error().code == Errc::timed_out;
        if (begun) incoming.refusal = too_slow();
        co_return incoming;
    }
    if (*code) {
        incoming.refusal = refusal_of(*code);
        co_return incoming;
    }
    incoming.keep_alive = parser.get().keep_alive();
    const auto method = method_of(parser.get().method());
    if (method) incoming.request = request_of(parser, *method, peer_);
    if (!method) incoming.refusal = no_such_method(parser.get().method());
    co_return incoming;
}

asio::awaitable<bool> HttpSession::write(ServerResponse response, bool body_too, bool keep_alive) {
    Message message;
    message.version(11);
    message.result(static_cast<unsigned>(response.status));
    for (const auto& [name, value] : response.headers) message.set(name, value);
    message.keep_alive(keep_alive);
    message.body() = std::move(response.body);
    message.prepare_payload();
    if (!body_too) message.body().clear();
    const auto code =
        co_await with_deadline(clock_, limits_.request_in, write_all(socket_, message));
    co_return code && !*code;
}

class HttpSession::Writer final : public Outlet {
public:
    explicit Writer(HttpSession& session) : session_(session) {}

    asio::awaitable<Result<void>> write(std::string bytes) override {
        auto work = write_bytes(session_.socket_, bytes);
        auto code =
            co_await with_deadline(session_.clock_, session_.limits_.request_in, std::move(work));
        if (!code) co_return std::move(code).error();
        if (*code) co_return Error{Errc::unavailable, "nobody reads any more: " + code->message()};
        co_return Result<void>{};
    }

private:
    HttpSession& session_;
};

asio::awaitable<void> HttpSession::stream(ServerResponse response) {
    using namespace asio::experimental::awaitable_operators;
    Message head;
    head.version(11);
    head.result(static_cast<unsigned>(response.status));
    for (const auto& [name, value] : response.headers) head.set(name, value);
    head.set(http::field::connection, "close");  // and no length: it ends with the connection
    auto work = write_head(socket_, head);
    const auto code = co_await with_deadline(clock_, limits_.request_in, std::move(work));
    if (!code || *code) co_return;
    idle_ = true;
    Writer writer{*this};
    auto writing = no_throw(run_stream(response.stream, writer));
    auto leaving = gone();
    (void)co_await (std::move(writing) || std::move(leaving));
}

/// Until the other side closes, or sends what nobody asked for.
asio::awaitable<void> HttpSession::gone() {
    std::array<char, 1> byte{};
    (void)co_await socket_.async_read_some(asio::buffer(byte), as_result);
}

asio::awaitable<void> HttpSession::finish() {
    Code ignored;
    socket_.shutdown(asio::socket_base::shutdown_send, ignored);
    (void)co_await with_deadline(clock_, 1s, drain(socket_));
}

void HttpSession::close() {
    Code ignored;
    socket_.close(ignored);
}

}  // namespace driftless::net
