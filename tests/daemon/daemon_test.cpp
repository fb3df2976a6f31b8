#include <algorithm>
#include <set>
#include <sstream>

#include "tests/daemon/daemon_fixture.hpp"

namespace driftless {
namespace {

using namespace std::chrono_literals;
using test::DaemonTest;
using test::thing;

TEST_F(DaemonTest, ACommitIsMadeLiveOnEveryTarget) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}, {"b.yaml", thing("mini2", "b")}});
    EXPECT_FALSE(daemon_->ready());
    start();
    run_for(5s);
    EXPECT_TRUE(daemon_->ready());
    EXPECT_EQ(target("mini1").things["a"]["text"], "x");
    EXPECT_EQ(target("mini2").things["b"]["text"], "x");
    commit("c2", {{"a.yaml", thing("mini1", "a", "new")}, {"b.yaml", thing("mini2", "b")}});
    run_for(60s);
    EXPECT_EQ(target("mini1").things["a"]["text"], "new");
    const auto status = daemon_->overview().targets.at("mini1").resources.begin()->second;
    EXPECT_EQ(status.status, Status::in_sync) << status.why;
}

TEST_F(DaemonTest, WhatIsConvergedIsLeftInPeace) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    start();
    run_for(60s);
    const int applied = target("mini1").applied;
    const int observed = target("mini1").observed;
    run_for(3600s);
    EXPECT_EQ(target("mini1").applied, applied);
    EXPECT_LE(target("mini1").observed - observed, 13);  // one look an interval
}

TEST_F(DaemonTest, WhatIsBrokenByHandIsHealedOnceItSettled) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    start();
    run_for(60s);
    target("mini1").things.erase("a");
    target("mini1").hear({.all = false,
                          .keys = {{"mini1", "toy.thing", "a"}},
                          .missed = false,
                          .what = "destroy a"});
    run_for(4s);
    EXPECT_TRUE(target("mini1").things.empty());
    run_for(2s);
    EXPECT_EQ(target("mini1").things.size(), 1U);
}

TEST_F(DaemonTest, ATargetThatIsDownHarmsNoOther) {
    target("mini1").failure = Error{Errc::unavailable, "connection refused"};
    commit("c1", {{"a.yaml", thing("mini1", "a")}, {"b.yaml", thing("mini2", "b")}});
    start();
    run_for(30s);
    EXPECT_EQ(target("mini2").things.size(), 1U);
    EXPECT_EQ(daemon_->overview().targets.at("mini1").word, TargetWord::unreachable);
    EXPECT_LE(target("mini1").observed, 8);  // it backs off
    target("mini1").failure.reset();
    run_for(60s);
    EXPECT_EQ(target("mini1").things.size(), 1U);
    EXPECT_EQ(daemon_->overview().targets.at("mini1").word, TargetWord::ok);
}

TEST_F(DaemonTest, StopWaitsForTheStepThatIsUnderWayAndBeginsNoOther) {
    target("mini1").takes = 10s;
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    start();
    run_for(5s);
    EXPECT_EQ(target("mini1").applied, 0);
    const auto asked = clock_.now();
    stop();
    EXPECT_EQ(target("mini1").applied, 1);
    EXPECT_FALSE(target("mini1").canceled);
    EXPECT_LE(clock_.now() - asked, 10s);
}

TEST_F(DaemonTest, StopCancelsWhatTakesTooLong) {
    target("mini1").takes = 300s;
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    start();
    run_for(5s);
    const auto asked = clock_.now();
    stop();
    EXPECT_TRUE(target("mini1").canceled);
    EXPECT_EQ(target("mini1").applied, 0);
    EXPECT_EQ(clock_.now() - asked, Daemon::stop_within);
}

TEST_F(DaemonTest, AnIdleDaemonStopsAtOnce) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    start();
    run_for(60s);
    const auto asked = clock_.now();
    stop();
    EXPECT_EQ(clock_.now(), asked);
}

TEST_F(DaemonTest, APersonsReconcileLooksAtGitAndAtTheTargetNow) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    start();
    run_for(60s);
    const int fresh = target("mini1").observed_fresh;
    const int polls = git_->polls;
    EXPECT_TRUE(daemon_->reconcile({"mini1"}));
    run_for(1s);
    EXPECT_EQ(target("mini1").observed_fresh, fresh + 1);
    EXPECT_EQ(git_->polls, polls + 1);
    const auto unknown = daemon_->reconcile({"mini9"});
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, Errc::not_found);
}

