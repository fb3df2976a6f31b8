#include "reconcilers/reconcile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/bind_cancellation_slot.hpp>

#include "tests/reconcilers/toy_rig.hpp"

namespace driftless::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const json old_image{{"image", "a"}};
const json new_image{{"image", "b"}};

Status status_of(const Outcome& outcome, const std::string& name) {
    return outcome.statuses.at(ToyRig::key(name)).status;
}

TEST(Reconcile, ConvergesAndThenStaysQuiet) {
    ToyRig rig;
    rig.want("web");
    rig.want("api");
    EXPECT_THAT(rig.calls_of([&] { rig.run(); }), UnorderedElementsAre("create web", "create api"));
    const Outcome second = rig.run();
    EXPECT_TRUE(second.plan.actions.empty());
    EXPECT_TRUE(second.converged());
    EXPECT_EQ(second.worked.size(), 2U);
    EXPECT_EQ(second.changes, 0U);
}

TEST(Reconcile, KeepsNothingOfWhatItReadWhereAllIsInSync) {
    ToyRig rig;
    rig.want("web");
    rig.run();
    const Outcome second = rig.run();
    ASSERT_EQ(second.plan.resting.size(), 1U);
    EXPECT_EQ(second.plan.resting.front().status, Status::in_sync);
    EXPECT_EQ(second.plan.resting.front().have, nullptr);
    EXPECT_FALSE(second.statuses.at(ToyRig::key("web")).id.empty());
    EXPECT_TRUE(second.posted.at(ToyRig::key("web")).ready);
}

TEST(Reconcile, ObservingChangesNothing) {
    ToyRig rig;
    rig.facts.policy.mode = Mode::observe;
    rig.want("web");
    const Outcome outcome = rig.run();
    EXPECT_EQ(outcome.plan.actions.size(), 1U);
    EXPECT_EQ(status_of(outcome, "web"), Status::drifted);
    EXPECT_THAT(rig.world.calls, IsEmpty());
    EXPECT_THAT(rig.journal.lines, IsEmpty());
}

TEST(Reconcile, NotesEachCallBeforeAndAfter) {
    ToyRig rig;
    rig.want("web");
    rig.run();
    EXPECT_THAT(rig.journal.lines, ElementsAre("intend create web", "settle create web"));
}

TEST(Reconcile, SendsNothingThatItCannotNote) {
    ToyRig rig;
    rig.want("web");
    rig.journal.full = true;
    const Outcome outcome = rig.run();
    EXPECT_THAT(rig.world.calls, IsEmpty());
    EXPECT_EQ(status_of(outcome, "web"), Status::failed);
}

TEST(Reconcile, EndsWhenItCannotNoteAResult) {
    ToyRig rig;
    rig.want("db");
    rig.want("web").needs = {{ToyRig::key("db"), Until::exists, true}};
    rig.journal.full_for_results = true;
    rig.run();
    EXPECT_THAT(rig.world.calls, ElementsAre("create db"));
}

TEST(Reconcile, FailureKeepsBackWhatNeedsItAndNothingElse) {
    ToyRig rig;
    rig.want("db");
    rig.want("web").needs = {{ToyRig::key("db"), Until::exists, true}};
    rig.want("other");
    rig.world.failing = {"create db"};
    const Outcome outcome = rig.run();
    EXPECT_EQ(status_of(outcome, "db"), Status::failed);
    EXPECT_EQ(status_of(outcome, "web"), Status::blocked);
    EXPECT_THAT(outcome.statuses.at(ToyRig::key("web")).why, HasSubstr("here/toy.thing/db"));
    EXPECT_NE(rig.world.find(ToyRig::key("other")), nullptr);
}

TEST(Reconcile, DependenciesComeInTheirOrderAndWaitUntilReady) {
    ToyRig rig;
    rig.world.ready_later = true;
    rig.want("db");
    rig.want("web").needs = {{ToyRig::key("db"), Until::ready, true}};
    rig.run();
    rig.run();
    EXPECT_EQ(rig.world.find(ToyRig::key("web")), nullptr);
    rig.world.find(ToyRig::key("db"))->ready = true;
    rig.run();
    EXPECT_NE(rig.world.find(ToyRig::key("web")), nullptr);
}

