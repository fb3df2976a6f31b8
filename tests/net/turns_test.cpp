#include "providers/net/turns.hpp"

#include <gtest/gtest.h>

#include "providers/net/task_group.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::net {
namespace {

using namespace std::chrono_literals;
using testing::run_on;

struct Seen {
    std::vector<std::string> notes;
    int inside = 0;
    int most = 0;
};

asio::awaitable<void> visit(Turns& turns, Clock& clock, Seen& seen, std::string name) {
    const auto turn = co_await turns.take();
    if (!turn) {
        seen.notes.push_back("canceled " + name);
        co_return;
    }
    seen.most = std::max(seen.most, ++seen.inside);
    seen.notes.push_back(name);
    (void)co_await clock.sleep_for(1s);
    --seen.inside;
}

asio::awaitable<Result<void>> visit_all(Clock& clock, Seen& seen, std::chrono::milliseconds time) {
    Turns turns{co_await asio::this_coro::executor, 2};
    TaskGroup group{co_await asio::this_coro::executor};
    for (const auto* name : {"a", "b", "c", "d"}) group.spawn(visit(turns, clock, seen, name));
    (void)co_await clock.sleep_for(time);
    group.cancel();
    auto joined = co_await group.join();
    for (const auto* name : {"e", "f"}) group.spawn(visit(turns, clock, seen, name));
    co_return co_await group.join();
}

TEST(Turns, LetSoManyInAndTheOthersInOrder) {
    asio::io_context io;
    testing::VirtualClock clock;
    Seen seen;
    ASSERT_TRUE(run_on(io, clock, visit_all(clock, seen, 10s)));
    EXPECT_EQ(seen.most, 2);
    EXPECT_EQ(seen.notes, (std::vector<std::string>{"a", "b", "c", "d", "e", "f"}));
}

TEST(Turns, AreGivenBackByThoseWhoAreCanceled) {
    asio::io_context io;
    testing::VirtualClock clock;
    Seen seen;
    ASSERT_TRUE(run_on(io, clock, visit_all(clock, seen, 500ms)));
    EXPECT_EQ(seen.notes,
              (std::vector<std::string>{"a", "b", "canceled c", "canceled d", "e", "f"}));
}

}  // namespace
}  // namespace driftless::net
