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
#include "tests/support/few_descriptors.hpp"
#include "tests/support/run_on.hpp"
#include "tests/support/temp_folder.hpp"

namespace driftless::net {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::run_on;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

asio::awaitable<void> count_to_three(Outlet& outlet) {
    for (const char* word : {"one ", "two ", "three"}) (void)co_await outlet.write(word);
}

/// Writes until nobody takes it any more.
asio::awaitable<void> flood(Outlet& outlet) {
    bool taken = true;
    while (taken) {
        const auto written = co_await outlet.write(std::string(1u << 20, 'x'));
        taken = written.ok();
    }
}

asio::awaitable<void> say_nothing(Outlet&) {
    (void)co_await SystemClock{}.sleep_for(1h);
}

asio::awaitable<ServerResponse> handle(ServerRequest request) {
    if (request.target == "/throw") throw std::runtime_error("a fault");
    if (request.target == "/slow") (void)co_await SystemClock{}.sleep_for(1h);
    if (request.target == "/later") (void)co_await SystemClock{}.sleep_for(50ms);
    ServerResponse response;
    if (request.target == "/three") response.stream = count_to_three;
    if (request.target == "/flood") response.stream = flood;
    if (request.target == "/silence") response.stream = say_nothing;
    if (request.target == "/page") response.headers.emplace_back("Cache-Control", "max-age=9");
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

/// Asks, and goes once the answer has begun.
asio::awaitable<Result<std::string>> ask_and_leave(std::uint16_t port, std::string bytes) {
    asio::ip::tcp::socket socket{co_await asio::this_coro::executor};
    const asio::ip::tcp::endpoint endpoint{asio::ip::address_v4::loopback(), port};
    co_await socket.async_connect(endpoint, asio::use_awaitable);
    (void)co_await asio::async_write(socket, asio::buffer(bytes), as_result);
    std::string head(16, ' ');
    (void)co_await asio::async_read(socket, asio::buffer(head), as_result);
    co_return head;
}

asio::awaitable<Result<std::string>> read_all(asio::ip::tcp::socket& socket) {
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
        ASSERT_TRUE(server->listen_unix(folder.at("s")));
        served = asio::co_spawn(io, testing::as_optional(server->serve()), asio::use_future);
        transport = make_unix_transport(io.get_executor(), clock, folder.at("s"));
    }
    Result<Response> get(std::string target, Method method = Method::get) {
        Request request;
        request.target = std::move(target);
        request.method = method;
        return run_on(io, transport->send(std::move(request)));
    }
    std::string tcp(std::string bytes) { return *run_on(io, exchange(port, std::move(bytes))); }

    template <class T>
    void finish(std::future<T>& future) {
        while (!testing::is_ready(future)) io.run_one();
    }

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
    ASSERT_EQ(::stat(folder.at("s").c_str(), &info), 0);
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

std::string post(const std::string& headers, const std::string& body) {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body;
}

std::string chunked(const std::string& body) {
    return post("Transfer-Encoding: chunked\r\n", body);
}

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

TEST_F(ServerTest, AnswersWhatIsWrongWithAProblem) {
    start();
    expect_problems({
        {"no HTTP", "hello\r\n\r\n", "HTTP/1.1 400 "},
        {"another protocol", "\x16\x03\x01\x02\x00\x01\r\n\r\n"s, "HTTP/1.1 400 "},
        {"no version", "GET /\r\n\r\n", "HTTP/1.1 400 "},
        {"unknown version", "GET / HTTP/3.0\r\n\r\n", "HTTP/1.1 400 "},
        {"long head", "GET / HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n",
         "HTTP/1.1 431 "},
        {"long target", "GET /" + std::string(9000, 'x') + " HTTP/1.1\r\n\r\n", "HTTP/1.1 431 "},
        {"many headers", "GET / HTTP/1.1\r\n" + repeated("X: y\r\n", 2000) + "\r\n",
         "HTTP/1.1 431 "},
        {"long body", post("Content-Length: 70000\r\n", std::string(70000, 'x')), "HTTP/1.1 413 "},
        {"a gigabyte to come", post("Content-Length: 1000000000\r\n", ""), "HTTP/1.1 413 "},
        {"unknown method", "BREW / HTTP/1.1\r\n\r\n", "HTTP/1.1 501 "},
        {"preflight", "OPTIONS / HTTP/1.1\r\n\r\n", "HTTP/1.1 405 "},
        {"a proxy's method", "CONNECT evil:443 HTTP/1.1\r\n\r\n", "HTTP/1.1 405 "},
        {"an echo", "TRACE / HTTP/1.1\r\n\r\n", "HTTP/1.1 405 "},
        {"a handler that throws", "GET /throw HTTP/1.1\r\nConnection: close\r\n\r\n",
         "HTTP/1.1 500 "},
    });
    EXPECT_EQ(handled, 1);
}

TEST_F(ServerTest, ABodyMadeOfChunksHasLimitsToo) {
    start();
    const std::string extension = "1;" + std::string(4000, 'x') + "\r\nx\r\n";
    expect_problems({
        {"long", chunked("11170\r\n" + std::string(70000, 'x')), "HTTP/1.1 413 "},
        {"a chunk of 2^60", chunked("1000000000000000\r\nx"), "HTTP/1.1 413 "},
        {"a size over 64 bits", chunked("10000000000000000\r\nx"), "HTTP/1.1 400 "},
        {"an endless extension", chunked("1;" + std::string(200'000, 'x')), "HTTP/1.1 413 "},
        {"little in long extensions", chunked(repeated(extension, 50)), "HTTP/1.1 413 "},
        {"an endless trailer", chunked("0\r\nX: " + std::string(200'000, 'x')), "HTTP/1.1 4"},
        {"no number", chunked("zz\r\nx\r\n0\r\n\r\n"), "HTTP/1.1 400 "},
        {"longer than said", chunked("1\r\nxy\r\n0\r\n\r\n"), "HTTP/1.1 400 "},
    });
    EXPECT_EQ(handled, 0);
    const auto fine =
        tcp(chunked("1;a=b\r\nh\r\n1\r\ni\r\n0\r\n\r\n"
                    "GET /y HTTP/1.1\r\nConnection: close\r\n\r\n"));
    EXPECT_NE(fine.find("POST / hi"), std::string::npos);
    EXPECT_NE(fine.find("GET /y "), std::string::npos);
}

// What two programs may read in two ways is answered by neither of them.
TEST_F(ServerTest, RefusesFramingThatIsOpenToMisreading) {
    start();
    expect_problems({
        {"two lengths", post("Content-Length: 2\r\nContent-Length: 3\r\n", "hi"), "HTTP/1.1 400 "},
        {"a list of lengths", post("Content-Length: 2, 3\r\n", "hi"), "HTTP/1.1 400 "},
        {"length and chunks", post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n"),
         "HTTP/1.1 400 "},
        {"chunks and length", post("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "0\r\n"),
         "HTTP/1.1 400 "},
        {"a negative length", post("Content-Length: -2\r\n", "hi"), "HTTP/1.1 400 "},
        {"a signed length", post("Content-Length: +2\r\n", "hi"), "HTTP/1.1 400 "},
        {"no number", post("Content-Length: 0x2\r\n", "hi"), "HTTP/1.1 400 "},
        {"a length over 64 bits", post("Content-Length: 18446744073709551618\r\n", "hi"),
         "HTTP/1.1 400 "},
        {"a space before the colon", post("Content-Length : 2\r\n", "hi"), "HTTP/1.1 400 "},
        {"a header without a name", post(": x\r\n", ""), "HTTP/1.1 400 "},
        {"a NUL in a header", post(std::string{"X: a\0b\r\n", 8}, ""), "HTTP/1.1 400 "},
        {"bare line ends", "GET / HTTP/1.1\nHost: a\n\n", "HTTP/1.1 400 "},
        {"a space in the target", "GET /a b HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
    });
    EXPECT_EQ(handled, 0);
}

TEST_F(ServerTest, NoAnswerMayBeKeptGuessedAtOrEmbedded) {
    start();
    for (const char* target : {"/", "/throw"}) {
        const auto answer = get(target);
        EXPECT_EQ(answer->header("Cache-Control"), "no-store");
        EXPECT_EQ(answer->header("X-Content-Type-Options"), "nosniff");
        EXPECT_EQ(answer->header("Referrer-Policy"), "no-referrer");
        EXPECT_TRUE(answer->header("Content-Security-Policy").starts_with("default-src 'none';"));
    }
    EXPECT_NE(tcp("no\r\n\r\n").find("nosniff"), std::string::npos);
    EXPECT_EQ(get("/page")->header("Cache-Control"), "max-age=9");  // who knows better, says so
}

TEST_F(ServerTest, AStreamIsToldBitByBitAndEndsWithItsConnection) {
    start();
    const auto answer = tcp("GET /three HTTP/1.1\r\n\r\nGET /y HTTP/1.1\r\n\r\n");
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << answer;
    EXPECT_EQ(answer.find("Content-Length"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("\r\n\r\none two three")) << answer;
    const auto head = tcp("HEAD /three HTTP/1.1\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(head.ends_with("\r\n\r\n")) << head;
}

TEST_F(ServerTest, AStreamThatNobodyReadsIsGivenUp) {
    limits.request_in = 100ms;
    limits.connections = 1;
    start();
    asio::ip::tcp::socket slow{io};
    slow.connect({asio::ip::address_v4::loopback(), port});
    asio::write(slow, asio::buffer(std::string{"GET /flood HTTP/1.1\r\n\r\n"}));
    EXPECT_NE(tcp("GET / HTTP/1.1\r\nConnection: close\r\n\r\n").find("200 OK"), std::string::npos);
    EXPECT_EQ(handled, 2);
}

TEST_F(ServerTest, AStreamWhoseReaderLeftFreesItsPlaceAtOnce) {
    limits.connections = 1;
    start();
    const auto begun = clock.now();
    (void)*run_on(io, ask_and_leave(port, "GET /silence HTTP/1.1\r\n\r\n"));
    EXPECT_NE(tcp("GET / HTTP/1.1\r\nConnection: close\r\n\r\n").find("200 OK"), std::string::npos);
    EXPECT_LT(clock.now() - begun, 10s);
}

TEST_F(ServerTest, StopEndsStreams) {
    start();
    auto asking = exchange(port, "GET /silence HTTP/1.1\r\n\r\n");
    auto answer = asio::co_spawn(io, testing::as_optional(std::move(asking)), asio::use_future);
    while (handled < 1) io.run_one();
    for (int i = 0; i < 20; ++i) io.poll_one();
    server->stop();
    while (!testing::is_ready(served)) io.run_one();
    finish(answer);
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

/// Connects and asks for nothing: both ends are descriptors of this process.
std::vector<asio::ip::tcp::socket> crowd(asio::io_context& io, std::uint16_t port, int most) {
    std::vector<asio::ip::tcp::socket> all;
    for (int i = 0; i < most; ++i) {
        asio::ip::tcp::socket socket{io};
        boost::system::error_code failed;
        socket.open(asio::ip::tcp::v4(), failed);
        if (!failed) socket.connect({asio::ip::address_v4::loopback(), port}, failed);
        if (failed) break;
        all.push_back(std::move(socket));
        while (io.poll() > 0) {
        }
    }
    return all;
}

TEST_F(ServerTest, LeavesTheRestOfTheProgramItsDescriptors) {
    limits.spare_descriptors = 20;
    start();
    EXPECT_EQ(get("/a")->body, "GET /a ");
    testing::FewDescriptors few{80};
    auto clients = crowd(io, port, 28);
    std::size_t sent_away = 0;
    for (auto& client : clients) {
        char byte = 0;
        boost::system::error_code end;
        client.non_blocking(true);
        client.receive(asio::buffer(&byte, 1), 0, end);
        sent_away += end != asio::error::would_block ? 1U : 0U;
    }
    EXPECT_EQ(clients.size(), 28U);
    EXPECT_EQ(sent_away, 0U) << "there is room for these";
    auto more = crowd(io, port, 6);
    EXPECT_GE(few.take_all(), 14U) << "what is spare is not theirs";
    few.give_back();
    more.clear();
    clients.clear();
    EXPECT_EQ(get("/b")->body, "GET /b ") << "and who comes later is answered";
}

TEST_F(ServerTest, OutlivesAnEndOfAllDescriptors) {
    start();
    EXPECT_EQ(get("/a")->body, "GET /a ");
    auto client = asio::ip::tcp::socket{io};
    client.open(asio::ip::tcp::v4());
    {
        testing::FewDescriptors few{4};
        few.take_all();
        client.connect({asio::ip::address_v4::loopback(), port});
        while (io.poll() > 0) {  // it can't be accepted, and nothing ends for that
        }
        EXPECT_FALSE(testing::is_ready(served));
    }
    asio::write(client, asio::buffer(std::string_view{
                            "GET /later HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"}));
    EXPECT_NE(run_on(io, read_all(client))->find("GET /later"), std::string::npos);
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
    EXPECT_EQ(other.listen_unix(folder.at("s")).error().code, Errc::conflict);
    std::ofstream{folder.at("file")} << "precious";
    EXPECT_EQ(other.listen_unix(folder.at("file")).error().code, Errc::conflict);
    EXPECT_TRUE(std::filesystem::exists(folder.at("file")));
    const auto socket = folder.at("left");
    std::filesystem::rename(folder.at("s"), socket);  // still answers there
    EXPECT_EQ(other.listen_unix(socket).error().code, Errc::conflict);
    server->stop();
    EXPECT_TRUE(other.listen_unix(socket));
}

}  // namespace
}  // namespace driftless::net