TEST(Reconcile, AnOptionalDependencyThatFailedIsNoObstacle) {
    ToyRig rig;
    rig.want("db");
    rig.want("web").needs = {{ToyRig::key("db"), Until::ready, false}};
    rig.world.failing = {"create db"};
    rig.run();
    EXPECT_NE(rig.world.find(ToyRig::key("web")), nullptr);
}

TEST(Reconcile, WhatCannotBePreparedIsNotBegun) {
    ToyRig rig;
    rig.want("web", old_image);
    rig.converge();
    rig.push("c2");
    rig.wanted("web").spec = new_image;
    rig.world.failing = {"prepare web"};
    EXPECT_THAT(rig.calls_of([&] { EXPECT_EQ(status_of(rig.run(), "web"), Status::failed); }),
                IsEmpty());
    EXPECT_EQ(rig.world.find(ToyRig::key("web"))->spec, old_image);
}

TEST(Reconcile, ActionsOfOneWordGoOutTogether) {
    ToyKind::Options options;
    options.batch = 2;
    ToyRig rig{options};
    for (const std::string name : {"a", "b", "c"}) rig.want(name);
    rig.run();
    EXPECT_THAT(rig.world.calls, ElementsAre("batch of 2", "create a", "create b", "create c"));
}

TEST(Reconcile, OutputsOfOneAreInputsOfAnother) {
    ToyRig rig;
    rig.want("db", {{"size", 7}});
    rig.want("web", {{"db", "at " + late_mark({{"here", "App", "db"}, "url"})}});
    EXPECT_EQ(status_of(rig.run(), "web"), Status::blocked);
    rig.converge();
    EXPECT_EQ(rig.world.find(ToyRig::key("web"))->spec.at("db"), "at toy://db/7");
    rig.push("c2");
    rig.wanted("db").spec = {{"size", 8}};
    rig.converge();
    EXPECT_EQ(rig.world.find(ToyRig::key("web"))->spec.at("db"), "at toy://db/8");
    EXPECT_TRUE(rig.run().converged());
}

TEST(Reconcile, SecretsArriveAndAreNoDriftAfterwards) {
    ToyRig rig;
    rig.want("web", {{"env", {{"PASSWORD", rig.vault.mark(Secret{"s3cret"})}}}});
    rig.converge();
    EXPECT_EQ(rig.world.find(ToyRig::key("web"))->spec.at("env").at("PASSWORD"), "s3cret");
    EXPECT_TRUE(rig.run().plan.actions.empty());
    rig.wanted("web").spec = {{"env", {{"PASSWORD", rig.vault.mark(Secret{"other"})}}}};
    rig.push("c2");
    rig.converge();
    EXPECT_EQ(rig.world.find(ToyRig::key("web"))->spec.at("env").at("PASSWORD"), "other");
}

TEST(Reconcile, ALongReplacementIsFinishedByLaterRuns) {
    ToyRig rig;
    rig.want("web", old_image);
    rig.converge();
    rig.world.replaces_slowly = true;
    rig.push("c2");
    rig.wanted("web").spec = new_image;
    EXPECT_THAT(rig.calls_of([&] { rig.converge(); }), ElementsAre("replace web", "finish web"));
    EXPECT_EQ(rig.world.find(ToyRig::key("web"))->spec, new_image);
}

TEST(Reconcile, ContentThatFailsGoesBackAndIsNotTriedAgain) {
    ToyRig rig;
    rig.want("web", old_image);
    rig.converge();
    rig.world.replaces_slowly = true;
    rig.push("c2");
    rig.wanted("web").spec = {{"image", "b"}, {"broken", true}};
    EXPECT_THAT(rig.calls_of([&] { rig.converge(); }),
                ElementsAre("replace web", "finish web", "finish web"));
    EXPECT_EQ(rig.world.find(ToyRig::key("web"))->spec, old_image);
    const Outcome outcome = rig.run();
    EXPECT_EQ(status_of(outcome, "web"), Status::failed);
    EXPECT_EQ(outcome.statuses.at(ToyRig::key("web")).why, "never healthy");
    EXPECT_TRUE(outcome.plan.actions.empty());
}

