#include "daemon/desired_states.hpp"

#include <gtest/gtest.h>

#include "tests/daemon/stubs.hpp"
#include "tests/support/run_on.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/toy_vault.hpp"

namespace driftless {
namespace {

using driftless::testing::run_on;
using test::thing;

/// What the daemon's targets were told last.
struct Told {
    std::string commit;  ///< in force
    std::size_t resources = 0;
    std::string findings;
    std::string hold;
    int times = 0;  ///< how often it was told to want something
};

class DesiredStatesTest : public ::testing::Test {
protected:
    DesiredStatesTest() {
        settings_.installation = "test";
        for (const char* name : {"mini1", "mini2"}) {
            TargetSettings target;
            target.name = name;
            settings_.targets.emplace(name, target);
        }
        source_.name = "infra";
        source_.url = "file:///srv/infra.git";
        start();
    }

    /// As after a start of the daemon: nothing in memory but what the store and the clone hold.
    void start() {
        states_.reset();
        store_.reset();
        told_.clear();
        auto store = open_store(folder_.path(), Access::own, *lane_, clock_);
        ASSERT_TRUE(store) << store.error().message;
        store_ = std::move(*store);
        states_ = std::make_unique<DesiredStates>(
            SourceParts{.source = source_,
                        .settings = settings_,
                        .git = git_,
                        .store = *store_,
                        .expanders = expanders_,
                        .secrets = secrets_,
                        .vault = vault_,
                        .lane = *lane_,
                        .clock = clock_,
                        .tell = [this](const std::string& target, const TargetNews& news) {
                            note(target, news);
                        }});
    }
    void note(const std::string& target, const TargetNews& news) {
        Told& told = told_[target];
        told.hold = news.hold_removals;
        told.findings.clear();
        for (const Finding& finding : news.findings) told.findings += to_string(finding);
        if (!news.wanted) return;
        ++told.times;
        told.commit = news.wanted->desired->commit;
        told.resources = news.wanted->desired->resources.size();
    }
    void commit(const std::string& id, std::map<std::string, std::string> files) {
        git_.add(id, std::move(files));
        git_.tip = id;
    }
    Result<void> look() { return run_on(io_, clock_, states_->look()); }
    TargetMemory memory(const std::string& target) {
        auto memory = run_on(io_, clock_, store_->recall(target));
        return memory ? *memory : TargetMemory{};
    }
    SourceWord word() { return states_->status().word; }

    asio::io_context io_;
    driftless::testing::VirtualClock clock_;
    driftless::testing::TempFolder folder_;
    std::unique_ptr<net::Lane> lane_ = net::make_inline_lane(io_.get_executor());
    Settings settings_;
    SourceSettings source_;
    Expanders expanders_ = test::toy_expanders();
    test::ToySecrets secrets_;
    test::ToyVault vault_;
    test::StubSource git_;
    std::unique_ptr<Store> store_;
    std::map<std::string, Told> told_;
    std::unique_ptr<DesiredStates> states_;
};

TEST_F(DesiredStatesTest, ACommitIsTakenByEveryTarget) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}, {"b.yaml", thing("mini2", "b")}});
    ASSERT_TRUE(look());
    EXPECT_EQ(word(), SourceWord::ok);
    EXPECT_EQ(states_->status().tip, "c1");
    EXPECT_EQ(told_["mini1"].commit, "c1");
    EXPECT_EQ(told_["mini2"].resources, 1U);
    EXPECT_EQ(memory("mini1").good_commit, "c1");
    EXPECT_EQ(memory("mini1").files, (std::vector<std::string>{"a.yaml"}));
}

TEST_F(DesiredStatesTest, NothingIsFetchedWhileTheBranchStandsStill) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    ASSERT_TRUE(look());
    ASSERT_TRUE(look());
    EXPECT_EQ(git_.polls, 2);
    EXPECT_EQ(git_.fetches, 1);
    EXPECT_EQ(told_["mini1"].times, 1);
}

TEST_F(DesiredStatesTest, ReadingAgainTellsOnlyWhatIsNew) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    ASSERT_TRUE(look());
    states_->read_again();
    ASSERT_TRUE(look());
    EXPECT_EQ(told_["mini1"].times, 1);
}