TEST_F(DaemonTest, APersonsReconcileOfATargetLeavesTheSourcesOfOthersAlone) {
    settings_.sources.at("infra").targets = {"mini1"};
    daemon_.reset();
    store_.reset();
    make({}, {});
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    start();
    run_for(60s);
    const int polls = git_->polls;
    EXPECT_TRUE(daemon_->reconcile({"mini2"}));
    run_for(1s);
    EXPECT_EQ(git_->polls, polls);
    EXPECT_TRUE(daemon_->reconcile({}));
    run_for(1s);
    EXPECT_EQ(git_->polls, polls + 1);
}

TEST_F(DaemonTest, RemovalsBeyondTheBrakeWaitForTheirHash) {
    settings_.targets.at("mini1").policy.prune = true;
    std::map<std::string, std::string> files;
    for (int i = 0; i < 6; ++i) {
        const std::string name = "thing" + std::to_string(i);
        files.emplace(name + ".yaml", thing("mini1", name));
    }
    commit("c1", files);
    start();
    run_for(600s);
    ASSERT_EQ(target("mini1").things.size(), 6U);
    for (int i = 0; i < 5; ++i) files.erase("thing" + std::to_string(i) + ".yaml");
    commit("c2", files);
    run_for(60s);
    EXPECT_EQ(target("mini1").things.size(), 6U);
    const Plan plan = daemon_->overview().targets.at("mini1").plan;
    ASSERT_EQ(plan.held.size(), 5U);
    const auto wrong = driftless::testing::run_on(io_, clock_, daemon_->confirm("nonsense"));
    EXPECT_FALSE(wrong);
    const auto right = driftless::testing::run_on(io_, clock_, daemon_->confirm(plan.held_hash));
    EXPECT_TRUE(right);
    run_for(60s);
    EXPECT_EQ(target("mini1").things.size(), 1U);
}

TEST_F(DaemonTest, HistorySaysWhatWasDoneAndWhy) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    start();
    run_for(60s);
    const auto history = driftless::testing::run_on(io_, clock_, daemon_->history("", 10));
    ASSERT_TRUE(history);
    ASSERT_FALSE(history->empty());
    EXPECT_EQ(history->front().commit, "c1");
    EXPECT_NE(history->front().place.find("a.yaml"), std::string::npos);
}

TEST(OneSourceEach, ATargetOfTwoSourcesIsRefused) {
    Settings settings;
    settings.targets["mini1"].name = "mini1";
    settings.sources["a"].name = "a";
    EXPECT_TRUE(one_source_each(settings));
    settings.sources["b"].name = "b";
    settings.sources["b"].targets = {"mini1"};
    const auto refused = one_source_each(settings);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("sources a and b"), std::string::npos);
}

/// What a follower of the events was told: "run_began mini1", …
std::vector<std::string> told(const Feed::Reader& reader, const std::set<std::string>& types) {
    std::vector<std::string> events;
    std::istringstream lines{reader.pending()};
    std::string type;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("event: ")) type = line.substr(7);
        if (!line.starts_with("data: ") || !types.contains(type)) continue;
        const json data = json::parse(line.substr(6));
        std::string text = type;
        for (const char* field : {"source", "target", "key", "status", "commit", "converged"}) {
            if (!data.contains(field)) continue;
            text += data[field].is_string() ? " " + data[field].get<std::string>()
                                            : " " + data[field].dump();
        }
        events.push_back(std::move(text));
    }
    return events;
}

TEST_F(DaemonTest, TellsFollowersWhatHappens) {
    Feed::Reader reader{daemon_->feed(), ""};
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    start();
    run_for(10s);
    EXPECT_EQ(told(reader, {"source", "commit"}),
              (std::vector<std::string>{"commit infra mini1 c1", "commit infra mini2 c1",
                                        "source infra ok"}));
    const auto runs = told(reader, {"run_began", "run_ended", "resource"});
    const auto count = [&runs](const std::string& text) { return std::ranges::count(runs, text); };
    EXPECT_GE(count("run_began mini1"), 2);  // the commit's, and the one that verifies it
    EXPECT_EQ(count("run_began mini1"),
              count("run_ended mini1 true") + count("run_ended mini1 false"));
    EXPECT_EQ(count("resource mini1/toy.thing/a in_sync"), 1);
    Feed::Reader gone{daemon_->feed(), ""};
    commit("c2", {{"a.yaml", thing("mini1", "b")}});
    run_for(60s);
    EXPECT_EQ(told(gone, {"commit"}).size(), 2U);
    const auto changes = told(gone, {"resource"});
    EXPECT_EQ(std::ranges::count(changes, "resource mini1/toy.thing/b in_sync"), 1);
    Feed::Reader later{daemon_->feed(), ""};
    git_->failure = Error{Errc::unauthenticated, "401"};
    target("mini2").failure = Error{Errc::unavailable, "refused"};
    run_for(600s);
    EXPECT_EQ(told(later, {"source", "target"}),
              (std::vector<std::string>{"source infra auth_failed", "target mini2 unreachable"}));
}