TEST(Reconcile, RemovalsGoLastAndLookOnceMore) {
    ToyRig rig;
    rig.want("old");
    rig.want("stay");
    rig.converge();
    rig.push("c2");
    rig.drop("old");
    rig.want("new");
    EXPECT_THAT(rig.calls_of([&] { rig.run(); }), ElementsAre("create new", "remove old"));
    EXPECT_EQ(rig.world.fresh_looks, 1);
}

TEST(Reconcile, WhatChangedMeanwhileIsNotRemoved) {
    ToyRig rig;
    rig.want("old");
    rig.want("stay");
    rig.converge();
    rig.push("c2");
    rig.drop("old");
    rig.world.on_fresh_look = [&] { ++rig.world.find(ToyRig::key("old"))->version; };
    const Outcome outcome = rig.run();
    EXPECT_NE(rig.world.find(ToyRig::key("old")), nullptr);
    EXPECT_EQ(outcome.actions.at(0).error->code, Errc::conflict);
    EXPECT_THAT(rig.journal.lines, ::testing::Not(::testing::Contains("intend remove old")));
}

TEST(Reconcile, WhatChangedMeanwhileIsNotReplaced) {
    ToyRig rig;
    rig.want("web", old_image);
    rig.converge();
    rig.push("c2");
    rig.wanted("web").spec = new_image;
    rig.world.on_fresh_look = [&] { rig.world.find(ToyRig::key("web"))->protect = true; };
    rig.run();
    EXPECT_EQ(rig.world.find(ToyRig::key("web"))->spec, old_image);
}

TEST(Reconcile, NothingIsRemovedInARoundWithAnError) {
    ToyRig rig;
    rig.want("old");
    rig.want("stay");
    rig.converge();
    rig.push("c2");
    rig.drop("old");
    rig.want("new");
    rig.world.failing = {"create new"};
    const Outcome outcome = rig.run();
    EXPECT_NE(rig.world.find(ToyRig::key("old")), nullptr);
    EXPECT_EQ(status_of(outcome, "old"), Status::blocked);
    rig.world.failing.clear();
    rig.run();
    EXPECT_EQ(rig.world.find(ToyRig::key("old")), nullptr);
}

TEST(Reconcile, AClaimIsTakenOverOnceItsHolderHasBegunToGo) {
    ToyRig rig;
    rig.world.replaces_slowly = true;
    rig.want("old").claims = {"port 80"};
    rig.want("stay");
    rig.converge();
    rig.push("c2");
    rig.drop("old");
    rig.want("new").claims = {"port 80"};
    EXPECT_THAT(rig.calls_of([&] { rig.converge(); }),
                ElementsAre("remove old", "create new", "finish old"));
}

TEST(Reconcile, ADependencyGoesOnlyWhenItsDependentIsGoneForGood) {
    ToyRig rig;
    rig.world.replaces_slowly = true;
    rig.want("net");
    rig.want("web").needs = {{ToyRig::key("net"), Until::exists, true}};
    rig.want("stay");
    rig.converge();
    rig.push("c2");
    rig.drop("net");
    rig.drop("web");
    EXPECT_THAT(rig.calls_of([&] { rig.converge(); }),
                ElementsAre("remove web", "finish web", "remove net", "finish net"));
}

TEST(Reconcile, StopsAtAStepBoundary) {
    ToyRig rig;
    rig.want("db");
    rig.want("web").needs = {{ToyRig::key("db"), Until::exists, true}};
    rig.stop_asked = [&] { return !rig.world.calls.empty(); };
    const Outcome outcome = rig.run();
    EXPECT_THAT(rig.world.calls, ElementsAre("create db"));
    EXPECT_EQ(status_of(outcome, "web"), Status::blocked);
    rig.stop_asked = nullptr;
    rig.converge();
    EXPECT_TRUE(rig.run().converged());
}