TEST_F(DesiredStatesTest, ATargetWithAnErrorKeepsItsLastGoodCommitAndOthersGoOn) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}, {"b.yaml", thing("mini2", "b")}});
    ASSERT_TRUE(look());
    commit("c2", {{"a.yaml",
                   "apiVersion: driftless/v1\nkind: Thing\nmetadata: {name: a}\ntarget: mini1\n"
                   "spec: {txt: x}\n"},
                  {"b.yaml", thing("mini2", "b", "new")}});
    ASSERT_TRUE(look());
    EXPECT_EQ(word(), SourceWord::invalid);
    EXPECT_EQ(told_["mini1"].commit, "c1");
    EXPECT_NE(told_["mini1"].findings.find("a.yaml:"), std::string::npos);
    EXPECT_EQ(told_["mini2"].commit, "c2");
    EXPECT_EQ(told_["mini2"].findings, "");
    EXPECT_EQ(memory("mini1").good_commit, "c1");
}

TEST_F(DesiredStatesTest, AfterARestartTheLastGoodCommitIsInForceWithoutTheRemote) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    ASSERT_TRUE(look());
    git_.failure = Error{Errc::unavailable, "no route"};
    start();
    run_on(io_, clock_, states_->restore());
    EXPECT_EQ(told_["mini1"].commit, "c1");
    EXPECT_EQ(told_["mini1"].resources, 1U);
    EXPECT_FALSE(look());
    EXPECT_EQ(word(), SourceWord::stale);
    EXPECT_EQ(told_["mini1"].commit, "c1");
    EXPECT_EQ(told_["mini1"].hold, "");
}

TEST_F(DesiredStatesTest, RefusedCredentialsAreToldApart) {
    git_.failure = Error{Errc::unauthenticated, "credential refused"};
    EXPECT_FALSE(look());
    EXPECT_EQ(word(), SourceWord::auth_failed);
    EXPECT_EQ(states_->status().detail, "credential refused");
}

TEST_F(DesiredStatesTest, AForcePushHoldsRemovalsUntilItIsOver) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    ASSERT_TRUE(look());
    commit("c0", {{"b.yaml", thing("mini1", "b")}});
    git_.rewinds.insert({"c0", "c1"});
    ASSERT_TRUE(look());
    EXPECT_EQ(word(), SourceWord::rewound);
    EXPECT_EQ(told_["mini1"].commit, "c0");  // creates and updates go on
    EXPECT_EQ(memory("mini1").hold_removals, "rewound: branch main of infra went from c1 to c0");
    states_->hold_ended("mini1");
    states_->hold_ended("mini2");
    EXPECT_EQ(word(), SourceWord::ok);
}

TEST_F(DesiredStatesTest, AForcePushMayBeAllowed) {
    source_.hold_rewinds = false;
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    ASSERT_TRUE(look());
    commit("c0", {{"b.yaml", thing("mini1", "b")}});
    git_.rewinds.insert({"c0", "c1"});
    ASSERT_TRUE(look());
    EXPECT_EQ(word(), SourceWord::ok);
    EXPECT_EQ(memory("mini1").hold_removals, "");
}

TEST_F(DesiredStatesTest, ARewindIsKnownAfterARestartToo) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    ASSERT_TRUE(look());
    start();
    commit("c0", {{"a.yaml", thing("mini1", "a")}});
    git_.rewinds.insert({"c0", "c1"});
    run_on(io_, clock_, states_->restore());
    ASSERT_TRUE(look());
    EXPECT_EQ(word(), SourceWord::rewound);
    start();
    run_on(io_, clock_, states_->restore());
    ASSERT_TRUE(look());
    EXPECT_EQ(word(), SourceWord::rewound);
}

