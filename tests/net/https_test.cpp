// The transport over TCP and TLS, against nginx with a private authority, and against servers that
// break off where a row says.
#include "providers/net/https.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <future>
#include <thread>

#include "providers/net/task_group.hpp"
#include "tests/support/run_on.hpp"
#include "tests/support/servers.hpp"

namespace driftless::net {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;
using testing::HttpsServer;
using testing::Listener;
using testing::run_on;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

Request get(std::string target = "/") {
    Request request;
    request.target = std::move(target);
    return request;
}

std::string localhost(const Listener& listener) {
    return "https://localhost:" + std::to_string(listener.port());
}

class Https : public ::testing::Test {
protected:
    void SetUp() override { SKIP_WITHOUT_HTTPS_SERVER(); }

    Result<std::unique_ptr<HttpTransport>> make(const std::string& url, const std::string& ca) {
        HttpsParts parts{.url = url, .ca = ca};
        return make_https_transport(io.get_executor(), clock, parts);
    }
    Result<Response> ask(const std::string& url, const std::string& ca) {
        const auto transport = make(url, ca);
        if (!transport) return transport.error();
        return run_on(io, (*transport)->send(get("/")));
    }
    static void expect_error(const Result<Response>& response, Errc code,
                             const std::vector<std::string>& says) {
        ASSERT_TRUE(response.failed()) << response->body;
        const std::string& message = response.error().message;
        EXPECT_EQ(name(response.error().code), name(code)) << message;
        for (const std::string& part : says)
            EXPECT_NE(message.find(part), std::string::npos) << message;
    }
    static bool has(const Response& response, const std::string& line) {
        return ("\n" + response.body).find("\n" + line + "\n") != std::string::npos;
    }

    asio::io_context io;
    SystemClock clock;
};

/// With nginx behind it.
class HttpsService : public Https {
protected:
    void SetUp() override {
        SKIP_WITHOUT_HTTPS_SERVER();
        server = std::make_unique<HttpsServer>();
    }
    Result<Response> ask(const std::string& url) { return Https::ask(url, server->ca()); }

