// What a person takes back: suspending, restoring, leaving; and what a restart remembers of it.
#include "tests/daemon/daemon_fixture.hpp"

#include <algorithm>

namespace driftless::test {
namespace {

class UndoTest : public DaemonTest {
protected:
    UndoTest() {
        settings_.targets.at("mini1").policy.prune = true;
        commit("c1", {{"a.yaml", thing("mini1", "a")}, {"b.yaml", thing("mini1", "b")}});
        start();
        run_for(60s);
    }
    void suspend(const ResourceKey& what, std::optional<std::chrono::seconds> time = {}) {
        Suspension suspension;
        suspension.what = what;
        if (time) suspension.until = clock_.wall() + *time;
        suspension.reason = "a new disk";
        const auto done = wait(daemon_->suspend(std::move(suspension)));
        ASSERT_TRUE(done) << done.error().message;
        run_for(1s);
    }
    void resume(const ResourceKey& what) {
        const auto done = wait(daemon_->resume(what));
        ASSERT_TRUE(done) << done.error().message;
        run_for(1s);
    }
    std::vector<std::string> lost() {
        const auto removed = wait(daemon_->removed("mini1"));
        EXPECT_TRUE(removed);
        std::vector<std::string> names;
        for (const Restorable& one : *removed) names.push_back(one.entry.key.name);
        return names;
    }
    bool runs(const std::string& name) { return target("mini1").things.contains(name); }