TEST_F(DesiredStatesTest, ACommitThatIsNotVerifiedIsNotTaken) {
    source_.verify = SourceVerify{.signers = "/etc/signers"};
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    ASSERT_TRUE(look());
    EXPECT_EQ(word(), SourceWord::ok);
    commit("c2", {{"a.yaml", thing("mini1", "b")}});
    git_.bad_signatures.insert({"c2", {Errc::forbidden, "commit c2 is not signed"}});
    ASSERT_TRUE(look());
    EXPECT_EQ(word(), SourceWord::unverified);
    EXPECT_EQ(states_->status().detail, "commit c2 is not signed");
    EXPECT_EQ(told_["mini1"].commit, "c1");
    EXPECT_EQ(told_["mini1"].hold, "");
    EXPECT_EQ(memory("mini1").good_commit, "c1");
    const auto checks = git_.verified_from.size();
    ASSERT_TRUE(look());
    EXPECT_EQ(git_.verified_from.size(), checks) << "not again while nothing changed";
    git_.bad_signatures.clear();  // the signer was added
    states_->read_again();
    ASSERT_TRUE(look());
    EXPECT_EQ(word(), SourceWord::ok);
    EXPECT_EQ(told_["mini1"].commit, "c2");
}

TEST_F(DesiredStatesTest, ASignatureThatCannotBeCheckedIsAFaultAndTriedAgain) {
    source_.verify = SourceVerify{.signers = "/etc/signers"};
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    git_.bad_signatures.insert({"c1", {Errc::unavailable, "no ssh-keygen"}});
    EXPECT_EQ(look().error().code, Errc::unavailable);
    EXPECT_EQ(word(), SourceWord::unverified);
    EXPECT_EQ(told_["mini1"].times, 0);
    git_.bad_signatures.clear();
    ASSERT_TRUE(look());
    EXPECT_EQ(word(), SourceWord::ok);
}

TEST_F(DesiredStatesTest, EveryNewCommitIsCheckedSinceTheLastVerifiedTip) {
    source_.verify = SourceVerify{.signers = "/etc/signers", .every_commit = true};
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    ASSERT_TRUE(look());
    start();  // the tip is remembered, and needs no second check
    states_->read_again();
    ASSERT_TRUE(look());
    commit("c2", {{"a.yaml", thing("mini1", "b")}});
    ASSERT_TRUE(look());
    EXPECT_EQ(git_.verified_from, (std::vector<std::string>{"", "c1"}));
}

TEST_F(DesiredStatesTest, AVerifiedSourceNeverGoesBack) {
    source_.verify = SourceVerify{.signers = "/etc/signers"};
    commit("c0", {{"a.yaml", thing("mini1", "a")}});
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    ASSERT_TRUE(look());
    git_.rewinds.insert({"c0", "c1"});
    for (const bool hold : {true, false}) {
        source_.hold_rewinds = hold;
        start();
        run_on(io_, clock_, states_->restore());
        git_.tip = "c0";
        ASSERT_TRUE(look());
        EXPECT_EQ(word(), SourceWord::unverified);
        EXPECT_NE(states_->status().detail.find("lies behind c1"), std::string::npos)
            << states_->status().detail;
        EXPECT_EQ(told_["mini1"].commit, "c1");
    }
}

TEST_F(DesiredStatesTest, AVerifiedSourceTakesARewrittenHistoryOnlyWhereItMay) {
    source_.verify = SourceVerify{.signers = "/etc/signers"};
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    ASSERT_TRUE(look());
    commit("d1", {{"a.yaml", thing("mini1", "d")}});
    git_.rewinds.insert({"d1", "c1"});
    git_.rewinds.insert({"c1", "d1"});
    ASSERT_TRUE(look());
    EXPECT_EQ(word(), SourceWord::unverified);
    EXPECT_NE(states_->status().detail.find("rewind: allow"), std::string::npos);
    source_.hold_rewinds = false;
    states_->read_again();
    ASSERT_TRUE(look());
    EXPECT_EQ(word(), SourceWord::ok);
    EXPECT_EQ(told_["mini1"].commit, "d1");
}

TEST_F(DesiredStatesTest, AVerifiedTipCountsForItsUrlAndRefOnly) {
    source_.verify = SourceVerify{.signers = "/etc/signers"};
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    ASSERT_TRUE(look());
    source_.branch = "other";
    start();
    commit("o1", {{"a.yaml", thing("mini1", "o")}});
    git_.rewinds.insert({"o1", "c1"});
    ASSERT_TRUE(look());
    EXPECT_EQ(told_["mini1"].commit, "o1");
}

