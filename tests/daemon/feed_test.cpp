#include "daemon/schedule/feed.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <algorithm>
#include <deque>

#include "daemon/http/events.hpp"
#include "tests/support/run_on.hpp"

namespace driftless {
namespace {

namespace asio = net::asio;
using namespace std::chrono_literals;

/// The far end of a connection: takes what it is given, as fast as it likes.
class StubOutlet final : public net::Outlet {
public:
    explicit StubOutlet(net::Clock& clock) : clock_(clock) {}

    asio::awaitable<Result<void>> write(std::string bytes) override {
        if (takes > 0s) {
            auto waited = co_await clock_.sleep_for(takes);
            if (!waited) co_return waited;
        }
        if (gone) co_return Error{Errc::unavailable, "reset"};
        text += bytes;
        co_return Result<void>{};
    }

    std::chrono::nanoseconds takes{0};  ///< each write
    bool gone = false;
    std::string text;

private:
    net::Clock& clock_;
};

class FeedTest : public ::testing::Test {
protected:
    ~FeedTest() override {
        for (auto& signal : signals_) signal.emit(asio::cancellation_type::terminal);
        driftless::testing::VirtualClock::settle(io_);
    }
    /// A reader whose answer is written to `outlet`.
    std::future<void> follow(StubOutlet& outlet, const std::string& last_id = "") {
        auto response = http::follow(feed_, clock_, measures_, last_id);
        EXPECT_EQ(response.status, 200);
        auto& signal = signals_.emplace_back();
        auto future = asio::co_spawn(io_, response.stream(outlet),
                                     asio::bind_cancellation_slot(signal.slot(), asio::use_future));
        settle();
        return future;
    }
    void settle() { driftless::testing::VirtualClock::settle(io_); }
    void post(int count) {
        for (int i = 0; i < count; ++i) feed_.post("tick", {{"n", ++n_}});
    }
    void post_kilobytes(int count) {
        for (int i = 0; i < count; ++i) feed_.post("big", {{"text", std::string(1024, 'x')}});
    }
    std::string event(int number) const {
        return fmt::format("id: cafe-{}\nevent: tick\ndata: {{\"n\":{}}}\n\n", number, number);
    }

    asio::io_context io_;
    driftless::testing::VirtualClock clock_;
    Feed feed_{io_.get_executor(), "cafe"};
    Measures measures_;
    std::deque<asio::cancellation_signal> signals_;
    int n_ = 0;
};

const std::string greeting = "retry: 2000\n\n";

TEST_F(FeedTest, TellsWhatHappensFromNowOn) {
    post(3);
    StubOutlet outlet{clock_};
    follow(outlet);
    EXPECT_EQ(outlet.text, greeting);
    post(2);
    settle();
    EXPECT_EQ(outlet.text, greeting + event(4) + event(5));
}

TEST_F(FeedTest, GoesOnAfterTheLastEventThatWasHeard) {
    post(5);
    StubOutlet outlet{clock_};
    follow(outlet, "cafe-3");
    EXPECT_EQ(outlet.text, greeting + event(4) + event(5));
    StubOutlet up_to_date{clock_};
    follow(up_to_date, "cafe-5");
    EXPECT_EQ(up_to_date.text, greeting);
}

TEST_F(FeedTest, SaysSoWhenItCannotGoOnFromThere) {
    post(2000);  // more than are kept
    for (const char* id : {"cafe-1", "beef-1999", "cafe-9999", "cafe-", "cafe-x", "x", "-",
                           "cafe--1", "cafe-99999999999999999999999"}) {
        StubOutlet outlet{clock_};
        auto ended = follow(outlet, id);
        const std::string reset = fmt::format("id: cafe-{}\nevent: reset\n", n_);
        EXPECT_TRUE(outlet.text.starts_with(greeting + reset)) << id << outlet.text;
        post(1);
        settle();
        EXPECT_TRUE(outlet.text.ends_with("\n\n" + event(n_))) << outlet.text;
        signals_.back().emit(asio::cancellation_type::terminal);
        settle();
        EXPECT_TRUE(driftless::testing::is_ready(ended));
    }
}

TEST_F(FeedTest, SendsAHeartbeatWhenNothingHappens) {
    StubOutlet outlet{clock_};
    follow(outlet);
    clock_.run_for(io_, 14s);
    EXPECT_EQ(outlet.text, greeting);
    clock_.run_for(io_, 2s);
    EXPECT_EQ(outlet.text, greeting + ": nothing new\n\n");
}

TEST_F(FeedTest, DropsWhoFallsTooFarBehindWhileTheOthersHearAll) {
    StubOutlet slow{clock_};
    StubOutlet quick{clock_};
    auto ended = follow(slow);
    follow(quick);
    slow.takes = 1h;
    post_kilobytes(40);
    settle();
    EXPECT_FALSE(driftless::testing::is_ready(ended));
    post_kilobytes(40);
    settle();
    EXPECT_TRUE(driftless::testing::is_ready(ended));  // at once, with its write under way
    EXPECT_EQ(measures_.dropped_readers, 1U);
    EXPECT_EQ(feed_.readers(), 1U);
    EXPECT_GT(quick.text.size(), 80U << 10);
}

TEST_F(FeedTest, ForgetsWhoWentAway) {
    StubOutlet outlet{clock_};
    auto ended = follow(outlet);
    outlet.gone = true;
    post(1);
    settle();
    EXPECT_TRUE(driftless::testing::is_ready(ended));
    EXPECT_EQ(feed_.readers(), 0U);
    EXPECT_EQ(measures_.dropped_readers, 0U);
}

TEST_F(FeedTest, HasRoomForSoManyReaders) {
    std::deque<StubOutlet> outlets;
    for (std::size_t i = 0; i < Feed::most_readers; ++i) follow(outlets.emplace_back(clock_));
    const auto refused = http::follow(feed_, clock_, measures_, "");
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(net::header_of(refused.headers, "Retry-After"), "30");
    EXPECT_FALSE(refused.stream);
    signals_.front().emit(asio::cancellation_type::terminal);
    settle();
    EXPECT_EQ(http::follow(feed_, clock_, measures_, "").status, 200);
}

TEST_F(FeedTest, NoTextCanBreakOutOfItsEvent) {
    StubOutlet outlet{clock_};
    follow(outlet);
    feed_.post("tick", {{"text", "a\n\nevent: forged\ndata: {}\r\n\xff"}});
    settle();
    const auto lines = std::ranges::count(outlet.text.substr(greeting.size()), '\n');
    EXPECT_EQ(lines, 4);
    EXPECT_EQ(outlet.text.find("\nevent: forged"), std::string::npos);
    EXPECT_EQ(outlet.text.find('\r'), std::string::npos);
}

}  // namespace
}  // namespace driftless