    std::unique_ptr<HttpsServer> server;
};

TEST_F(HttpsService, AnswersBehindItsPathOnOneConnectionThatIsKept) {
    const auto transport = make(server->url("client/v4"), server->ca());
    ASSERT_TRUE(transport) << transport.error().message;
    for (int i = 1; i <= 3; ++i) {
        const auto response = run_on(io, (*transport)->send(get("/zones?page=1")));
        ASSERT_TRUE(response) << response.error().message;
        EXPECT_EQ(response->status, 200);
        EXPECT_TRUE(has(*response, "asked GET /client/v4/zones?page=1")) << response->body;
        EXPECT_TRUE(
            has(*response, "host " + server->url("").substr(8, server->url("").size() - 9)));
        EXPECT_TRUE(has(*response, "name localhost")) << response->body;
        EXPECT_TRUE(has(*response, "tls TLSv1.2") || has(*response, "tls TLSv1.3"));
        EXPECT_TRUE(has(*response, "agent driftless")) << response->body;
        EXPECT_TRUE(has(*response, "request " + std::to_string(i))) << response->body;
    }
}

TEST_F(HttpsService, IsReachedByAnAddressThatItsCertificateNames) {
    const auto response = ask(server->by_address("client/v4"));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_TRUE(has(*response, "name ")) << "an address is no server name: " << response->body;
}

TEST_F(HttpsService, OnThisMachineMayBeWithoutTls) {
    const auto response = ask(server->plain("client/v4"));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_TRUE(has(*response, "asked GET /client/v4/")) << response->body;
    EXPECT_TRUE(has(*response, "tls ")) << response->body;
    const auto far = make("http://api.cloudflare.com/client/v4", "");
    ASSERT_TRUE(far.failed());
    EXPECT_EQ(far.error().code, Errc::invalid);
    EXPECT_NE(far.error().message.find("write https://"), std::string::npos) << far.error().message;
}

TEST_F(HttpsService, ThatClosesIsDialedAnew) {
    const auto transport = make(server->url("brief"), server->ca());
    for (int i = 0; i < 2; ++i) {
        const auto response = run_on(io, (*transport)->send(get("/x")));
        ASSERT_TRUE(response) << response.error().message;
        EXPECT_TRUE(has(*response, "request 1")) << response->body;
    }
}

std::string noise(std::size_t size) {
    std::string bytes;
    for (unsigned value = 1; bytes.size() < size;) {
        value = value * 1664525 + 1013904223;
        bytes += static_cast<char>(value >> 24);
    }
    return bytes;
}

TEST_F(HttpsService, TakesAndGivesLargeBodies) {
    const auto transport = make(server->url("files"), server->ca());
    const std::string bytes = noise(10u << 20);
    Request put = get("/large");
    put.method = Method::put;
    put.body = bytes;
    const auto stored = run_on(io, (*transport)->send(put));
    ASSERT_TRUE(stored) << stored.error().message;
    EXPECT_EQ(stored->status, 201);
    const auto whole = run_on(io, (*transport)->send(get("/large")));
    ASSERT_TRUE(whole) << whole.error().message;
    EXPECT_TRUE(whole->body == bytes);
    Request bounded = get("/large");
    bounded.max_body = 1u << 20;
    expect_error(run_on(io, (*transport)->send(bounded)), Errc::invalid, {"over 1048576 bytes"});
    Request head = get("/large");
    head.method = Method::head;
    const auto only_head = run_on(io, (*transport)->send(head));
    ASSERT_TRUE(only_head) << only_head.error().message;
    EXPECT_EQ(only_head->header("Content-Length"), std::to_string(bytes.size()));
    EXPECT_EQ(only_head->body, "");
    const auto stream = run_on(io, (*transport)->open(get("/large")));
    ASSERT_TRUE(stream) << stream.error().message;
    std::string streamed;
    for (bool more = true; more;) {
        const auto piece = run_on(io, (*stream)->read(30s));
        ASSERT_TRUE(piece) << piece.error().message;
        more = !piece->empty();
        streamed += *piece;
    }
    EXPECT_TRUE(streamed == bytes);
}

TEST_F(HttpsService, ThatNoKnownAuthorityVouchesForIsRefused) {
    expect_error(Https::ask(server->url("client/v4"), ""), Errc::forbidden,
                 {"connect to localhost:", "certificate of localhost", "issuer certificate",
                  "\"CN=Test\" signed it", "under ca"});
    const HttpsServer other;
    expect_error(Https::ask(server->url("client/v4"), other.ca()), Errc::forbidden,
                 {"certificate of localhost"});
    EXPECT_EQ(server->requests(), 0) << "nothing was sent";
}

TEST_F(HttpsService, WithACertificateForAnotherHostOrAnotherTimeIsRefused) {
    expect_error(ask(server->wrong_name("client/v4")), Errc::forbidden,
                 {"hostname mismatch", "\"other.example\"", "not for localhost"});
    std::string address = server->wrong_name("client/v4");
    address.replace(address.find("localhost"), 9, "127.0.0.1");
    expect_error(ask(address), Errc::forbidden, {"not for 127.0.0.1"});
    expect_error(ask(server->expired("client/v4")), Errc::forbidden,
                 {"certificate has expired", "it expired on"});
    EXPECT_EQ(server->requests(), 0) << "nothing was sent";
}

TEST_F(HttpsService, MustSpeakTls12OrNewer) {
    const auto newest = ask(server->newest_tls("client/v4"));
    ASSERT_TRUE(newest) << newest.error().message;
    EXPECT_TRUE(has(*newest, "tls TLSv1.3"));
    expect_error(ask(server->oldest_tls("client/v4")), Errc::unavailable,
                 {"no agreement with the server", "TLS 1.2 or newer"});
}

TEST_F(HttpsService, ThatSpeaksNoTlsIsTold) {
    std::string url = server->plain("client/v4");
    url.replace(0, 4, "https");
    expect_error(ask(url), Errc::invalid, {"TLS: what answers there does not speak it", "port"});
    std::string unencrypted = server->by_address("client/v4");
    unencrypted.replace(0, 5, "http");
    const auto response = ask(unencrypted);
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 400) << "nginx says so itself";
}

