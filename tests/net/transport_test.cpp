// The Unix transport against a server that behaves as badly as a row says.
#include <gtest/gtest.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include "providers/net/task_group.hpp"
#include "providers/net/unix_socket.hpp"
#include "tests/support/run_on.hpp"
#include "tests/support/temp_folder.hpp"

namespace driftless::net {
namespace {

using namespace std::chrono_literals;
using testing::run_on;
using Local = asio::local::stream_protocol;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

enum class Then { keep, close, silence };

/// What the server does with the next request: sends these bytes, then that.
struct Reply {
    std::string bytes;
    Then then = Then::keep;
};

std::string ok(const std::string& body) {
    return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
}

/// A server of bytes: a list of replies, in the order in which requests come.
class ByteServer {
public:
    ByteServer(asio::io_context& io, const std::string& path)
        : acceptor_(io, Local::endpoint{path}), tasks_(io.get_executor()) {
        tasks_.spawn(accept());
    }
    void reply(std::string bytes, Then then = Then::keep) {
        replies_.push_back({std::move(bytes), then});
    }
    asio::awaitable<Result<void>> stop() {
        acceptor_.close();
        tasks_.cancel();
        co_return co_await tasks_.join();
    }

    std::vector<std::string> heads;  ///< of the requests, as they came
    int connections = 0;
    int in_flight = 0;
    int most_in_flight = 0;

private:
    asio::awaitable<void> accept() {
        while (true) {
            auto [error, socket] = co_await acceptor_.async_accept(as_result);
            if (error) co_return;
            ++connections;
            tasks_.spawn(serve(std::move(socket)));
        }
    }
    asio::awaitable<void> serve(Local::socket socket) {
        std::string received;
        Then then = Then::keep;
        while (then == Then::keep) {
            const auto [error, size] = co_await asio::async_read_until(
                socket, asio::dynamic_buffer(received), "\r\n\r\n", as_result);
            if (error) co_return;
            most_in_flight = std::max(most_in_flight, ++in_flight);
            heads.push_back(received.substr(0, size));
            received.clear();  // bodies of these tests come with their head
            const Reply now = take();
            while (most_in_flight < hold_until) (void)co_await clock_.sleep_for(1ms);
            (void)co_await asio::async_write(socket, asio::buffer(now.bytes), as_result);
            --in_flight;
            then = now.then;
        }
        if (then == Then::silence) (void)co_await clock_.sleep_for(1h);
    }
    Reply take() {
        if (next_ < replies_.size()) return replies_[next_++];
        return {ok("more"), Then::keep};
    }

    Local::acceptor acceptor_;
    TaskGroup tasks_;
    SystemClock clock_;
    std::vector<Reply> replies_;
    std::size_t next_ = 0;

public:
    int hold_until = 0;  ///< so many in flight; until then nobody gets an answer
};

struct UnixTransport : ::testing::Test {
    ~UnixTransport() override { (void)run_on(io, server.stop()); }
    Request get(std::string target = "/") {
        Request request;
        request.target = std::move(target);
        request.deadline = 30s;
        return request;
    }
    Result<Response> send(Request request) {
        return run_on(io, transport->send(std::move(request)));
    }
    Errc code_of(Request request) {
        const auto response = send(std::move(request));
        return response ? Errc::internal : response.error().code;
    }

