#include <gtest/gtest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "providers/net/event.hpp"
#include "providers/net/task_group.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::net {
namespace {

using namespace std::chrono_literals;
using testing::run_on;
using testing::VirtualClock;

struct Seen {
    std::vector<std::string> notes;
    int running = 0;
    int most = 0;
};

asio::awaitable<void> work(Clock& clock, Seen& seen, std::string name, std::chrono::seconds time) {
    seen.notes.push_back("start " + name);
    seen.most = std::max(seen.most, ++seen.running);
    const auto slept = co_await clock.sleep_for(time);
    --seen.running;
    seen.notes.push_back((slept ? "end " : "canceled ") + name);
}

asio::awaitable<void> throwing() {
    throw std::runtime_error("a fault");
    co_return;
}

asio::awaitable<Result<void>> parent(Clock& clock, Seen& seen) {
    TaskGroup group{co_await asio::this_coro::executor};
    group.spawn(work(clock, seen, "a", 2s));
    group.spawn(work(clock, seen, "b", 1s));
    co_return co_await group.join();
}

asio::awaitable<Result<void>> parent_of_thrower(Clock& clock, Seen& seen) {
    TaskGroup group{co_await asio::this_coro::executor};
    group.spawn(throwing());
    group.spawn(work(clock, seen, "b", 1s));
    co_return co_await group.join();
}

asio::awaitable<Result<void>> parent_that_cancels(Clock& clock, Seen& seen) {
    TaskGroup group{co_await asio::this_coro::executor};
    group.spawn(work(clock, seen, "a", 2h));
    (void)co_await clock.sleep_for(1s);
    group.cancel();
    auto joined = co_await group.join();
    EXPECT_EQ(group.running(), 0u);
    co_return joined;
}

using Works = std::vector<asio::awaitable<void>>;

TEST(TaskGroup, JoinsAllItsChildren) {
    asio::io_context io;
    VirtualClock clock;
    Seen seen;
    EXPECT_TRUE(run_on(io, clock, parent(clock, seen)));
    EXPECT_EQ(seen.notes, (std::vector<std::string>{"start a", "start b", "end b", "end a"}));
}

TEST(TaskGroup, KeepsWhatAChildThrewAndLetsTheOthersEnd) {
    asio::io_context io;
    VirtualClock clock;
    Seen seen;
    const auto joined = run_on(io, clock, parent_of_thrower(clock, seen));
    ASSERT_FALSE(joined);
    EXPECT_EQ(joined.error().code, Errc::internal);
    EXPECT_NE(joined.error().message.find("a fault"), std::string::npos);
    EXPECT_EQ(seen.notes.back(), "end b");
}

TEST(TaskGroup, CancelsChildrenWhenAsked) {
    asio::io_context io;
    VirtualClock clock;
    Seen seen;
    EXPECT_TRUE(run_on(io, clock, parent_that_cancels(clock, seen)));
    EXPECT_EQ(seen.notes.back(), "canceled a");
}

TEST(TaskGroup, IsCanceledWithItsParentAndStillAwaitsTheEnd) {
    asio::io_context io;
    VirtualClock clock;
    Seen seen;
    asio::cancellation_signal stop;
    auto ended = asio::co_spawn(io, testing::as_optional(parent(clock, seen)),
                                asio::bind_cancellation_slot(stop.slot(), asio::use_future));
    clock.run_for(io, 500ms);
    stop.emit(asio::cancellation_type::terminal);
    VirtualClock::settle(io);
    ASSERT_TRUE(testing::is_ready(ended));
    EXPECT_EQ(ended.get()->error().code, Errc::canceled);
    EXPECT_EQ(seen.running, 0);
}

TEST(SideBySide, KeepsOrderAndWidth) {
    asio::io_context io;
    VirtualClock clock;
    Seen seen;
    Works works;
    for (const auto* name : {"a", "b", "c", "d", "e"}) works.push_back(work(clock, seen, name, 1s));
    EXPECT_TRUE(run_on(io, clock, side_by_side(std::move(works), 2)));
    EXPECT_EQ(seen.most, 2);
    EXPECT_EQ(seen.notes,
              (std::vector<std::string>{"start a", "start b", "end a", "start c", "end b",
                                        "start d", "end c", "start e", "end d", "end e"}));
}

TEST(SideBySide, DoesTheRestWhenOneThrows) {
    asio::io_context io;
    VirtualClock clock;
    Seen seen;
    Works works;
    works.push_back(throwing());
    works.push_back(work(clock, seen, "b", 1s));
    const auto done = run_on(io, clock, side_by_side(std::move(works), 1));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::internal);
    EXPECT_EQ(seen.notes.back(), "end b");
}

TEST(SideBySide, NothingToDoIsDone) {
    asio::io_context io;
    VirtualClock clock;
    EXPECT_TRUE(run_on(io, clock, side_by_side(Works{}, 8)));
}

asio::awaitable<Result<void>> wait_for(Event& event) {
    co_return co_await event.wait();
}

TEST(Event, WakesTheOneThatWaitedLongest) {
    asio::io_context io;
    Event event{io.get_executor()};
    auto first = asio::co_spawn(io, wait_for(event), asio::use_future);
    auto second = asio::co_spawn(io, wait_for(event), asio::use_future);
    VirtualClock::settle(io);
    event.notify_one();
    VirtualClock::settle(io);
    EXPECT_TRUE(testing::is_ready(first));
    EXPECT_FALSE(testing::is_ready(second));
    event.notify_all();
    VirtualClock::settle(io);
    EXPECT_TRUE(testing::is_ready(second));
}

}  // namespace
}  // namespace driftless::net
