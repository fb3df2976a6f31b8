#include "daemon/listeners.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <fstream>

#include "tests/support/run_on.hpp"
#include "tests/support/temp_folder.hpp"

namespace driftless {
namespace {

namespace asio = net::asio;
using asio::ip::tcp;

class StillControl final : public http::Control {
public:
    [[nodiscard]] Overview overview() const override { return {}; }
    [[nodiscard]] std::uint64_t edition() const override { return 1; }
    [[nodiscard]] Result<void> find_target(const std::string&) const override { return {}; }
    [[nodiscard]] Result<void> ready() const override { return {}; }
    asio::awaitable<Result<std::vector<HistoryEntry>>> history(std::string, std::size_t) override {
        co_return std::vector<HistoryEntry>{};
    }
    Result<void> reconcile(const std::vector<std::string>&) override { return {}; }
    asio::awaitable<Result<void>> confirm(std::string) override { co_return Result<void>{}; }
    asio::awaitable<Result<void>> adopt(ResourceKey) override { co_return Result<void>{}; }
    asio::awaitable<Result<void>> suspend(Suspension) override { co_return Result<void>{}; }
    asio::awaitable<Result<void>> resume(ResourceKey) override { co_return Result<void>{}; }
    asio::awaitable<Result<std::vector<Restorable>>> removed(std::string) override {
        co_return std::vector<Restorable>{};
    }
    asio::awaitable<Result<void>> restore(ResourceKey) override { co_return Result<void>{}; }
    asio::awaitable<Result<Inventory>> leave(std::string) override { co_return Inventory{}; }
};

asio::awaitable<std::string> exchange(std::uint16_t port, std::string bytes) {
    tcp::socket socket{co_await asio::this_coro::executor};
    const tcp::endpoint endpoint{asio::ip::address_v4::loopback(), port};
    co_await socket.async_connect(endpoint, asio::use_awaitable);
    constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
    (void)co_await asio::async_write(socket, asio::buffer(bytes), as_result);
    std::string answer;
    (void)co_await asio::async_read(socket, asio::dynamic_buffer(answer), as_result);
    co_return answer;
}

/// Real sockets; time is virtual, so that a second try comes at once.
class ListenersTest : public ::testing::Test {
protected:
    ListenersTest() {
        settings_.state = folder_.path();
        settings_.http.listen = "127.0.0.1:0";
    }
    ~ListenersTest() override {
        if (doors_) doors_->stop();
        while (served_.valid() && !driftless::testing::is_ready(served_)) turn();
    }
    Result<void> open() {
        auto doors = Listeners::open({.settings = settings_,
                                      .socket = folder_.path() + "/s",
                                      .owner = ::geteuid(),
                                      .executor = io_.get_executor(),
                                      .clock = clock_,
                                      .random = random_,
                                      .control = control_,
                                      .feed = feed_,
                                      .measures = measures_});
        if (!doors) return std::move(doors).error();
        doors_ = std::move(*doors);
        served_ =
            asio::co_spawn(io_, driftless::testing::as_optional(doors_->serve()), asio::use_future);
        return {};
    }
    void turn() {
        io_.restart();
        io_.poll();
    }
    std::string ask(std::uint16_t port, const std::string& head) {
        auto work = exchange(port, head + "\r\nConnection: close\r\n\r\n");
        auto answer =
            asio::co_spawn(io_, driftless::testing::as_optional(std::move(work)), asio::use_future);
        while (!driftless::testing::is_ready(answer)) turn();
        return *answer.get();
    }
    std::string metrics(const std::string& head) { return ask(doors_->metrics_port(), head); }