TEST(Reconcile, AnUnreadableTargetIsUnknownAndKeepsItsPlaceOnTheBoard) {
    ToyRig rig;
    rig.want("web");
    rig.converge();
    rig.world.unreadable = Error{Errc::unavailable, "connection refused"};
    const Outcome outcome = rig.run();
    ASSERT_TRUE(outcome.unreadable);
    EXPECT_EQ(status_of(outcome, "web"), Status::unknown);
    EXPECT_FALSE(outcome.clean());
    EXPECT_FALSE(outcome.posted.contains(ToyRig::key("web")));
    EXPECT_TRUE(outcome.posted.at({"here", "App", "web"}).ready);
    EXPECT_TRUE(outcome.gone.empty());
}

TEST(Reconcile, AConfirmedSetIsCarriedOutOverSeveralRuns) {
    ToyRig rig;
    for (const std::string name : {"a", "b", "c"}) {
        rig.want(name, new_image);
        rig.world.add(ToyRig::key(name), old_image, Owner::kin);
    }
    const Outcome held = rig.run();
    EXPECT_EQ(held.plan.held.size(), 3U);
    EXPECT_EQ(status_of(held, "a"), Status::held);
    EXPECT_EQ(held.statuses.at(ToyRig::key("a")).held_hash, held.plan.held_hash);
    rig.facts.confirmed.insert(held.plan.held_hash);
    for (const Held& one : held.plan.held) rig.facts.confirmed.insert(one.hash);
    rig.converge();
    for (const std::string name : {"a", "b", "c"}) EXPECT_EQ(rig.world.ours().at(name), new_image);
}

TEST(Reconcile, AHashReleasesExactlyWhatItWasMadeOf) {
    ToyRig rig;
    rig.want("a", new_image);
    rig.world.add(ToyRig::key("a"), old_image, Owner::kin);
    const std::string hash = rig.run().plan.held_hash;
    rig.facts.confirmed = {hash};
    rig.want("b", new_image);
    rig.world.add(ToyRig::key("b"), old_image, Owner::kin);
    EXPECT_EQ(rig.run().plan.held.size(), 2U);
    rig.drop("b");
    ++rig.world.find(ToyRig::key("a"))->version;
    EXPECT_EQ(rig.run().plan.held.size(), 1U);
    --rig.world.find(ToyRig::key("a"))->version;
    EXPECT_TRUE(rig.run().plan.held.empty());
}

TEST(Reconcile, ALostDatabaseComesToTheSameEndAfterOneConfirm) {
    ToyRig rig;
    rig.want("a", old_image);
    rig.want("b", old_image);
    rig.want("gone");
    rig.converge();
    rig.journal.inventory.clear();
    rig.facts.first_contact = true;
    rig.push("c2");
    rig.wanted("a").spec = new_image;
    rig.drop("gone");
    Outcome outcome = rig.run();
    EXPECT_FALSE(outcome.ends_first_contact());
    EXPECT_EQ(outcome.plan.held.size(), 2U);
    for (const Held& one : outcome.plan.held) rig.facts.confirmed.insert(one.hash);
    rig.converge();
    outcome = rig.run();
    EXPECT_TRUE(outcome.ends_first_contact());
    EXPECT_THAT(rig.world.ours(),
                ElementsAre(::testing::Pair("a", new_image), ::testing::Pair("b", old_image)));
}

TEST(Reconcile, WhatSomebodyElseRemovedAfterGitDroppedItIsGone) {
    ToyRig rig;
    rig.want("old");
    rig.want("stay");
    rig.converge();
    rig.drop("old");
    rig.push("c2");
    rig.world.things.erase(rig.world.find(ToyRig::key("old"))->id);
    EXPECT_THAT(rig.run().gone, ElementsAre(ToyRig::key("old")));
}