    testing::TempFolder folder;
    asio::io_context io;
    SystemClock clock;
    ByteServer server{io, folder.at("s")};
    std::unique_ptr<HttpTransport> transport =
        make_unix_transport(io.get_executor(), clock, folder.at("s"));
};

TEST_F(UnixTransport, SendsARequestAndReadsTheAnswer) {
    server.reply("HTTP/1.1 404 Nope\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nno");
    Request request = get("/v1.41/x?y=1");
    request.method = Method::post;
    request.headers.emplace_back("X-B", "2");
    request.body = "body";
    const auto response = send(request);
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 404);
    EXPECT_EQ(response->header("x-a"), "1");
    EXPECT_EQ(response->body, "no");
    EXPECT_TRUE(server.heads[0].starts_with("POST /v1.41/x?y=1 HTTP/1.1\r\n"));
    EXPECT_NE(server.heads[0].find("X-B: 2\r\n"), std::string::npos);
    EXPECT_NE(server.heads[0].find("Content-Length: 4\r\n"), std::string::npos);
}

TEST_F(UnixTransport, UsesAConnectionAgainUnlessTheServerSaysNo) {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(send(get()));
    EXPECT_EQ(server.connections, 1);
    server.reply("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    EXPECT_TRUE(send(get()));
    EXPECT_TRUE(send(get()));
    EXPECT_EQ(server.connections, 2);
}

TEST_F(UnixTransport, ReadsChunkedAndHeadAnswers) {
    server.reply(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    EXPECT_EQ(send(get())->body, "abcde");
    server.reply("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
    Request head = get();
    head.method = Method::head;
    EXPECT_EQ(send(head)->body, "");
    EXPECT_TRUE(send(get()));
    EXPECT_EQ(server.connections, 1);
}

struct BadCase {
    const char* name;
    Reply reply;
    Errc code;
};

TEST_F(UnixTransport, WhatIsNoWholeAnswerIsAnError) {
    const BadCase cases[]{
        {"closed at once", {"", Then::close}, Errc::unavailable},
        {"half a head", {"HTTP/1.1 200 OK\r\nConte", Then::close}, Errc::unavailable},
        {"half a body",
         {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", Then::close},
         Errc::unavailable},
        {"half a chunk",
         {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf", Then::close},
         Errc::unavailable},
        {"not HTTP", {"SSH-2.0-OpenSSH_9.2\r\n\r\n", Then::close}, Errc::invalid},
        {"silent", {"", Then::silence}, Errc::timed_out},
        {"silent in the body",
         {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", Then::silence},
         Errc::timed_out},
        {"too long", {ok(std::string(2000, 'x')), Then::keep}, Errc::invalid},
        {"endless",
         {"HTTP/1.1 200 OK\r\n\r\n" + std::string(2000, 'x'), Then::silence},
         Errc::invalid},
    };
    for (const auto& [name, reply, code] : cases) {
        server.reply(reply.bytes, reply.then);
        Request request = get();
        request.method = Method::post;  // never repeated
        request.deadline = code == Errc::timed_out ? 100ms : 30s;
        request.max_body = 1000;
        EXPECT_EQ(code_of(request), code) << name;
    }
    EXPECT_EQ(server.heads.size(), std::size(cases));
}

TEST_F(UnixTransport, NobodyThereIsUnavailable) {
    auto nobody = make_unix_transport(io.get_executor(), clock, folder.at("none"));
    const auto response = run_on(io, nobody->send(get()));
    EXPECT_EQ(response.error().code, Errc::unavailable);
    EXPECT_NE(response.error().message.find(folder.at("none")), std::string::npos);
    auto too_long = make_unix_transport(io.get_executor(), clock, "/" + std::string(200, 'x'));
    EXPECT_EQ(run_on(io, too_long->send(get())).error().code, Errc::invalid);
}

TEST_F(UnixTransport, RefusesControlCharactersInWhatItSends) {
    EXPECT_EQ(code_of(get("/a b")), Errc::invalid);
    EXPECT_EQ(code_of(get("/a\r\nX: y")), Errc::invalid);
    EXPECT_EQ(code_of(get("no-slash")), Errc::invalid);
    Request request = get();
    request.headers.emplace_back("X-A", "1\r\nX-B: 2");
    EXPECT_EQ(code_of(request), Errc::invalid);
    EXPECT_TRUE(server.heads.empty());
}

TEST_F(UnixTransport, ANewConnectionReplacesOneThatTheServerClosed) {
    server.reply(ok("first"), Then::close);
    EXPECT_EQ(send(get())->body, "first");
    (void)run_on(io, clock.sleep_for(5ms));  // the end of the connection has arrived
    Request post = get();
    post.method = Method::post;
    EXPECT_EQ(send(post)->body, "more");
    EXPECT_EQ(server.connections, 2);
}

TEST_F(UnixTransport, RepeatsASafeRequestWhoseKeptConnectionBrokeUnanswered) {
    server.reply(ok("first"));
    server.reply("", Then::close);
    EXPECT_TRUE(send(get()));
    EXPECT_EQ(send(get())->body, "more");
    EXPECT_EQ(server.heads.size(), 3u);
}

TEST_F(UnixTransport, RepeatsNothingElse) {
    server.reply(ok("first"));
    server.reply("", Then::close);
    EXPECT_TRUE(send(get()));
    Request post = get();
    post.method = Method::post;
    EXPECT_EQ(code_of(post), Errc::unavailable);
    EXPECT_EQ(server.heads.size(), 2u);
    server.reply("", Then::close);
    EXPECT_EQ(code_of(get()), Errc::unavailable);  // a fresh connection: nothing to be surprised by
    EXPECT_EQ(server.heads.size(), 3u);
}

TEST_F(UnixTransport, TrustsNoConnectionThatRestedForMoreThanAMinute) {
    testing::VirtualClock moved;
    const auto kept = make_unix_transport(io.get_executor(), moved, folder.at("s"));
    const auto connections_after = [&](std::chrono::seconds rest, std::chrono::seconds asleep) {
        moved.run_for(io, rest);
        moved.set_wall(asleep);
        EXPECT_TRUE(run_on(io, kept->send(get())));
        return server.connections;
    };
    EXPECT_EQ(connections_after(0s, 0s), 1);
    EXPECT_EQ(connections_after(60s, 0s), 1);
    EXPECT_EQ(connections_after(61s, 0s), 2);
    EXPECT_EQ(connections_after(1s, 1h), 3) << "the machine slept";
    EXPECT_EQ(connections_after(1s, 0s), 3);
}

asio::awaitable<void> send_one(HttpTransport& transport, int& done) {
    Request request;
    request.target = "/";
    if (co_await transport.send(std::move(request))) ++done;
}

TEST_F(UnixTransport, HasAtMostEightInFlight) {
    server.hold_until = 8;
    int done = 0;
    std::vector<asio::awaitable<void>> work;
    for (int i = 0; i < 40; ++i) work.push_back(send_one(*transport, done));
    ASSERT_TRUE(run_on(io, side_by_side(std::move(work), 40)));
    EXPECT_EQ(done, 40);
    EXPECT_EQ(server.most_in_flight, 8);
    EXPECT_EQ(server.connections, 8);
}

Result<std::string> read_all(asio::io_context& io, ResponseStream& stream,
                             std::chrono::milliseconds idle) {
    std::string all;
    while (true) {
        auto bytes = run_on(io, stream.read(idle));
        if (!bytes) return Error{bytes.error().code, all};
        if (bytes->empty()) return all;
        all += *bytes;
    }
}

TEST_F(UnixTransport, AStreamMayBeLongerThanAnyAnswer) {
    const std::string piece(60'000, 'x');
    std::string bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 10; ++i) bytes += fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
    server.reply(bytes + "0\r\n\r\n");
    Request request = get();
    request.max_body = 1000;
    const auto stream = run_on(io, transport->open(request));
    ASSERT_TRUE(stream);
    EXPECT_EQ(read_all(io, **stream, 1s)->size(), 10 * piece.size());
}

struct StreamCase {
    const char* name;
    Reply reply;
    std::optional<Errc> code;  ///< none: a clean end
};

TEST_F(UnixTransport, AStreamTellsACleanEndFromACutAndFromSilence) {
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const StreamCase cases[]{
        {"ended", {head + "5\r\nhello\r\n0\r\n\r\n", Then::keep}, std::nullopt},
        {"cut off", {head + "5\r\nhello\r\n", Then::close}, Errc::unavailable},
        {"silent", {head + "5\r\nhello\r\n", Then::silence}, Errc::timed_out},
    };
    for (const auto& [name, reply, code] : cases) {
        server.reply(reply.bytes, reply.then);
        const auto stream = run_on(io, transport->open(get()));
        ASSERT_TRUE(stream) << name;
        EXPECT_EQ((*stream)->status(), 200);
        const auto all = read_all(io, **stream, code == Errc::timed_out ? 100ms : 30s);
        EXPECT_EQ(all ? std::nullopt : std::optional{all.error().code}, code) << name;
        EXPECT_EQ(all ? *all : all.error().message, "hello") << name;
    }
}

}  // namespace
}  // namespace driftless::net
