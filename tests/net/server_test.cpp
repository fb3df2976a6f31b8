#include "providers/net/server.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <fstream>

#include "providers/net/unix_socket.hpp"
#include "tests/net/temp_folder.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::net {
namespace {

using namespace std::chrono_literals;
using testing::run_on;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

asio::awaitable<ServerResponse> handle(ServerRequest request) {
    if (request.target == "/throw") throw std::runtime_error("a fault");
    if (request.target == "/slow") (void)co_await SystemClock{}.sleep_for(1h);
    if (request.target == "/later") (void)co_await SystemClock{}.sleep_for(50ms);
    ServerResponse response;
    response.headers.emplace_back("X-Peer", request.peer.kind == Peer::Kind::tcp ? "tcp" : "unix");
    response.headers.emplace_back("X-Uid",
                                  request.peer.uid ? std::to_string(*request.peer.uid) : "");
    response.body = fmt::format("{} {} {}", name(request.method), request.target, request.body);
    co_return response;
}

asio::awaitable<Result<std::string>> exchange(std::uint16_t port, std::string bytes) {
    asio::ip::tcp::socket socket{co_await asio::this_coro::executor};
    const asio::ip::tcp::endpoint endpoint{asio::ip::address_v4::loopback(), port};
    co_await socket.async_connect(endpoint, asio::use_awaitable);
    (void)co_await asio::async_write(socket, asio::buffer(bytes), as_result);
    std::string answer;
    (void)co_await asio::async_read(socket, asio::dynamic_buffer(answer), as_result);
    co_return answer;
}

struct BadCase {
    const char* name;
    std::string bytes;
    const char* answer;
};

struct ServerTest : ::testing::Test {
    ~ServerTest() override {
        if (server) server->stop();
        while (served.valid() && !testing::is_ready(served)) io.run_one();
        server.reset();
    }
    void start() {
        const auto counted = [this](ServerRequest request) {
            ++handled;
            return handle(std::move(request));
        };
        server = std::make_unique<Server>(io.get_executor(), clock, counted, limits);
        port = *server->listen_tcp("127.0.0.1", 0);
        ASSERT_TRUE(server->listen_unix(folder.file("s")));
        served = asio::co_spawn(io, testing::as_optional(server->serve()), asio::use_future);
        transport = make_unix_transport(io.get_executor(), clock, folder.file("s"));
    }
    Result<Response> get(std::string target, Method method = Method::get) {
        Request request;
        request.target = std::move(target);
        request.method = method;
        return run_on(io, transport->send(std::move(request)));
    }
    std::string tcp(std::string bytes) { return *run_on(io, exchange(port, std::move(bytes))); }

    /// Each of these bytes must be answered so.
    void expect_problems(const std::vector<BadCase>& cases) {
        for (const auto& [name, bytes, answer] : cases) {
            const auto got = tcp(bytes);
            EXPECT_TRUE(got.starts_with(answer)) << name << ": " << got.substr(0, 200);
            EXPECT_NE(got.find("application/problem+json"), std::string::npos) << name;
        }
    }

    testing::TempFolder folder;
    asio::io_context io;
    SystemClock clock;
    ServerLimits limits;
    int handled = 0;
    std::unique_ptr<Server> server;
    std::uint16_t port = 0;
    std::unique_ptr<HttpTransport> transport;
    std::future<std::optional<Result<void>>> served;
};

TEST_F(ServerTest, AnswersOverTheUnixSocketAndKnowsWhoAsks) {
    start();
    const auto answer = get("/a?b=1", Method::post);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "POST /a?b=1 ");
    EXPECT_EQ(answer->header("X-Peer"), "unix");
    EXPECT_EQ(answer->header("X-Uid"), std::to_string(::getuid()));
    EXPECT_EQ(get("/again")->body, "GET /again ");
    EXPECT_EQ(get("/head", Method::head)->body, "");
}

