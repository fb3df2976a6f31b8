#include <sys/stat.h>

#include "tests/store/store_fixture.hpp"

namespace driftless::testing {
namespace {

using namespace std::chrono_literals;

Suspension suspension(ResourceKey what, std::optional<net::WallTime> until = {}) {
    return {.what = std::move(what), .since = {}, .until = until, .reason = "a new disk"};
}
const ResourceKey mini1{"mini1", "", ""};

TEST_F(StoreTest, ASuspensionStaysUntilItsEnd) {
    ASSERT_TRUE(run(store->suspend(suspension(web_key(), clock.wall() + 60s))));
    ASSERT_TRUE(run(store->suspend(suspension(mini1))));
    reopen();
    ASSERT_EQ(recall().suspended.size(), 2u);
    EXPECT_EQ(recall().suspended.front().name(), "mini1");
    EXPECT_EQ(recall().suspended.back().what, web_key());
    EXPECT_EQ(recall().suspended.back().reason, "a new disk");
    EXPECT_TRUE(recall("mini2").suspended.empty());
    clock.run_for(io, 60s);
    EXPECT_EQ(recall().suspended.size(), 1u);
    const auto over = run(store->resume(web_key()));
    ASSERT_FALSE(over);
    EXPECT_EQ(over.error().code, Errc::not_found);
    ASSERT_TRUE(run(store->resume(mini1)));
    EXPECT_TRUE(recall().suspended.empty());
}

TEST_F(StoreTest, WhatWasSuspendedOrAwayIsCarefulUntilACleanFullRound) {
    EXPECT_FALSE(recall().after_outage);
    ASSERT_TRUE(run(store->suspend(suspension(web_key()))));
    EXPECT_FALSE(recall().after_outage) << "one thing is not the target";
    ASSERT_TRUE(run(store->suspend(suspension(mini1))));
    EXPECT_TRUE(recall().after_outage);
    record(clean_outcome());
    EXPECT_TRUE(recall().after_outage) << "it is still suspended";
    EXPECT_TRUE(recall().first_contact);
    ASSERT_TRUE(run(store->resume(mini1)));
    reopen();
    Outcome partial = clean_outcome();
    partial.full = false;
    record(partial);
    EXPECT_TRUE(recall().after_outage);
    record(clean_outcome());
    EXPECT_FALSE(recall().after_outage);
    Outcome away = clean_outcome();
    away.unreadable = Error{Errc::unavailable, "refused"};
    record(away);
    reopen();
    EXPECT_TRUE(recall().after_outage);
}

TEST_F(StoreTest, WhatWasRemovedIsKeptFor30DaysEachThingOnce) {
    for (int i = 0; i < 2; ++i) {
        settle(action_on_web(Verb::create), done_with("id-" + std::to_string(i)));
        settle(action_on_web(Verb::remove), Done{});
        clock.run_for(io, 1s);
    }
    const auto removed = run(store->removed("mini1"));
    ASSERT_TRUE(removed);
    ASSERT_EQ(removed->size(), 1u);
    EXPECT_EQ(removed->front().entry.id, "id-1");
    EXPECT_EQ(removed->front().entry.commit, "c0ffee");
    EXPECT_TRUE(run(store->removed("mini"))->empty());
    clock.run_for(io, 24h * 30);
    record(clean_outcome());
    EXPECT_TRUE(run(store->removed("mini1"))->empty());
}

TEST_F(StoreTest, ARestoreIsDoneWhenItsThingWorks) {
    const std::vector<Restore> wanted{{.key = web_key(), .commit = "c0ffee"}};
    ASSERT_TRUE(run(store->restore(wanted)));
    reopen();
    ASSERT_EQ(recall().restores.size(), 1u);
    EXPECT_FALSE(recall().restores.front().done);
    Outcome outcome = clean_outcome();
    outcome.worked.emplace(web_key(), "d1");
    record(outcome);
    EXPECT_TRUE(recall().restores.front().done);
    clock.run_for(io, 24h * 400);
    record(clean_outcome());
    EXPECT_EQ(recall().restores.size(), 1u) << "left alone until git declares it again";
    const std::vector<ResourceKey> ended{web_key()};
    ASSERT_TRUE(run(store->end_restores(ended)));
    EXPECT_TRUE(recall().restores.empty());
}

TEST_F(StoreTest, ARestoreThatNeverWorksIsGivenUpAfterADay) {
    const std::vector<Restore> wanted{{.key = web_key(), .commit = "c0ffee"}};
    ASSERT_TRUE(run(store->restore(wanted)));
    clock.run_for(io, 24h);
    record(clean_outcome());
    EXPECT_TRUE(recall().restores.empty());
}

TEST_F(StoreTest, SomeHundredRunsOfATargetAreKept) {
    for (int i = 0; i < 250; ++i) {
        const LastRun last{std::to_string(i), "interval", clock.wall(), 1500us, 2, true, ""};
        ASSERT_TRUE(run(store->ended("mini1", last)));
    }
    reopen();
    const auto runs = run(store->runs("mini1", 1000));
    ASSERT_TRUE(runs);
    ASSERT_EQ(runs->size(), 200u);
    const LastRun quiet{"quiet", "interval", clock.wall(), 9us, 0, true, ""};
    ASSERT_TRUE(run(store->ended("mini1", quiet)));
    EXPECT_EQ(run(store->runs("mini1", 1))->front().id, "249");
    EXPECT_EQ(runs->front().id, "249");
    EXPECT_EQ(runs->front().took, 1500us);
    EXPECT_TRUE(run(store->runs("mini2", 10))->empty());
}

TEST_F(StoreTest, HistoryTellsWhatSetARunOff) {
    store->run_began("r1", "person");
    settle(action_on_web(Verb::create), done_with("id-1"));
    EXPECT_EQ(history().front().trigger, "person");
    EXPECT_EQ(history().front().request_id, "req-1");
}

TEST_F(StoreTest, HistoryTellsWhatAPersonSaid) {
    ASSERT_TRUE(run(store->suspend(suspension(mini1, clock.wall() + 60s))));
    ASSERT_TRUE(run(store->resume(mini1)));
    ASSERT_FALSE(run(store->resume(mini1)));
    ASSERT_TRUE(run(store->confirm("mini1", "h1")));
    ASSERT_TRUE(run(store->permit_adoption(web_key())));
    const std::vector<Restore> wanted{{.key = web_key(), .commit = "c0ffee"}};
    ASSERT_TRUE(run(store->restore(wanted)));
    reopen();
    std::vector<std::string> said;
    for (const HistoryEntry& entry : history()) {
        EXPECT_EQ(entry.trigger, "person");
        said.push_back(entry.verb + " " + name_of(entry.key) + " " + entry.reason);
    }
    EXPECT_EQ(said,
              (std::vector<std::string>{
                  "restore mini1/docker.container/plausible.web.1 ",
                  "adopt mini1/docker.container/plausible.web.1 ", "confirm mini1 h1",
                  "resume mini1 ", "suspend mini1 until 2026-01-01T00:01:00.000Z: a new disk"}));
    EXPECT_EQ(history("mini1").size(), 3u);
}

TEST_F(StoreTest, ATargetThatIsLeftIsForgottenSaveItsHistory) {
    settle(action_on_web(Verb::create), done_with("id-1"));
    ASSERT_TRUE(run(store->suspend(suspension(mini1))));
    ASSERT_TRUE(run(store->confirm("mini1", "h1")));
    const auto had = run(store->leave("mini1"));
    ASSERT_TRUE(had);
    EXPECT_EQ(had->at(web_key()).id, "id-1");
    const TargetMemory memory = recall();
    EXPECT_TRUE(memory.inventory.empty());
    EXPECT_TRUE(memory.suspended.empty());
    EXPECT_TRUE(memory.confirmed.empty());
    EXPECT_TRUE(memory.first_contact);
    EXPECT_FALSE(history().empty());
    const auto again = run(store->leave("mini1"));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::not_found);
}

TEST_F(StoreTest, ACopyIsMadeWhileAnotherWritesAndIsItsOwnersOnly) {
    settle(action_on_web(Verb::create), done_with("id-1"));
    const std::string copy = folder.at("copy/driftless.db");
    ASSERT_EQ(::mkdir(folder.at("copy").c_str(), 0700), 0);
    {
        auto beside = open(Access::read_only);
        ASSERT_TRUE(beside.ok()) << beside.error().message;
        const auto copied = run((*beside)->copy_to(copy));
        ASSERT_TRUE(copied) << copied.error().message;
        const auto again = run((*beside)->copy_to(copy));
        ASSERT_FALSE(again);
        EXPECT_EQ(again.error().code, Errc::conflict);
    }
    struct ::stat shown {};
    ASSERT_EQ(::stat(copy.c_str(), &shown), 0);
    EXPECT_EQ(shown.st_mode & 0777, 0600u);
    auto opened = open_store(folder.at("copy"), Access::own, *lane, clock);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    EXPECT_TRUE(run((*opened)->recall("mini1"))->inventory.contains(web_key()));
}

}  // namespace
}  // namespace driftless::testing
