#include "tests/store/store_fixture.hpp"

namespace driftless::testing {
namespace {

using namespace std::chrono_literals;

TEST_F(StoreTest, IsEmptyAtFirst) {
    const TargetMemory memory = recall();
    EXPECT_TRUE(memory.inventory.empty());
    EXPECT_TRUE(memory.first_contact);
    EXPECT_EQ(memory.hold_removals, "");
    EXPECT_EQ(store->lost(), "");
    EXPECT_EQ(*run(store->tip_of("infra")), "");
    EXPECT_TRUE(history().empty());
}

TEST_F(StoreTest, AnIntentIsWrittenWithWhoAskedForIt) {
    const Step step{{action_on_web(Verb::create)}};
    ASSERT_TRUE(run(store->intend("r1", step)).ok());
    reopen();
    ASSERT_EQ(history().size(), 1u);
    const HistoryEntry entry = history().front();
    EXPECT_EQ(entry.phase, "intended");
    EXPECT_EQ(entry.run, "r1");
    EXPECT_EQ(entry.key, web_key());
    EXPECT_EQ(entry.verb, name(Verb::create));
    EXPECT_EQ(entry.commit, "c0ffee");
    EXPECT_EQ(entry.place, "apps/web.yaml:3:1");
    EXPECT_EQ(entry.reason, "apps/web.yaml:3:1 asks for it");
    EXPECT_TRUE(recall().inventory.empty()) << "nothing is ours before it was made";
}

TEST_F(StoreTest, WhatWasMadeIsInTheInventoryAfterARestart) {
    settle(action_on_web(Verb::create), done_with("id-1"));
    reopen();
    const Inventory inventory = recall().inventory;
    ASSERT_TRUE(inventory.contains(web_key()));
    const InventoryEntry& entry = inventory.at(web_key());
    EXPECT_EQ(entry.id, "id-1");
    EXPECT_EQ(entry.collection, "containers");
    EXPECT_EQ(entry.commit, "c0ffee");
    EXPECT_EQ(entry.place, (Place{"apps/web.yaml", 3, 1}));
    EXPECT_EQ(entry.manifest, (ResourceKey{"mini1", "ComposeProject", "plausible"}));
    EXPECT_EQ(entry.needs, declared_web().needs);
    EXPECT_FALSE(entry.adopted);
    EXPECT_TRUE(recall("mini2").inventory.empty());
    EXPECT_EQ(history().front().phase, "done");
    EXPECT_EQ(history().front().request_id, "req-1");
}

TEST_F(StoreTest, AFailureChangesNoInventoryAndIsInHistory) {
    settle(action_on_web(Verb::create), Error{Errc::timed_out, "create: no answer"});
    EXPECT_TRUE(recall().inventory.empty());
    EXPECT_EQ(history().front().phase, "failed");
    EXPECT_EQ(history().front().error, "timed_out: create: no answer");
}

TEST_F(StoreTest, HistoryTellsWhoWroteTheCommitThatAskedForIt) {
    Action action = action_on_web(Verb::create);
    settle(action, done_with("id-1"));
    EXPECT_EQ(history().front().author, "") << "not known yet";
    const std::string commit = history().front().commit;
    ASSERT_TRUE(run(store->took_tip("infra", commit, "test <test@localhost>")).ok());
    ASSERT_TRUE(run(store->took_tip("infra", "beef", "another")).ok());
    reopen();
    EXPECT_EQ(history().front().author, "test <test@localhost>");
}

TEST_F(StoreTest, ANoteStaysUntilItIsDone) {
    Done begun = done_with("id-1");
    begun.done = false;
    begun.note = {{"operation", "https://example.org/op/1"}};
    settle(action_on_web(Verb::replace), begun);
    EXPECT_EQ(history().front().phase, "begun");
    reopen();
    EXPECT_EQ(recall().inventory.at(web_key()).note, begun.note);
    settle(action_on_web(Verb::finish), done_with("id-2"));
    EXPECT_TRUE(recall().inventory.at(web_key()).note.is_null());
    EXPECT_EQ(recall().inventory.at(web_key()).id, "id-2");
}

TEST_F(StoreTest, WhatWasRemovedIsForgotten) {
    settle(action_on_web(Verb::create), done_with("id-1"));
    Done begun;
    begun.done = false;
    settle(action_on_web(Verb::remove), begun);
    EXPECT_TRUE(recall().inventory.contains(web_key())) << "it is kept for a while";
    settle(action_on_web(Verb::remove), Done{});
    EXPECT_TRUE(recall().inventory.empty());
}

TEST_F(StoreTest, ARenamedManifestKeepsWhatItOwned) {
    settle(action_on_web(Verb::create), done_with("id-1"));
    Action taken_over = action_on_web(Verb::update);
    taken_over.key = taken_over.want->key = {"mini1", "docker.container", "stats.web.1"};
    taken_over.want->was = {web_key()};
    settle(taken_over, Done{});
    const Inventory inventory = recall().inventory;
    EXPECT_EQ(inventory.size(), 1u);
    EXPECT_TRUE(inventory.contains(taken_over.key));
}

TEST_F(StoreTest, AStepIsSettledAsAWhole) {
    Action other = action_on_web(Verb::create);
    other.key = other.want->key = {"mini1", "docker.container", "plausible.db.1"};
    const Step step{{action_on_web(Verb::create), other}};
    const Results results{done_with("id-1"), Error{Errc::unavailable, "engine gone"}};
    ASSERT_TRUE(run(store->intend("r1", step)).ok());
    ASSERT_TRUE(run(store->settle("r1", step, results)).ok());
    EXPECT_EQ(recall().inventory.size(), 1u);
    EXPECT_EQ(history().size(), 4u);
    EXPECT_EQ(history(to_string(other.key)).size(), 2u);
    EXPECT_EQ(history(to_string(other.key)).front().phase, "failed") << "newest first";
    EXPECT_EQ(run(store->history("", 1))->size(), 1u);
}

TEST_F(StoreTest, ContentThatFailedIsRememberedUntilItWorks) {
    settle(action_on_web(Verb::create), done_with("id-1"));
    Done failed;
    failed.content_failed = true;
    failed.why = "never healthy";
    settle(action_on_web(Verb::replace), failed);
    EXPECT_EQ(recall().inventory.at(web_key()).bad_digest, "d1");
    EXPECT_EQ(recall().inventory.at(web_key()).bad_reason, "never healthy");
    EXPECT_EQ(history().front().phase, "failed");
    Outcome worked = clean_outcome();
    worked.worked[web_key()] = "d0";
    record(worked);
    EXPECT_EQ(recall().inventory.at(web_key()).bad_digest, "d1");
    EXPECT_EQ(recall().inventory.at(web_key()).good_digest, "d0");
    worked.worked[web_key()] = "d1";
    worked.statuses[web_key()].origin.commit = "beef";
    record(worked);
    EXPECT_EQ(recall().inventory.at(web_key()).bad_digest, "");
    EXPECT_EQ(recall().inventory.at(web_key()).good_commit, "beef");
}

TEST_F(StoreTest, WhatWasLearnedIsKeptByTargetUntilItIsForgotten) {
    const json said{{"digest", "sha256:1"}};
    ASSERT_TRUE(run(store->learn("mini1", "tag app:1", json("older"))).ok());
    ASSERT_TRUE(run(store->learn("mini1", "tag app:1", said)).ok());
    ASSERT_TRUE(run(store->learn("mini2", "tag app:1", json("another"))).ok());
    reopen();
    EXPECT_EQ(recall().learned, (std::map<std::string, json>{{"tag app:1", said}}));
    ASSERT_TRUE(run(store->learn("mini1", "tag app:1", nullptr)).ok());
    EXPECT_TRUE(recall().learned.empty());
    EXPECT_EQ(recall("mini2").learned.size(), 1u);
}

TEST_F(StoreTest, WhatVanishedIsForgotten) {
    settle(action_on_web(Verb::create), done_with("id-1"));
    record(clean_outcome());
    EXPECT_EQ(recall().inventory.size(), 1u);
    Outcome outcome = clean_outcome();
    outcome.gone = {web_key()};
    record(outcome);
    EXPECT_TRUE(recall().inventory.empty());
}

struct FirstContact {
    std::string name;
    std::function<void(Outcome&)> change;
    bool converging = true;
    bool ends = false;
};

class EndOfFirstContact : public StoreTest, public ::testing::WithParamInterface<FirstContact> {};

TEST_P(EndOfFirstContact, IsAFullCleanConvergingRun) {
    Outcome outcome = clean_outcome();
    GetParam().change(outcome);
    record(outcome, GetParam().converging);
    EXPECT_EQ(recall().first_contact, !GetParam().ends);
    EXPECT_TRUE(recall("mini2").first_contact);
    reopen();
    EXPECT_EQ(recall().first_contact, !GetParam().ends);
}

INSTANTIATE_TEST_SUITE_P(
    , EndOfFirstContact,
    ::testing::Values(FirstContact{"all_in_order", [](Outcome&) {}, true, true},
                      FirstContact{"only_observed", [](Outcome&) {}, false, false},
                      FirstContact{"not_full", [](Outcome& run) { run.full = false; }},
                      FirstContact{"canceled", [](Outcome& run) { run.canceled = true; }},
                      FirstContact{"unreadable",
                                   [](Outcome& run) {
                                       run.unreadable = Error{Errc::unavailable, ""};
                                   }},
                      FirstContact{"no_commit", [](Outcome& run) { run.plan.commit = ""; }},
                      FirstContact{"something_waits_for_it",
                                   [](Outcome& run) {
                                       Held held;
                                       held.first_contact = true;
                                       run.plan.held.push_back(held);
                                   }}),
    [](const auto& row) { return row.param.name; });

TEST_F(StoreTest, AConfirmationLivesADay) {
    ASSERT_TRUE(run(store->confirm("mini1", "h1")).ok());
    EXPECT_EQ(recall().confirmed, std::set<std::string>{"h1"});
    EXPECT_TRUE(recall("mini2").confirmed.empty());
    clock.run_for(io, 23h);
    EXPECT_EQ(recall().confirmed.size(), 1u);
    clock.run_for(io, 1h);
    EXPECT_TRUE(recall().confirmed.empty());
    record(clean_outcome());
    EXPECT_TRUE(recall().confirmed.empty());
}

TEST_F(StoreTest, APermitIsUsedUpByTheAdoption) {
    ASSERT_TRUE(run(store->permit_adoption(web_key())).ok());
    reopen();
    EXPECT_EQ(recall().adopt, std::set<ResourceKey>{web_key()});
    Outcome outcome = clean_outcome();
    ActionOutcome adopted;
    adopted.key = web_key();
    adopted.verb = Verb::adopt;
    adopted.error = Error{Errc::unavailable, "gone"};
    outcome.actions = {adopted};
    record(outcome);
    EXPECT_EQ(recall().adopt.size(), 1u) << "it failed";
    outcome.actions.front().error.reset();
    record(outcome);
    EXPECT_TRUE(recall().adopt.empty());
}

TEST_F(StoreTest, AHoldStaysUntilItIsEnded) {
    ASSERT_TRUE(run(store->hold_removals("mini1", "the branch was rewound")).ok());
    record(clean_outcome());
    reopen();
    EXPECT_EQ(recall().hold_removals, "the branch was rewound");
    ASSERT_TRUE(run(store->hold_removals("mini1", "")).ok());
    EXPECT_EQ(recall().hold_removals, "");
}

TEST_F(StoreTest, AHoldEndsWhenWhatWasConfirmedIsDone) {
    ASSERT_TRUE(run(store->hold_removals("mini1", "the branch was rewound")).ok());
    ASSERT_TRUE(run(store->confirm("mini1", "h1")).ok());
    Outcome outcome = clean_outcome();
    outcome.plan.held.emplace_back();
    record(outcome);
    EXPECT_NE(recall().hold_removals, "") << "something still waits";
    record(clean_outcome());
    EXPECT_EQ(recall().hold_removals, "");
}

TEST_F(StoreTest, RemembersCommitsAndTips) {
    ASSERT_TRUE(run(store->took_commit("mini1", "infra", "c0ffee", {"a.yaml", "b c.yaml"})).ok());
    ASSERT_TRUE(run(store->took_tip("infra", "c0ffee", "")).ok());
    ASSERT_TRUE(run(store->took_tip("infra", "beef", "")).ok());
    reopen();
    EXPECT_EQ(recall().good_commit, "c0ffee");
    EXPECT_EQ(recall().good_source, "infra");
    EXPECT_EQ(recall().files, (std::vector<std::string>{"a.yaml", "b c.yaml"}));
    EXPECT_TRUE(recall().first_contact) << "a commit is not a run";
    EXPECT_EQ(*run(store->tip_of("infra")), "beef");
}

}  // namespace
}  // namespace driftless::testing