TEST_F(ServerTest, TheUnixSocketIsItsOwnersOnly) {
    start();
    struct stat info {};
    ASSERT_EQ(::stat(folder.file("s").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777u, 0600u);
}

TEST_F(ServerTest, AnswersOverTcpAlsoSeveralRequestsOfOneConnection) {
    start();
    const auto answer =
        tcp("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
            "GET /y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_NE(answer.find("POST /x hi"), std::string::npos);
    EXPECT_NE(answer.find("GET /y "), std::string::npos);
    EXPECT_NE(answer.find("X-Peer: tcp"), std::string::npos);
}

TEST_F(ServerTest, AnswersWhatIsWrongWithAProblem) {
    start();
    expect_problems({
        {"no HTTP", "hello\r\n\r\n", "HTTP/1.1 400 "},
        {"long head", "GET / HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n",
         "HTTP/1.1 431 "},
        {"long body", "POST / HTTP/1.1\r\nContent-Length: 70000\r\n\r\n" + std::string(70000, 'x'),
         "HTTP/1.1 413 "},
        {"long chunked body",
         "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n11170\r\n" + std::string(70000, 'x'),
         "HTTP/1.1 413 "},
        {"other method", "OPTIONS / HTTP/1.1\r\n\r\n", "HTTP/1.1 405 "},
        {"a handler that throws", "GET /throw HTTP/1.1\r\nConnection: close\r\n\r\n",
         "HTTP/1.1 500 "},
    });
}

TEST_F(ServerTest, AnswersWhatComesTooSlowlyWithAProblem) {
    limits.headers_in = 500ms;
    limits.request_in = 500ms;
    start();
    expect_problems({
        {"slow head", "GET / HTTP/1.1\r\nHost:", "HTTP/1.1 408 "},
        {"slow body", "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhi", "HTTP/1.1 408 "},
        {"a handler that is slow", "GET /slow HTTP/1.1\r\nConnection: close\r\n\r\n",
         "HTTP/1.1 503 "},
    });
}

TEST_F(ServerTest, AnIdleConnectionIsEndedWithoutAWord) {
    limits.headers_in = 100ms;
    start();
    EXPECT_EQ(tcp(""), "");
}

TEST_F(ServerTest, TakesOnlySoManyConnectionsAtATime) {
    limits.connections = 2;
    start();
    std::vector<std::future<std::optional<Result<std::string>>>> answers;
    for (int i = 0; i < 6; ++i) {
        auto asking = exchange(port, "GET /later HTTP/1.1\r\nConnection: close\r\n\r\n");
        answers.push_back(
            asio::co_spawn(io, testing::as_optional(std::move(asking)), asio::use_future));
    }
    const auto begun = clock.now();
    for (auto& answer : answers) {
        while (!testing::is_ready(answer)) io.run_one();
        EXPECT_NE((**answer.get()).find("GET /later"), std::string::npos);
    }
    EXPECT_GE(clock.now() - begun, 150ms);
}

TEST_F(ServerTest, StopsAfterTheRequestThatItIsAt) {
    start();
    EXPECT_TRUE(get("/"));  // its connection is kept, and idle
    auto asking = exchange(port, "GET /later HTTP/1.1\r\n\r\n");
    auto answer = asio::co_spawn(io, testing::as_optional(std::move(asking)), asio::use_future);
    while (handled < 2) io.run_one();
    server->stop();
    while (!testing::is_ready(served)) io.run_one();
    EXPECT_TRUE(*served.get());
    while (!testing::is_ready(answer)) io.run_one();
    EXPECT_NE((**answer.get()).find("GET /later"), std::string::npos);
    EXPECT_EQ(get("/").error().code, Errc::unavailable);
}

TEST_F(ServerTest, ATakenPlaceIsAConflictAndAnAbandonedOneIsTakenOver) {
    start();
    Server other{io.get_executor(), clock, handle};
    EXPECT_EQ(other.listen_tcp("127.0.0.1", port).error().code, Errc::conflict);
    EXPECT_EQ(other.listen_tcp("localhost", 0).error().code, Errc::invalid);
    EXPECT_EQ(other.listen_unix(folder.file("s")).error().code, Errc::conflict);
    std::ofstream{folder.file("file")} << "precious";
    EXPECT_EQ(other.listen_unix(folder.file("file")).error().code, Errc::conflict);
    EXPECT_TRUE(std::filesystem::exists(folder.file("file")));
    const auto socket = folder.file("left");
    std::filesystem::rename(folder.file("s"), socket);  // still answers there
    EXPECT_EQ(other.listen_unix(socket).error().code, Errc::conflict);
    server->stop();
    EXPECT_TRUE(other.listen_unix(socket));
}

}  // namespace
}  // namespace driftless::net