    const ResourceKey mini1{"mini1", "", ""};
};

TEST_F(UndoTest, ASuspendedTargetIsNotTouchedUntilItIsResumed) {
    suspend(mini1);
    EXPECT_EQ(status().word, TargetWord::suspended);
    EXPECT_EQ(status().detail, "suspended until somebody resumes it: a new disk");
    EXPECT_EQ(resource("a").status, Status::suspended);
    const int applied = target("mini1").applied;
    target("mini1").things.erase("a");
    commit("c2", {{"a.yaml", thing("mini1", "a", "new")}, {"b.yaml", thing("mini1", "b")}});
    run_for(3600s);
    EXPECT_EQ(target("mini1").applied, applied);
    EXPECT_EQ(status().commit, "c2");  // it is known what waits
    restart();
    run_for(3600s);
    EXPECT_EQ(target("mini1").applied, 0);
    EXPECT_EQ(status().word, TargetWord::suspended);
    resume(mini1);
    run_for(5s);
    EXPECT_EQ(target("mini1").things["a"]["text"], "new");
    EXPECT_EQ(status().word, TargetWord::ok);
    EXPECT_EQ(resource("a").status, Status::in_sync);
    EXPECT_FALSE(wait(daemon_->resume(mini1)));
}

TEST_F(UndoTest, ASuspensionEndsByItself) {
    suspend(mini1, 1800s);
    target("mini1").things.erase("a");
    run_for(1790s);
    EXPECT_FALSE(runs("a"));
    EXPECT_EQ(status().word, TargetWord::suspended);
    run_for(15s);
    EXPECT_TRUE(runs("a"));
    EXPECT_TRUE(status().suspended.empty());
    EXPECT_EQ(status().word, TargetWord::ok);
}

TEST_F(UndoTest, ASuspensionThatEndedWhileNoDaemonRanIsOver) {
    suspend(mini1, 60s);
    stop();
    target("mini1").things.erase("a");
    run_for(120s);
    restart();
    run_for(5s);
    EXPECT_TRUE(runs("a"));
}

TEST_F(UndoTest, ARunThatIsUnderWayEndsAtItsNextStepWhenItsTargetIsSuspended) {
    target("mini1").takes = 10s;
    std::map<std::string, std::string> files;
    for (int i = 0; i < 30; ++i) {
        const std::string name = "n" + std::to_string(i);
        files.emplace(name + ".yaml", thing("mini1", name));
    }
    commit("c2", files);
    run_for(40s);  // a step of eight is under way
    suspend(mini1);
    run_for(600s);
    EXPECT_LT(target("mini1").things.size(), 20U);
    EXPECT_EQ(status().word, TargetWord::suspended);
}

TEST_F(UndoTest, ASuspendedResourceOrManifestRestsAndTheOthersGoOn) {
    suspend(key("a"));
    suspend({"mini1", "Thing", "b"});
    target("mini1").things.clear();
    commit("c2", {{"a.yaml", thing("mini1", "a")},
                  {"b.yaml", thing("mini1", "b")},
                  {"c.yaml", thing("mini1", "c")}});
    run_for(600s);
    EXPECT_FALSE(runs("a"));
    EXPECT_FALSE(runs("b"));
    EXPECT_TRUE(runs("c"));
    EXPECT_EQ(resource("a").status, Status::suspended);
    EXPECT_NE(resource("a").why.find("a new disk"), std::string::npos);
    EXPECT_EQ(status().word, TargetWord::ok);
    EXPECT_EQ(status().suspended.size(), 2U);
    resume(key("a"));
    run_for(5s);
    EXPECT_TRUE(runs("a"));
    EXPECT_FALSE(runs("b"));
}

TEST_F(UndoTest, OnlyWhatIsThereCanBeSuspended) {
    for (const ResourceKey& what : {ResourceKey{"mini9", "", ""}, key("nonsense")}) {
        Suspension suspension;
        suspension.what = what;
        const auto refused = wait(daemon_->suspend(std::move(suspension)));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Errc::not_found);
    }
}

TEST_F(UndoTest, AfterASuspensionRemovalsWaitForOneCleanFullRound) {
    suspend(mini1);
    commit("c2", {{"a.yaml", thing("mini1", "a")}});
    run_for(60s);
    restart();  // it is remembered
    run_for(60s);
    target("mini1").failure = Error{Errc::unavailable, "refused"};
    resume(mini1);
    run_for(1s);
    target("mini1").failure.reset();
    EXPECT_TRUE(daemon_->reconcile({"mini1"}));
    run_for(1s);  // a clean full round: nothing is removed yet
    EXPECT_TRUE(runs("b"));
    EXPECT_EQ(resource("b").status, Status::held);
    EXPECT_TRUE(daemon_->reconcile({"mini1"}));
    run_for(5s);
    EXPECT_FALSE(runs("b"));
}

TEST_F(UndoTest, AnOutageIsRememberedOverARestart) {
    target("mini1").failure = Error{Errc::unavailable, "refused"};
    run_for(600s);
    ASSERT_EQ(status().word, TargetWord::unreachable);
    commit("c2", {{"a.yaml", thing("mini1", "a")}});
    run_for(60s);
    restart();  // the target is back
    run_for(3s);
    EXPECT_TRUE(runs("b"));
    EXPECT_EQ(resource("b").status, Status::held);
    run_for(600s);
    EXPECT_FALSE(runs("b"));
}

TEST_F(UndoTest, WhatWasRemovedComesBackAndIsLeftAloneUntilGitDeclaresItAgain) {
    commit("c2", {{"a.yaml", thing("mini1", "a")}});
    run_for(600s);
    ASSERT_FALSE(runs("b"));
    EXPECT_EQ(lost(), std::vector<std::string>{"b"});
    restart();
    run_for(60s);
    const auto asked = wait(daemon_->restore(key("b")));
    ASSERT_TRUE(asked) << asked.error().message;
    run_for(60s);
    EXPECT_EQ(target("mini1").things["b"]["text"], "x");
    EXPECT_EQ(resource("b").status, Status::suspended);
    EXPECT_TRUE(lost().empty());
    target("mini1").things["b"]["text"] = "by hand";
    commit("c3", {{"a.yaml", thing("mini1", "a", "new")}});
    run_for(600s);
    restart();
    run_for(600s);
    EXPECT_EQ(target("mini1").things["b"]["text"], "by hand");
    commit("c4", {{"a.yaml", thing("mini1", "a")}, {"b.yaml", thing("mini1", "b", "git")}});
    run_for(600s);
    EXPECT_EQ(target("mini1").things["b"]["text"], "git");
    EXPECT_EQ(resource("b").status, Status::in_sync);
    commit("c5", {{"a.yaml", thing("mini1", "a")}});
    run_for(600s);
    EXPECT_FALSE(runs("b"));  // git's once more: git may drop it
}

TEST_F(UndoTest, WhatIsRestoredAndThenRemovedByHandIsForgotten) {
    commit("c2", {{"a.yaml", thing("mini1", "a")}});
    run_for(600s);
    ASSERT_TRUE(wait(daemon_->restore(key("b"))));
    run_for(60s);
    target("mini1").things.erase("b");
    run_for(600s);
    EXPECT_FALSE(runs("b"));
    EXPECT_EQ(lost(), std::vector<std::string>{"b"});  // and can be had again
    ASSERT_TRUE(wait(daemon_->restore(key("b"))));
    run_for(60s);
    EXPECT_TRUE(runs("b"));
}

TEST_F(UndoTest, ARestoreRemovesNothingElse) {
    commit("c2", {{"a.yaml", thing("mini1", "a")}});
    run_for(600s);
    git_->add("c3", {{"readme.txt", "no manifest"}});
    git_->tip = "c3";
    run_for(600s);
    ASSERT_TRUE(runs("a"));
    ASSERT_TRUE(wait(daemon_->restore(key("b"))));
    run_for(600s);
    EXPECT_TRUE(runs("b"));
    EXPECT_TRUE(runs("a"));
}

TEST_F(UndoTest, ARestoreThatCannotBeIsRefusedWithTheReason) {
    commit("c2", {{"a.yaml", thing("mini1", "a")}});
    run_for(600s);
    const auto code_of = [this](const ResourceKey& key) {
        const auto refused = wait(daemon_->restore(key));
        return refused ? std::string{"done"} : std::string{name(refused.error().code)};
    };
    EXPECT_EQ(code_of(key("a")), "not_found");  // it is there
    EXPECT_EQ(code_of(key("never")), "not_found");
    EXPECT_EQ(code_of({"mini9", "toy.thing", "b"}), "not_found");
    suspend(mini1);
    EXPECT_EQ(code_of(key("b")), "conflict");
    resume(mini1);
    stop();
    run_for(24h * 30);
    restart();
    run_for(60s);
    EXPECT_EQ(code_of(key("b")), "not_found");  // 30 days are over
}

TEST_F(UndoTest, RunsAndWhatSetThemOffAreRememberedOverARestart) {
    const auto before = status().runs;
    const auto made = std::ranges::find(before, 2U, &LastRun::changes);
    ASSERT_NE(made, before.end());
    restart();
    const auto history = wait(daemon_->history("", 10));
    ASSERT_TRUE(history);
    EXPECT_EQ(history->front().trigger, "commit");
    EXPECT_EQ(history->front().run, made->id);
    run_for(5s);
    const auto after = status().runs;
    const auto same = std::ranges::find(after, made->id, &LastRun::id);
    ASSERT_NE(same, after.end());
    EXPECT_EQ(same->trigger, "commit");
    EXPECT_EQ(same->began, made->began);
    EXPECT_EQ(same->took, made->took);
    EXPECT_EQ(same->converged, made->converged);
}

TEST_F(UndoTest, ATargetOfTheSettingsIsNotLeft) {
    const auto refused = wait(daemon_->leave("mini1"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    const auto unknown = wait(daemon_->leave("mini9"));
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, Errc::not_found);
}

}  // namespace
}  // namespace driftless::test