TEST(Reconcile, ARenameTakesOverAndTheOldKeyIsForgotten) {
    ToyRig rig;
    rig.want("old");
    rig.want("stay");
    rig.converge();
    rig.push("c2");
    rig.drop("old");
    rig.want("new").was = {ToyRig::key("old")};
    EXPECT_THAT(rig.calls_of([&] { rig.converge(); }), ElementsAre("adopt new"));
    rig.run();
    EXPECT_FALSE(rig.journal.inventory.contains(ToyRig::key("old")));
    rig.wanted("new").was.clear();
    EXPECT_TRUE(rig.run().plan.actions.empty());
    rig.push("c3");
    rig.drop("new");
    EXPECT_THAT(rig.calls_of([&] { rig.converge(); }), ElementsAre("remove new"));
}

TEST(Reconcile, ARemovalInItsGraceIsUnderWayAndNeitherWakesNorKeepsARunFromConverging) {
    ToyRig rig;
    rig.want("old");
    rig.want("stay");
    rig.converge();
    rig.world.replaces_slowly = true;
    rig.world.grace = std::chrono::minutes{10};
    rig.push("c2");
    rig.drop("old");
    EXPECT_FALSE(rig.run().converged());  // begun: only a look tells
    const Outcome kept = rig.run();
    EXPECT_EQ(status_of(kept, "old"), Status::progressing);
    EXPECT_EQ(kept.statuses.at(ToyRig::key("old")).why, "kept for a while");
    EXPECT_TRUE(kept.statuses.at(ToyRig::key("old")).kept_until.has_value());
    EXPECT_TRUE(kept.converged());
    EXPECT_EQ(kept.look_again, std::chrono::minutes{10});
    EXPECT_THAT(kept.actions, IsEmpty());
    rig.pass(std::chrono::minutes{10});
    EXPECT_THAT(rig.calls_of([&] { rig.run(); }), ElementsAre("finish old"));
}

TEST(Reconcile, WhatOnlyHasToProveItselfRestsUntilThenWithoutACallOrALine) {
    ToyRig rig;
    rig.want("web", old_image);
    rig.want("old");
    rig.converge();
    rig.world.replaces_slowly = true;
    rig.world.proves_in = std::chrono::seconds{10};
    rig.push("c2");
    rig.wanted("web").spec = new_image;
    rig.run();
    rig.drop("old");
    rig.world.calls.clear();
    rig.journal.lines.clear();
    const Outcome waits = rig.run();
    EXPECT_EQ(status_of(waits, "web"), Status::progressing);
    EXPECT_EQ(waits.statuses.at(ToyRig::key("web")).why, "replacing");
    EXPECT_EQ(waits.look_again, std::chrono::seconds{10});
    EXPECT_FALSE(waits.converged());
    EXPECT_EQ(status_of(waits, "old"), Status::blocked);  // removals come last
    EXPECT_THAT(rig.world.calls, IsEmpty());
    EXPECT_THAT(rig.journal.lines, IsEmpty());
    rig.pass(std::chrono::seconds{10});
    EXPECT_THAT(rig.calls_of([&] { rig.run(); }), ElementsAre("finish web", "remove old"));
}

/// Two things that hold a port each, and, from c2 on, each wants the other's.
struct Swapping {
    Swapping() {
        rig.want("a", old_image).claims = {"port 1"};
        rig.want("b", old_image).claims = {"port 2"};
        rig.converge();
        rig.world.replaces_slowly = true;
        rig.push("c2");
        rig.wanted("a").spec = new_image;
        rig.wanted("b").spec = new_image;
        std::swap(rig.wanted("a").claims, rig.wanted("b").claims);
    }
    std::vector<std::string> claims_of(const std::string& name) {
        return rig.world.find(ToyRig::key(name))->claims;
    }
    ToyRig rig;
};