TEST_F(DaemonTest, MeasuresWhatItDoes) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    target("mini1").takes = 20s;
    start();
    run_for(60s);
    const RunMeasures& runs = measures_.runs["mini1"];
    EXPECT_EQ(runs.commit_to_live.count(), 1U);
    EXPECT_GE(runs.commit_to_live.sum(), 20);  // with what the target took
    EXPECT_LE(runs.commit_to_live.sum(), 25);
    EXPECT_EQ(runs.changes, 1U);
    EXPECT_EQ(runs.failed_in_a_row, 0U);
    EXPECT_EQ(runs.last, runs.last_good);
    EXPECT_EQ(measures_.sources["infra"].polls, 3U);
    EXPECT_EQ(measures_.sources["infra"].failures, 0U);
    const auto good = runs.last_good;
    target("mini1").failure = Error{Errc::unavailable, "refused"};
    git_->failure = Error{Errc::unavailable, "refused"};
    run_for(900s);
    EXPECT_GE(runs.failed_in_a_row, 3U);
    EXPECT_EQ(runs.results.at("unreadable"), runs.failed_in_a_row);
    EXPECT_EQ(runs.last_good, good);
    EXPECT_GE(measures_.sources["infra"].failures, 3U);
    EXPECT_EQ(runs.commit_to_live.count(), 1U);
    EXPECT_EQ(runs.took.count(), runs.results.at("unreadable") + runs.results.at("converged") +
                                     runs.results.at("waiting"));
}

TEST_F(DaemonTest, ACommitThatNeverGetsLiveIsNotMeasured) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    start();
    run_for(60s);
    target("mini1").failure = Error{Errc::unavailable, "refused"};
    commit("c2", {{"a.yaml", thing("mini1", "a", "new")}});
    run_for(600s);
    EXPECT_EQ(measures_.runs["mini1"].commit_to_live.count(), 1U);
    commit("c3", {{"a.yaml", thing("mini1", "a", "newer")}});
    run_for(60s);
    target("mini1").failure.reset();
    run_for(900s);  // c2 never was; c3 is measured from when it was seen
    EXPECT_EQ(measures_.runs["mini1"].commit_to_live.count(), 2U);
    EXPECT_LE(measures_.runs["mini1"].commit_to_live.sum(), 960);
}

TEST_F(DaemonTest, RemembersTheLastRuns) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    start();
    run_for(60s);
    const TargetStatus before = daemon_->overview().targets.at("mini1");
    EXPECT_EQ(before.runs.front().id, before.last->id);
    EXPECT_GE(before.runs.size(), 2U);
    EXPECT_EQ(std::ranges::count(before.runs, 1U, &LastRun::changes), 1);
    run_for(6h);
    const TargetStatus after = daemon_->overview().targets.at("mini1");
    EXPECT_EQ(after.runs.size(), most_runs);
    EXPECT_EQ(after.runs.front().id, after.last->id);
    EXPECT_GT(after.runs.front().began, after.runs.back().began);
}

TEST_F(DaemonTest, ItsEditionGrowsOnlyWhenSomethingMayHaveChanged) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    start();
    run_for(65s);
    const auto quiet = daemon_->edition();
    run_for(20s);
    EXPECT_EQ(daemon_->edition(), quiet);
    run_for(30s);  // a look at the source is news: it has answered
    EXPECT_GT(daemon_->edition(), quiet);
    const auto before = daemon_->edition();
    target("mini1").hear({.all = false, .keys = {}, .missed = true, .what = "the stream began"});
    EXPECT_GT(daemon_->edition(), before);  // it is due at once
}

}  // namespace
}  // namespace driftless
