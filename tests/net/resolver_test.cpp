// Names, and the addresses behind them: a lookup that hangs is never waited for.
#include "providers/net/resolver.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "providers/net/deadline.hpp"
#include "providers/net/https.hpp"
#include "providers/net/task_group.hpp"
#include "tests/support/run_on.hpp"
#include "tests/support/servers.hpp"

namespace driftless::net {
namespace {

using namespace std::chrono_literals;
using testing::run_on;

/// A name server that answers when it is told to. Shared with lookups that nobody waits for.
struct Names {
    std::atomic<int> asked = 0;
    std::promise<void> answered;
    std::shared_future<void> answer = answered.get_future().share();

    static Lookup lookup(const std::shared_ptr<Names>& names) {
        return [names](const std::string&) -> Result<Addresses> {
            ++names->asked;
            names->answer.wait();
            return Addresses{asio::ip::make_address("192.0.2.1")};
        };
    }
};

Result<Addresses> never(const std::string& host) {
    ADD_FAILURE() << host << " was looked up";
    return Addresses{};
}

struct Resolving : ::testing::Test {
    asio::io_context io;
    SystemClock clock;
    std::shared_ptr<Names> names = std::make_shared<Names>();
};

TEST_F(Resolving, AnAddressAndThisMachineNeedNoLookup) {
    for (const std::string host : {"127.0.0.1", "192.0.2.7", "2001:db8::1"}) {
        Resolver resolver{io.get_executor(), host, never};
        const auto found = run_on(io, resolver.resolve());
        ASSERT_TRUE(found);
        EXPECT_EQ(found->size(), 1u);
        EXPECT_EQ(found->front().to_string(), host);
    }
    Resolver localhost{io.get_executor(), "localhost", never};
    const auto found = run_on(io, localhost.resolve());
    ASSERT_TRUE(found);
    for (const auto& address : *found) EXPECT_TRUE(address.is_loopback());
}

TEST_F(Resolving, ANameThatNobodyKnowsIsUnavailable) {
    // A name that never exists (RFC 6761); a machine without any name server answers the same.
    Resolver resolver{io.get_executor(), "nowhere.invalid", look_up};
    const auto found = run_on(io, resolver.resolve());
    ASSERT_TRUE(found.failed());
    EXPECT_EQ(found.error().code, Errc::unavailable);
    EXPECT_NE(found.error().message.find("resolve \"nowhere.invalid\": "), std::string::npos);
    EXPECT_NE(found.error().message.find("name server"), std::string::npos);
}

asio::awaitable<void> resolve_into(Resolver& resolver, std::vector<Result<Addresses>>& results) {
    results.push_back(co_await resolver.resolve());
}

asio::awaitable<Result<void>> resolve_three(Resolver& resolver, Names& names,
                                            std::vector<Result<Addresses>>& results) {
    TaskGroup group{co_await asio::this_coro::executor};
    for (int i = 0; i < 3; ++i) group.spawn(resolve_into(resolver, results));
    group.spawn([](Names& now) -> asio::awaitable<void> {
        now.answered.set_value();
        co_return;
    }(names));
    co_return co_await group.join();
}

TEST_F(Resolving, ThoseWhoAskMeanwhileWaitForTheSameLookup) {
    Resolver resolver{io.get_executor(), "a.example", Names::lookup(names)};
    std::vector<Result<Addresses>> results;
    ASSERT_TRUE(run_on(io, resolve_three(resolver, *names, results)));
    EXPECT_EQ(names->asked, 1);
    ASSERT_EQ(results.size(), 3u);
    for (const auto& found : results) EXPECT_EQ(found->front().to_string(), "192.0.2.1");
    EXPECT_TRUE(run_on(io, resolver.resolve()));
    EXPECT_EQ(names->asked, 2) << "an answer is not kept: it may change";
}

TEST_F(Resolving, AHangingLookupCostsTheDeadlineAndOneThread) {
    HttpsParts parts{.url = "https://a.example", .lookup = Names::lookup(names)};
    const auto transport = make_https_transport(io.get_executor(), clock, parts);
    ASSERT_TRUE(transport);
    Request request;
    request.target = "/";
    request.deadline = 20ms;
    for (int i = 0; i < 3; ++i) {
        const auto response = run_on(io, (*transport)->send(request));
        EXPECT_EQ(response.error().code, Errc::timed_out) << response.error().message;
    }
    EXPECT_LE(names->asked, 1);
    names->answered.set_value();
}

TEST_F(Resolving, ALateAnswerFindsNobodyAndDoesNoHarm) {
    std::weak_ptr<Names> used = names;
    {
        Resolver resolver{io.get_executor(), "a.example", Names::lookup(names)};
        const auto found = run_on(io, with_deadline(clock, 10ms, resolver.resolve()));
        EXPECT_EQ(found.error().code, Errc::timed_out);
    }
    names->answered.set_value();
    names.reset();
    while (!used.expired()) (void)run_on(io, clock.sleep_for(1ms));  // its thread has ended
    io.restart();
    EXPECT_EQ(io.poll(), 0u);
}

}  // namespace
}  // namespace driftless::net