TEST(Reconcile, SwappedClaimsAreTakenOneAfterTheOther) {
    Swapping swap;
    EXPECT_THAT(swap.rig.calls_of([&] { swap.rig.converge(); }),
                ElementsAre("replace a", "replace b", "finish b", "finish a", "finish a"));
    EXPECT_THAT(swap.claims_of("a"), ElementsAre("port 2"));
    EXPECT_THAT(swap.claims_of("b"), ElementsAre("port 1"));
    EXPECT_TRUE(swap.rig.run().converged());
}

TEST(Reconcile, NobodyMakesRoomInARoundWithAnError) {
    Swapping swap;
    swap.rig.world.failing = {"prepare b"};
    EXPECT_THAT(swap.rig.calls_of([&] { swap.rig.run(); }), IsEmpty());
    EXPECT_THAT(swap.claims_of("a"), ElementsAre("port 1"));
    swap.rig.world.failing.clear();
    swap.rig.converge();
    EXPECT_TRUE(swap.rig.run().converged());
}

TEST(Reconcile, OneOfASwapThatFailsBringsBothBack) {
    Swapping swap;
    swap.rig.wanted("b").spec["broken"] = true;
    for (int runs = 0; runs < 10; ++runs) swap.rig.run();
    EXPECT_EQ(swap.rig.world.find(ToyRig::key("b"))->spec, old_image);
    EXPECT_THAT(swap.claims_of("b"), ElementsAre("port 2"));
    EXPECT_THAT(swap.claims_of("a"), ElementsAre("port 1"));
    EXPECT_FALSE(swap.rig.world.find(ToyRig::key("a"))->aside);
    const Outcome outcome = swap.rig.run();
    EXPECT_EQ(status_of(outcome, "b"), Status::failed);
    EXPECT_EQ(status_of(outcome, "a"), Status::blocked);
    EXPECT_THAT(swap.rig.calls_of([&] { swap.rig.run(); }), IsEmpty());
}

TEST(Reconcile, NewerContentDoesNotWaitForTheOneThatHasToProveItself) {
    ToyRig rig;
    rig.want("web", old_image);
    rig.converge();
    rig.world.replaces_slowly = true;
    rig.world.proves_in = std::chrono::seconds{10};
    rig.push("c2");
    rig.wanted("web").spec = new_image;
    rig.run();
    rig.push("c3");
    rig.wanted("web").spec = old_image;
    EXPECT_THAT(rig.calls_of([&] { rig.run(); }), ElementsAre("finish web"));
}

TEST(Reconcile, PostsAManifestWhenAllOfItIsReady) {
    ToyRig rig;
    rig.want("a").origin.manifest = {"here", "App", "both"};
    rig.want("b").origin.manifest = {"here", "App", "both"};
    EXPECT_FALSE(rig.run().posted.at({"here", "App", "both"}).ready);
    const Outcome outcome = rig.run();
    EXPECT_TRUE(outcome.posted.at({"here", "App", "both"}).ready);
    EXPECT_EQ(outcome.posted.at(ToyRig::key("a")).outputs.at("url"), "toy://a/1");
}

asio::awaitable<void> keep_outcome(ToyRig& rig, Run& run, std::optional<Outcome>& outcome) {
    outcome = co_await reconcile(rig.kinds, run, Scope{});
}

TEST(Reconcile, ACanceledRunHasAnOutcomeToo) {
    ToyRig rig;
    rig.want("web");
    driftless::Run run = rig.make_run();
    std::optional<Outcome> outcome;
    asio::cancellation_signal signal;
    asio::co_spawn(rig.io, keep_outcome(rig, run, outcome),
                   asio::bind_cancellation_slot(signal.slot(), [](const std::exception_ptr&) {}));
    signal.emit(asio::cancellation_type::terminal);
    driftless::testing::VirtualClock::settle(rig.io);
    ASSERT_TRUE(outcome);
    EXPECT_TRUE(outcome->canceled);
    EXPECT_FALSE(outcome->clean());
}

}  // namespace
}  // namespace driftless::test