    asio::io_context io_;
    driftless::testing::VirtualClock clock_;
    driftless::testing::SeededRandom random_{7};
    driftless::testing::TempFolder folder_;
    Settings settings_;
    StillControl control_;
    Feed feed_{io_.get_executor(), "cafe"};
    Measures measures_;
    std::unique_ptr<Listeners> doors_;
    std::future<std::optional<bool>> served_;
};

TEST_F(ListenersTest, TheTokenIsMadeOnceForItsOwnerAlone) {
    ASSERT_TRUE(open());
    struct stat info {};
    ASSERT_EQ(::stat((folder_.path() + "/token").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    EXPECT_EQ(info.st_size, 64);
}

TEST_F(ListenersTest, ATokenThatOthersCanReadIsRefused) {
    const std::string path = folder_.path() + "/token";
    std::ofstream{path} << "0123456789abcdef";
    ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
    const auto opened = open();
    ASSERT_TRUE(opened.failed());
    EXPECT_EQ(opened.error().code, Errc::forbidden);
    EXPECT_NE(opened.error().message.find(path), std::string::npos) << opened.error().message;
}

TEST_F(ListenersTest, OnlyThisMachineIsAnswered) {
    settings_.http.listen = "0.0.0.0:0";
    EXPECT_EQ(open().error().code, Errc::invalid);
}

TEST_F(ListenersTest, AnOccupiedPortIsToldByName) {
    tcp::acceptor other{io_, {asio::ip::address_v4::loopback(), 0}};
    settings_.http.listen = fmt::format("127.0.0.1:{}", other.local_endpoint().port());
    const auto opened = open();
    ASSERT_TRUE(opened.failed());
    EXPECT_EQ(opened.error().code, Errc::conflict);
    EXPECT_EQ(opened.error().message,
              "listen on " + settings_.http.listen +
                  ": Address already in use; end the program that listens there, or set another "
                  "`http.listen`");
}

TEST_F(ListenersTest, MetricsAreAloneOnTheirAddress) {
    settings_.metrics.listen = "127.0.0.1:0";
    settings_.http.hosts = {"gitops.home"};
    ASSERT_TRUE(open());
    turn();
    ASSERT_NE(doors_->metrics_port(), 0);
    // Rows: request and headers, what answers.
    const std::vector<std::pair<std::string, std::string>> rows{
        {"GET /metrics HTTP/1.1\r\nHost: 172.17.0.1:7767", "HTTP/1.1 200 "},
        {"GET /metrics HTTP/1.1\r\nHost: [::1]:7767", "HTTP/1.1 200 "},
        {"GET /metrics HTTP/1.1\r\nHost: host.docker.internal", "HTTP/1.1 200 "},
        {"GET /metrics HTTP/1.1\r\nHost: gitops.home", "HTTP/1.1 200 "},
        {"HEAD /metrics HTTP/1.1\r\nHost: 127.0.0.1", "HTTP/1.1 200 "},
        {"GET /metrics HTTP/1.1\r\nHost: evil.example", "HTTP/1.1 403 "},
        {"GET /metrics HTTP/1.1\r\nHost: 1.2.3.4.evil.example", "HTTP/1.1 403 "},
        {"GET /metrics HTTP/1.1", "HTTP/1.1 403 "},
        {"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://evil.example",
         "HTTP/1.1 403 "},
        {"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: cross-site", "HTTP/1.1 403 "},
        {"POST /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0", "HTTP/1.1 405 "},
        {"GET /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1", "HTTP/1.1 404 "},
        {"GET / HTTP/1.1\r\nHost: 127.0.0.1", "HTTP/1.1 404 "},
        {"GET /..%2fmetrics HTTP/1.1\r\nHost: 127.0.0.1", "HTTP/1.1 400 "},
    };
    for (const auto& [head, answer] : rows) {
        const std::string got = metrics(head);
        EXPECT_TRUE(got.starts_with(answer)) << head << "\n" << got.substr(0, 200);
    }
    EXPECT_NE(metrics(rows.front().first).find("driftless_build_info{"), std::string::npos);
}

TEST_F(ListenersTest, AnAddressForMetricsThatIsTakenIsTriedAgainWhileAllElseWorks) {
    std::optional<tcp::acceptor> other;
    other.emplace(io_, tcp::endpoint{asio::ip::address_v4::loopback(), 0});
    settings_.metrics.listen = fmt::format("127.0.0.1:{}", other->local_endpoint().port());
    ASSERT_TRUE(open());
    turn();
    EXPECT_EQ(doors_->metrics_port(), 0);
    const std::string url = doors_->url();
    const std::string host = url.substr(7, url.size() - 8);
    const auto port = static_cast<std::uint16_t>(std::stoi(host.substr(host.find(':') + 1)));
    EXPECT_TRUE(ask(port, "GET /healthz HTTP/1.1\r\nHost: " + host).starts_with("HTTP/1.1 200 "));
    other.reset();
    clock_.run_for(io_, Listeners::try_again_in);
    EXPECT_NE(doors_->metrics_port(), 0);
}

}  // namespace
}  // namespace driftless