TEST_F(HttpsService, NeedsAReadableFileOfAuthorities) {
    const testing::TempFolder folder;
    testing::write_file(folder.at("empty.pem"), "");
    testing::write_file(folder.at("none.pem"), "no certificate\n");
    const std::pair<std::string, std::string> cases[]{
        {folder.at("missing.pem"), "No such file"},
        {folder.at("empty.pem"), "PEM"},
        {folder.at("none.pem"), "PEM"},
        {folder.path(), "PEM"},
    };
    for (const auto& [file, says] : cases) {
        const auto transport = make(server->url(""), file);
        ASSERT_TRUE(transport.failed()) << file;
        EXPECT_EQ(transport.error().code, Errc::invalid);
        EXPECT_NE(transport.error().message.find("ca \"" + file), std::string::npos);
        EXPECT_NE(transport.error().message.find(says), std::string::npos)
            << transport.error().message;
    }
}

asio::awaitable<void> send_one(HttpTransport& transport, int& done) {
    Request request = get("/x");
    const auto response = co_await transport.send(std::move(request));
    if (response) ++done;
}

TEST_F(HttpsService, IsAskedByManyAtOnce) {
    const auto transport = make(server->url("client/v4"), server->ca());
    int done = 0;
    std::vector<asio::awaitable<void>> work;
    for (int i = 0; i < 100; ++i) work.push_back(send_one(**transport, done));
    ASSERT_TRUE(run_on(io, side_by_side(std::move(work), 100)));
    EXPECT_EQ(done, 100);
    EXPECT_EQ(server->requests(), 100);
}

/// Begins a request, lets the loop take `steps` steps, and cancels it.
/// @return had it ended by itself before?
bool cancel_after(asio::io_context& io, HttpTransport& transport, int steps) {
    asio::cancellation_signal cancel;
    std::optional<Result<Response>> end;
    const auto on_end = [&](const std::exception_ptr& thrown, std::optional<Result<Response>> got) {
        EXPECT_FALSE(thrown);
        end = std::move(got);
    };
    asio::co_spawn(io, testing::as_optional(transport.send(get("/x"))),
                   asio::bind_cancellation_slot(cancel.slot(), on_end));
    io.restart();
    for (int i = 0; i < steps && !end; ++i) io.run_one();
    const bool ended = end.has_value();
    if (!ended) cancel.emit(asio::cancellation_type::terminal);
    io.run();
    EXPECT_TRUE(end.has_value());
    if (!ended && end && end->failed()) {
        EXPECT_EQ(end->error().code, Errc::canceled) << end->error().message;
    }
    return ended;
}

