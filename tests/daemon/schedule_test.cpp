#include "daemon/schedule/schedule.hpp"

#include <gtest/gtest.h>

namespace driftless {
namespace {

using namespace std::chrono_literals;
using net::SteadyTime;

class NoChance final : public net::Random {
public:
    std::uint64_t next() override { return 0; }
};

const SteadyTime t0{1h};

Policy policy() {
    Policy policy;
    policy.interval = 300s;
    policy.settle = 5s;
    return policy;
}

Outcome good(bool full = true) {
    Outcome outcome;
    outcome.full = full;
    return outcome;
}

Outcome unreadable(Error error) {
    Outcome outcome;
    outcome.unreadable = std::move(error);
    return outcome;
}

ResourceKey key(const std::string& name) {
    return {"mini1", "toy.thing", name};
}

/// Of a full run in which one thing could not be made.
Outcome failed_action(const std::string& name, Error error) {
    Outcome outcome = good();
    outcome.statuses[key(name)].status = Status::failed;
    outcome.actions.push_back({.key = key(name),
                               .verb = Verb::create,
                               .error = std::move(error),
                               .done = false,
                               .why = "",
                               .request_id = ""});
    return outcome;
}

Hint hint(const std::string& name) {
    return {.all = false, .keys = {key(name)}, .missed = false, .what = "die"};
}

class ScheduleTest : public testing::Test {
protected:
    /// Takes what is due at `at` and lets it end then with `outcome`.
    Order pass(SteadyTime at, const Outcome& outcome) {
        const Order order = schedule_.take(at);
        schedule_.ended(at, outcome);
        return order;
    }
    void started() {
        schedule_.start(t0);
        schedule_.back_again(t0);  // events are heard
        pass(t0, good());
    }
    void expect_next(std::chrono::nanoseconds after_t0, const std::string& why) {
        const auto due = schedule_.next();
        ASSERT_TRUE(due);
        EXPECT_EQ(due->at - t0, after_t0);
        EXPECT_EQ(due->why, why);
    }

