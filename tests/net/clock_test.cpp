#include <gtest/gtest.h>

#include "providers/net/blocking.hpp"
#include "providers/net/deadline.hpp"
#include "providers/net/retry.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::net {
namespace {

using namespace std::chrono_literals;
using testing::run_on;
using testing::VirtualClock;

asio::awaitable<Result<int>> value_after(Clock& clock, std::chrono::milliseconds time) {
    const auto slept = co_await clock.sleep_for(time);
    if (!slept) co_return slept.error();
    co_return 7;
}

asio::awaitable<Result<int>> error_now() {
    co_return Error{Errc::unavailable, "refused"};
}

asio::awaitable<Result<int>> throws_now() {
    throw std::runtime_error("out of paper");
    co_return 1;
}

asio::awaitable<void> note(Clock& clock, std::chrono::milliseconds time, std::vector<int>& order,
                           int number) {
    (void)co_await clock.sleep_for(time);
    order.push_back(number);
}

TEST(WallTime, IsWrittenAndReadBack) {
    const std::string text = "2026-11-23T14:50:09.123Z";
    const auto time = parse_wall_time(text);
    ASSERT_TRUE(time);
    EXPECT_EQ(to_string(*time), text);
}

TEST(WallTime, RefusesWhatIsNoTime) {
    for (const auto* text :
         {"", "2026-11-23", "2026-13-23T14:50:09.123Z", "2026-02-30T00:00:00.000Z",
          "2026-11-23T24:50:09.123Z", "2026-11-23T14:50:09.123", "2026-11-23T14:50:09.123Zx",
          "2026-1-023T14:50:09.123Z", "2026--1-23T14:50:09.123Z"}) {
        const auto time = parse_wall_time(text);
        ASSERT_FALSE(time) << text;
        EXPECT_EQ(time.error().code, Errc::invalid);
    }
}

TEST(Random, HexHasTwoDigitsForEachByte) {
    testing::SeededRandom random{1};
    EXPECT_EQ(random_hex(random, 3).size(), 6u);
    EXPECT_EQ(random_hex(random, 16).size(), 32u);
    SystemRandom system;
    EXPECT_NE(random_hex(system, 16), random_hex(system, 16));
}

TEST(VirtualTime, WakesInOrderOfDeadlineAndThenOfAsking) {
    asio::io_context io;
    VirtualClock clock;
    std::vector<int> order;
    const auto start = clock.wall();
    asio::co_spawn(io, note(clock, 20ms, order, 3), asio::use_future);
    asio::co_spawn(io, note(clock, 10ms, order, 1), asio::use_future);
    asio::co_spawn(io, note(clock, 10ms, order, 2), asio::use_future);
    clock.run_for(io, 15ms);
    EXPECT_EQ(order, (std::vector<int>{1, 2}));
    EXPECT_EQ(clock.wall() - start, 15ms);
    clock.run_for(io, 5ms);
    EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(Deadline, GivesTheResultWhenItCameInTime) {
    asio::io_context io;
    VirtualClock clock;
    const auto start = clock.now();
    const auto result = run_on(io, clock, with_deadline(clock, 100ms, value_after(clock, 40ms)));
    ASSERT_TRUE(result);
    EXPECT_EQ(*result, 7);
    EXPECT_EQ(clock.now() - start, 40ms);
}

TEST(Deadline, EndsWorkThatTakesTooLong) {
    asio::io_context io;
    VirtualClock clock;
    const auto start = clock.now();
    const auto result = run_on(io, clock, with_deadline(clock, 100ms, value_after(clock, 1h)));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::timed_out);
    EXPECT_EQ(clock.now() - start, 100ms);
    EXPECT_EQ(clock.next(), SteadyTime::max());
}

TEST(Deadline, AnErrorOrThrowEndsItAtOnce) {
    asio::io_context io;
    VirtualClock clock;
    const auto start = clock.now();
    const auto refused = run_on(io, clock, with_deadline(clock, 100ms, error_now()));
    EXPECT_EQ(refused.error().code, Errc::unavailable);
    const auto thrown = run_on(io, clock, with_deadline(clock, 100ms, throws_now()));
    EXPECT_EQ(thrown.error().code, Errc::internal);
    EXPECT_NE(thrown.error().message.find("out of paper"), std::string::npos);
    EXPECT_EQ(clock.now(), start);
}

TEST(Blocking, RunsOnAThreadAndComesBackWithValueAndException) {
    asio::io_context io;
    const auto lane = make_thread_lane();
    const auto home = std::this_thread::get_id();
    std::function<bool()> elsewhere = [home] { return std::this_thread::get_id() != home; };
    EXPECT_TRUE(run_on(io, run_blocking(*lane, elsewhere)));
    std::function<bool()> fails = []() -> bool { throw std::runtime_error("disk full"); };
    EXPECT_THROW(run_on(io, run_blocking(*lane, fails)), std::runtime_error);
}

TEST(Blocking, RunsInlineInTests) {
    asio::io_context io;
    const auto lane = make_inline_lane(io.get_executor());
    const auto home = std::this_thread::get_id();
    std::function<bool()> here = [home] { return std::this_thread::get_id() == home; };
    EXPECT_TRUE(run_on(io, run_blocking(*lane, here)));
}

TEST(Backoff, DoublesUpToTheMostAndNeverLessThanTheServerAsked) {
    testing::SeededRandom random{1};
    const Backoff backoff{1s, 60s};
    const Error error{Errc::unavailable, "down"};
    const auto first = backoff.after(1, error, random);
    EXPECT_GE(first, 1s);
    EXPECT_LT(first, 1200ms);
    EXPECT_GE(backoff.after(4, error, random), 8s);
    EXPECT_LT(backoff.after(40, error, random), 72s);
    const Error told{Errc::rate_limited, "slow down", 90s};
    EXPECT_EQ(backoff.after(1, told, random), 90s);
}

}  // namespace
}  // namespace driftless::net