TEST_F(HttpsService, MayBeCanceledAtAnyStep) {
    for (const auto& url : {server->url("client/v4"), server->newest_tls("client/v4")}) {
        int steps = 0;
        for (bool ended = false; !ended && steps < 1'000; ++steps) {
            const auto transport = make(url, server->ca());
            ended = cancel_after(io, **transport, steps);
            const auto next = run_on(io, (*transport)->send(get("/x")));
            ASSERT_TRUE(next) << "after " << steps << " steps: " << next.error().message;
        }
        EXPECT_GT(steps, 4) << "it begins, connects, agrees on TLS, reads, ends";
        EXPECT_LT(steps, 1'000);
    }
}

TEST_F(Https, NobodyThereIsUnavailable) {
    std::string url;
    {
        const Listener closed;
        url = localhost(closed);
    }
    expect_error(ask(url, ""), Errc::unavailable,
                 {"connect to localhost:", "127.0.0.1: ", "refused"});
}

TEST_F(Https, ANameThatNobodyKnowsIsUnavailable) {
    expect_error(ask("https://nowhere.invalid", ""), Errc::unavailable,
                 {"connect to nowhere.invalid: resolve \"nowhere.invalid\": "});
}

TEST_F(Https, ASilentServerCostsTheDeadline) {
    const Listener silent;
    testing::VirtualClock still;
    HttpsParts parts{.url = localhost(silent)};
    const auto transport = make_https_transport(io.get_executor(), still, parts);
    const auto began = still.now();
    Request request = get();
    request.deadline = 7s;
    expect_error(run_on(io, still, (*transport)->send(request)), Errc::timed_out, {"7000 ms"});
    const auto stream = run_on(io, still, (*transport)->open(request));
    EXPECT_EQ(stream.error().code, Errc::timed_out);
    EXPECT_EQ(still.now() - began, 14s);
}

/// Answers one request after another on one connection, without TLS, on the loop of the test.
asio::awaitable<void> answer_one(tcp::acceptor& acceptor) {
    auto [refused, socket] = co_await acceptor.async_accept(as_result);
    std::string request;
    while (!refused) {
        const auto [gone, size] = co_await asio::async_read_until(
            socket, asio::dynamic_buffer(request), "\r\n\r\n", as_result);
        if (gone) co_return;
        request.erase(0, size);
        const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
        (void)co_await asio::async_write(socket, asio::buffer(answer), as_result);
    }
}

asio::awaitable<Result<Response>> ask_of(tcp::acceptor& acceptor, HttpTransport& transport) {
    TaskGroup group{co_await asio::this_coro::executor};
    group.spawn(answer_one(acceptor));
    Request request = get();
    auto response = co_await transport.send(std::move(request));
    group.cancel();
    (void)co_await group.join();
    co_return response;
}

TEST_F(Https, AnAddressOfTheNewerKindIsOneToo) {
    boost::system::error_code none;
    tcp::acceptor acceptor{io};
    const tcp::endpoint endpoint{asio::ip::address_v6::loopback(), 0};
    acceptor.open(tcp::v6(), none);
    if (!none) acceptor.bind(endpoint, none);
    if (none) GTEST_SKIP() << "this machine has no IPv6";
    acceptor.listen();
    const auto transport =
        make("http://[::1]:" + std::to_string(acceptor.local_endpoint().port()), "");
    ASSERT_TRUE(transport) << transport.error().message;
    const auto response = run_on(io, ask_of(acceptor, **transport));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, "hi");
}

/// A listener whose queue is full, so that a connection to it is neither made nor refused.
struct Deaf {
    Deaf(asio::io_context& io, const tcp::endpoint& endpoint) : acceptor(io, endpoint.protocol()) {
        acceptor.bind(endpoint);
        acceptor.listen(0);
        for (int i = 0; i < 4; ++i) {
            waiting.emplace_back(io);
            waiting.back().async_connect(acceptor.local_endpoint(), [](auto) {});
        }
    }
    tcp::acceptor acceptor;
    std::vector<tcp::socket> waiting;
};