TEST_F(DesiredStatesTest, StatusTellsWhichTagIsFollowed) {
    source_.branch.clear();
    source_.semver = "^1";
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    git_.ref = "refs/tags/v1.4.2";
    ASSERT_TRUE(look());
    EXPECT_EQ(states_->status().branch, "semver \"^1\" (v1.4.2)");
    git_.failure = Error{Errc::not_found, "no tag"};
    EXPECT_FALSE(look());
    EXPECT_EQ(told_["mini1"].hold, "semver \"^1\" of infra is gone");
}

TEST_F(DesiredStatesTest, ADeletedBranchIsNotEmpty) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    ASSERT_TRUE(look());
    git_.failure = Error{Errc::not_found, "no branch main"};
    EXPECT_FALSE(look());
    EXPECT_EQ(word(), SourceWord::stale);
    EXPECT_EQ(told_["mini1"].commit, "c1");
    EXPECT_EQ(told_["mini1"].hold, "branch main of infra is gone");
    git_.failure.reset();
    ASSERT_TRUE(look());
    EXPECT_EQ(word(), SourceWord::ok);
    EXPECT_EQ(told_["mini1"].hold, "");
}

TEST_F(DesiredStatesTest, ACommitWithoutAnyManifestTakesNothingAway) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    ASSERT_TRUE(look());
    commit("c2", {{"README.md", "hello"}});
    ASSERT_TRUE(look());
    EXPECT_EQ(word(), SourceWord::empty);
    EXPECT_EQ(told_["mini1"].commit, "c1");
    EXPECT_NE(told_["mini1"].hold, "");
    EXPECT_EQ(memory("mini1").good_commit, "c1");
}

TEST_F(DesiredStatesTest, AFolderThatVanishedTakesNothingAway) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}});
    ASSERT_TRUE(look());
    git_.tip = "c2";  // has no snapshot: the folder is not in it
    ASSERT_TRUE(look());
    EXPECT_EQ(word(), SourceWord::empty);
    EXPECT_EQ(told_["mini1"].commit, "c1");
}

TEST_F(DesiredStatesTest, AFileThatCannotBeReadHoldsItsTargetAndEveryRemoval) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}, {"b.yaml", thing("mini2", "b")}});
    ASSERT_TRUE(look());
    commit("c2", {{"a.yaml", "apiVersion: driftless/v1\nkind: [Thing\n"},
                  {"b.yaml", thing("mini2", "b", "new")}});
    ASSERT_TRUE(look());
    EXPECT_EQ(word(), SourceWord::invalid);
    EXPECT_EQ(told_["mini1"].commit, "c1");
    EXPECT_EQ(told_["mini2"].commit, "c2");
    EXPECT_NE(told_["mini2"].hold.find("a.yaml"), std::string::npos);
}

TEST_F(DesiredStatesTest, ATargetThatIsNoLongerAddressedWantsNothing) {
    commit("c1", {{"a.yaml", thing("mini1", "a")}, {"b.yaml", thing("mini2", "b")}});
    ASSERT_TRUE(look());
    commit("c2", {{"a.yaml", thing("mini1", "a")}});
    ASSERT_TRUE(look());
    EXPECT_EQ(told_["mini2"].commit, "c2");
    EXPECT_EQ(told_["mini2"].resources, 0U);
}

TEST_F(DesiredStatesTest, AnEarlierCommitCanBeReadAgain) {
    commit("c1", {{"a.yaml", thing("mini1", "a", "old")}});
    ASSERT_TRUE(look());
    commit("c2", {{"a.yaml", thing("mini1", "a", "new")}});
    ASSERT_TRUE(look());
    const auto earlier = run_on(io_, clock_, states_->earlier("mini1", "c1"));
    ASSERT_TRUE(earlier);
    EXPECT_EQ(earlier->desired->resources.front().spec["text"], "old");
    EXPECT_EQ(earlier->files->commit(), "c1");
    EXPECT_FALSE(run_on(io_, clock_, states_->earlier("mini1", "c9")));
}

}  // namespace
}  // namespace driftless