    Policy policy_ = policy();
    NoChance random_;
    Schedule schedule_{policy_, random_};
};

TEST_F(ScheduleTest, HasNothingDueBeforeTheStart) {
    EXPECT_FALSE(schedule_.next());
}

TEST_F(ScheduleTest, LooksAtEverythingAnewAtTheStart) {
    schedule_.start(t0);
    schedule_.back_again(t0);  // events are heard
    expect_next(0s, "start");
    const Order order = schedule_.take(t0);
    EXPECT_TRUE(order.scope.all);
    EXPECT_TRUE(order.scope.fresh);
    EXPECT_EQ(order.trigger, "start");
}

TEST_F(ScheduleTest, TheFirstLookWaitsForEventsButNotForEver) {
    schedule_.start(t0);
    schedule_.new_commit(t0);
    expect_next(1s, "start");
    schedule_.back_again(t0 + 20ms);  // one look, not two
    expect_next(0s, "start");
}

TEST_F(ScheduleTest, LooksAgainAnIntervalAfterTheEndOfARun) {
    schedule_.start(t0);
    schedule_.back_again(t0);
    schedule_.take(t0);
    schedule_.ended(t0 + 7s, good());
    expect_next(307s, "interval");
    const Order order = schedule_.take(t0 + 307s);
    EXPECT_TRUE(order.scope.all);
    EXPECT_FALSE(order.scope.fresh);
}

TEST_F(ScheduleTest, ANewCommitIsDueAtOnce) {
    started();
    schedule_.new_commit(t0 + 10s);
    expect_next(10s, "commit");
    EXPECT_FALSE(schedule_.take(t0 + 10s).scope.fresh);
}

TEST_F(ScheduleTest, AnEventWaitsUntilItsResourceHasSettled) {
    started();
    schedule_.hint(t0 + 10s, hint("web"));
    expect_next(15s, "event");
    schedule_.hint(t0 + 13s, hint("db"));
    expect_next(18s, "event");
    const Order order = schedule_.take(t0 + 18s);
    EXPECT_FALSE(order.scope.all);
    EXPECT_EQ(order.scope.keys, (std::vector<ResourceKey>{key("db"), key("web")}));
    EXPECT_EQ(order.trigger, "event");
}

TEST_F(ScheduleTest, WhatNeverSettlesIsLookedAtNevertheless) {
    started();
    for (int second = 10; second < 60; ++second) {
        schedule_.hint(t0 + std::chrono::seconds{second}, hint("web"));
    }
    expect_next(40s, "event");
}

TEST_F(ScheduleTest, TheIntervalsLookWaitsForWhatHasNotSettled) {
    started();
    schedule_.hint(t0 + 298s, hint("web"));
    expect_next(303s, "interval");
    const Order order = pass(t0 + 303s, good());
    EXPECT_TRUE(order.scope.all) << "both in one";
    expect_next(603s, "interval");
}

TEST_F(ScheduleTest, ACommitDoesNotWaitForWhatHasNotSettled) {
    started();
    schedule_.hint(t0 + 10s, hint("web"));
    schedule_.new_commit(t0 + 11s);
    expect_next(11s, "commit");
}

TEST_F(ScheduleTest, AScopedRunLeavesTheIntervalAsItWas) {
    started();
    schedule_.hint(t0 + 10s, hint("web"));
    pass(t0 + 15s, good(false));
    expect_next(300s, "interval");
}

TEST_F(ScheduleTest, MissedEventsMeanAFreshLookAtEverything) {
    started();
    schedule_.hint(t0 + 10s, {.all = true, .keys = {}, .missed = true, .what = "connected"});
    expect_next(10s, "reconnect");
    const Order order = schedule_.take(t0 + 10s);
    EXPECT_TRUE(order.scope.all);
    EXPECT_TRUE(order.scope.fresh);
}

TEST_F(ScheduleTest, AnEventOfAnythingSettlesTooAndIsLookedAtAsRemembered) {
    started();
    schedule_.hint(t0 + 10s, {.all = true, .keys = {}, .missed = false, .what = "network"});
    expect_next(15s, "event");
    const Order order = schedule_.take(t0 + 15s);
    EXPECT_TRUE(order.scope.all);
    EXPECT_FALSE(order.scope.fresh);
}

TEST_F(ScheduleTest, AChangeIsLookedAtSoonAfter) {
    started();
    schedule_.new_commit(t0 + 10s);
    Outcome changed = good();
    changed.changes = 2;
    pass(t0 + 10s, changed);
    expect_next(11s, "verify");
}

TEST_F(ScheduleTest, WhatIsUnderWayIsLookedAtWhenItSaid) {
    started();
    schedule_.new_commit(t0 + 10s);
    Outcome under_way = good();
    under_way.changes = 1;
    under_way.look_again = 3s;
    pass(t0 + 10s, under_way);
    expect_next(13s, "progress");
}

TEST_F(ScheduleTest, FailuresBackOffAndSuccessEndsThat) {
    started();
    const Error down{Errc::unavailable, "refused"};
    SteadyTime at = t0 + 300s;
    for (const auto wait : {2s, 4s, 8s, 16s}) {
        pass(at, unreadable(down));
        const auto due = schedule_.next();
        ASSERT_TRUE(due);
        EXPECT_EQ(due->at - at, wait);
        at = due->at;
    }
    EXPECT_EQ(schedule_.next()->why, "back-off after 4 failures");
    pass(at, good());
    EXPECT_EQ(schedule_.next()->at - at, 300s);
}

TEST_F(ScheduleTest, BackOffNeverExceedsTenMinutes) {
    policy_.interval = 3600s;
    started();
    SteadyTime at = t0 + 3600s;
    for (int i = 0; i < 20; ++i) {
        pass(at, unreadable({Errc::unavailable, "refused"}));
        EXPECT_LE(schedule_.next()->at - at, 600s);
        at = schedule_.next()->at;
    }
}

TEST_F(ScheduleTest, EventsWaitForTheBackOff) {
    started();
    pass(t0 + 300s, unreadable({Errc::unavailable, "refused", 60s}));
    schedule_.hint(t0 + 301s, hint("web"));
    expect_next(360s, "back-off after 1 failure");
}

TEST_F(ScheduleTest, ANewCommitDoesNotWaitForTheBackOff) {
    started();
    for (int i = 0; i < 6; ++i) pass(t0 + 300s, unreadable({Errc::unavailable, "refused"}));
    schedule_.new_commit(t0 + 301s);
    expect_next(301s, "commit");
}

TEST_F(ScheduleTest, NobodyButAPersonOverridesWhatTheProviderAskedFor) {
    started();
    pass(t0 + 300s, unreadable({Errc::rate_limited, "slow down", 120s}));
    schedule_.new_commit(t0 + 301s);
    EXPECT_EQ(schedule_.next()->at - t0, 420s);
    schedule_.ask(t0 + 302s, Scope{});
    expect_next(302s, "person");
}

TEST_F(ScheduleTest, AFailedActionBacksOffToo) {
    started();
    schedule_.new_commit(t0 + 10s);
    pass(t0 + 10s, failed_action("web", {Errc::unavailable, "no space"}));
    expect_next(12s, "back-off after 1 failure");
    pass(t0 + 12s, failed_action("web", {Errc::unavailable, "no space"}));
    expect_next(16s, "back-off after 2 failures");
}

TEST_F(ScheduleTest, WhatFailedAloneKeepsNothingElseWaiting) {
    started();
    pass(t0 + 300s, failed_action("web", {Errc::unavailable, "no answer", 120s}));
    schedule_.hint(t0 + 301s, hint("db"));
    expect_next(306s, "event");
    const Order order = schedule_.take(t0 + 306s);
    ASSERT_TRUE(order.later.contains(key("web")));
    EXPECT_EQ(order.later.at(key("web")).at, t0 + 420s);
    EXPECT_EQ(order.later.at(key("web")).why, "no answer");
    schedule_.ended(t0 + 306s, good(false));
    expect_next(420s, "back-off after 1 failure");
    EXPECT_TRUE(schedule_.take(t0 + 420s).later.empty()) << "its time has come";
}

TEST_F(ScheduleTest, WhatFailedIsTriedAtANewCommitAndWhenAPersonAsks) {
    started();
    pass(t0 + 300s, failed_action("web", {Errc::unavailable, "no answer", 120s}));
    schedule_.ask(t0 + 301s, {.all = false, .keys = {key("web")}, .fresh = false});
    EXPECT_TRUE(pass(t0 + 301s, good(false)).later.empty());
    EXPECT_FALSE(schedule_.take(t0 + 420s - 1ms).later.empty()) << "asked about others";
    schedule_.ended(t0 + 420s, failed_action("web", {Errc::unavailable, "no answer", 120s}));
    schedule_.new_commit(t0 + 421s);
    EXPECT_TRUE(pass(t0 + 421s, good()).later.empty());
}

TEST_F(ScheduleTest, WhatWorksAgainBeginsAnewWithItsBackOff) {
    started();
    for (int i = 0; i < 4; ++i) {
        pass(t0 + 300s, failed_action("web", {Errc::unavailable, "no answer"}));
    }
    Outcome well = good();
    well.statuses[key("web")].status = Status::in_sync;
    well.worked.emplace(key("web"), "digest");
    pass(t0 + 400s, well);
    pass(t0 + 500s, failed_action("web", {Errc::unavailable, "no answer"}));
    expect_next(502s, "back-off after 1 failure");
}

TEST_F(ScheduleTest, AProviderThatAsksForAPauseMeansEverything) {
    started();
    pass(t0 + 300s, failed_action("web", {Errc::rate_limited, "slow down", 120s}));
    schedule_.hint(t0 + 301s, hint("db"));
    expect_next(420s, "back-off after 1 failure");
}

TEST_F(ScheduleTest, APersonsKeysAreTriedAgainAndLookedAtAfresh) {
    started();
    schedule_.ask(t0 + 10s, {.all = false, .keys = {key("web")}, .fresh = false});
    const Order order = schedule_.take(t0 + 10s);
    EXPECT_FALSE(order.scope.all);
    EXPECT_TRUE(order.scope.fresh);
    EXPECT_EQ(order.retry, (std::set<ResourceKey>{key("web")}));
    EXPECT_EQ(order.trigger, "person");
}

TEST_F(ScheduleTest, AFullLookTakesEverythingThatIsDueWithIt) {
    started();
    schedule_.hint(t0 + 10s, hint("web"));
    schedule_.new_commit(t0 + 11s);
    schedule_.ask(t0 + 12s, {.all = false, .keys = {key("db")}, .fresh = false});
    const Order order = schedule_.take(t0 + 12s);
    EXPECT_TRUE(order.scope.all);
    schedule_.ended(t0 + 12s, good());
    expect_next(312s, "interval");
}

TEST_F(ScheduleTest, ObjectsAreLookedAtOneByOneEveryHalfHour) {
    started();
    SteadyTime at = t0;
    int fresh = 0;
    for (int i = 0; i < 12; ++i) {  // an hour of intervals
        at = schedule_.next()->at;
        fresh += pass(at, good()).scope.fresh ? 1 : 0;
    }
    EXPECT_EQ(fresh, 2);
}

TEST_F(ScheduleTest, ASupersededRunIsNoFailure) {
    started();
    schedule_.new_commit(t0 + 10s);
    schedule_.take(t0 + 10s);
    schedule_.new_commit(t0 + 11s);
    Outcome cut = good();
    cut.canceled = true;
    schedule_.ended(t0 + 12s, cut);
    expect_next(11s, "commit");
}

}  // namespace
}  // namespace driftless