TEST_F(Https, AnAddressThatDoesNotAnswerCostsThreeSecondsAndTheNextIsTried) {
    boost::system::error_code none;
    tcp::acceptor good{io, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    const auto port = good.local_endpoint().port();
    const auto other = asio::ip::make_address_v4("127.0.0.2");
    tcp::acceptor probe{io, tcp::v4()};
    probe.bind({other, port}, none);
    if (none) GTEST_SKIP() << "this machine has no second address of its own";
    probe.close();
    const Deaf deaf{io, {other, port}};
    testing::VirtualClock still;
    HttpsParts parts{.url = "https://two.example:" + std::to_string(port)};
    parts.lookup = [&](const std::string&) {
        return Addresses{other, asio::ip::address_v4::loopback()};
    };
    const auto transport = make_https_transport(io.get_executor(), still, parts);
    ASSERT_TRUE(transport);
    const auto began = still.now();
    auto sent =
        asio::co_spawn(io, testing::as_optional((*transport)->send(get())), asio::use_future);
    io.restart();
    while (still.next() != began + 3s) io.run_one();  // it connects
    still.run_for(io, 3s);
    io.restart();
    tcp::socket arrived{io};
    good.accept(arrived);
    EXPECT_EQ(still.now() - began, 3s);
    arrived.close();
    while (!testing::is_ready(sent)) io.run_one();
    const auto response = *sent.get();
    expect_error(response, Errc::unavailable, {"connect to two.example:", "handshake"});
}

/// A server with TLS that reads a request, does what the test says, and goes.
class TlsPeer {
public:
    using Does = std::function<void(SSL*)>;
    TlsPeer(const HttpsServer& like, Does does) {
        thread_ = std::thread{[this, certificate = like.certificate(), key = like.key(),
                               does = std::move(does)] { serve(certificate, key, does); }};
    }
    TlsPeer(const TlsPeer&) = delete;
    TlsPeer& operator=(const TlsPeer&) = delete;
    ~TlsPeer() {
        if (!thread_.joinable()) return;
        listener_.shut();
        thread_.join();
    }
    void wait() { thread_.join(); }
    [[nodiscard]] std::string url() const { return localhost(listener_); }

private:
    void serve(const std::string& certificate, const std::string& key, const Does& does) {
        SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
        SSL_CTX_use_certificate_file(context, certificate.c_str(), SSL_FILETYPE_PEM);
        SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM);
        const int connection = ::accept(listener_.socket(), nullptr, nullptr);
        SSL* const tls = SSL_new(context);
        SSL_set_fd(tls, connection);
        char request[4096];
        if (SSL_accept(tls) == 1 && SSL_read(tls, request, sizeof request) > 0) does(tls);
        SSL_free(tls);
        SSL_CTX_free(context);
        ::close(connection);
    }

    Listener listener_;
    std::thread thread_;
};

TlsPeer::Does say(const std::string& answer, bool ends) {
    return [answer, ends](SSL* tls) {
        SSL_write(tls, answer.data(), static_cast<int>(answer.size()));
        if (ends) SSL_shutdown(tls);
    };
}

TEST_F(HttpsService, IsBelievedTheEndOfAnAnswerOnlyIfTlsEndsToo) {
    const std::string until_the_end = "HTTP/1.1 200 OK\r\n\r\nhalf of it?";
    const TlsPeer honest{*server, say(until_the_end, true)};
    const auto whole = ask(honest.url());
    ASSERT_TRUE(whole) << whole.error().message;
    EXPECT_EQ(whole->body, "half of it?");
    const TlsPeer cut{*server, say(until_the_end, false)};
    expect_error(ask(cut.url()), Errc::unavailable, {"cut off"});
    const TlsPeer silent{*server, say("", false)};
    expect_error(ask(silent.url()), Errc::unavailable, {"cut off"});
}

TEST_F(HttpsService, IsToldWhenAConnectionEndsAndIsNotWaitedFor) {
    std::promise<int> ended;
    TlsPeer peer{*server, [&](SSL* tls) {
                     say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", false)(tls);
                     char more[16];
                     const int got = SSL_read(tls, more, sizeof more);
                     ended.set_value(SSL_get_error(tls, got));  // and it answers nothing
                 }};
    {
        const auto transport = make(peer.url(), server->ca());
        EXPECT_EQ(run_on(io, (*transport)->send(get()))->body, "hi");
    }
    EXPECT_EQ(ended.get_future().get(), SSL_ERROR_ZERO_RETURN);
    peer.wait();
}

}  // namespace
}  // namespace driftless::net
