// What resources of one target need on another: removed in reverse, across targets too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reconcilers/posting.hpp"
#include "tests/reconcilers/toy_rig.hpp"

namespace driftless::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// `db` on one target, and `web` on the other, which needs it; both converged. The board is all
/// that they share.
class TwoTargets : public ::testing::Test {
protected:
    TwoTargets() {
        there.facts.target = "there";
        here.want("db");
        here.want("stay");
        there.want("stay");
        there.want("web").needs = {{here.own_key("db"), Until::ready, true}};
        for (int round = 0; round < 3; ++round) {
            run(here);
            run(there);
        }
        EXPECT_EQ(there.world.ours().size(), 2U);
        here.push("c2");
        there.push("c2");
    }
    Outcome run(ToyRig& rig) {
        rig.facts.board = board;
        Outcome outcome = rig.run();
        board = rig.facts.board;
        return outcome;
    }
    std::vector<std::string> calls_of(ToyRig& rig) {
        return rig.calls_of([&] { run(rig); });
    }
    /// One file declared both, and it is deleted.
    void drop_both() {
        here.drop("db");
        there.drop("web");
    }
    /// The daemon starts again: nothing was read yet, only the inventories are there.
    void start_again() {
        board = Board{};
        for (const ToyRig* rig : {&here, &there}) {
            const std::string& target = rig->facts.target;
            board.set_needs(target, needs_elsewhere(target, rig->journal.inventory));
        }
    }

    ToyRig here;
    ToyRig there;
    Board board;
};

TEST_F(TwoTargets, WhatAnotherTargetStillNeedsGoesOnceThatIsGone) {
    drop_both();
    const Outcome waits = run(here);
    const ResourceStatus& db = waits.statuses.at(here.own_key("db"));
    EXPECT_EQ(db.status, Status::blocked);
    EXPECT_EQ(db.why, "there/toy.thing/web still needs it");
    EXPECT_THAT(calls_of(there), ElementsAre("remove web"));
    EXPECT_THAT(calls_of(here), ElementsAre("remove db"));
}

TEST_F(TwoTargets, WhatIsKeptForItsGraceIsNotGoneYet) {
    there.world.replaces_slowly = true;
    there.world.grace = std::chrono::minutes{10};
    drop_both();
    run(there);
    EXPECT_THAT(calls_of(here), IsEmpty());
    there.pass(std::chrono::minutes{5});
    run(there);
    EXPECT_THAT(calls_of(here), IsEmpty());
    there.pass(std::chrono::minutes{5});
    EXPECT_THAT(calls_of(there), ElementsAre("finish web"));
    EXPECT_THAT(calls_of(here), ElementsAre("remove db"));
}

TEST_F(TwoTargets, AfterARestartWhatWasNotReadYetMayStillBeThere) {
    drop_both();
    start_again();
    EXPECT_THAT(calls_of(here), IsEmpty());
    run(there);
    start_again();
    EXPECT_THAT(calls_of(here), ElementsAre("remove db"));
}

TEST_F(TwoTargets, WhatCannotBeReadMayStillBeThere) {
    drop_both();
    there.world.unreadable = Error{Errc::unavailable, "connection refused"};
    run(there);
    EXPECT_THAT(calls_of(here), IsEmpty());
    there.world.unreadable.reset();
    run(there);
    EXPECT_THAT(calls_of(here), ElementsAre("remove db"));
}

TEST_F(TwoTargets, ATargetThatKeptAnOlderCommitStillNeedsWhatThatNeeds) {
    here.drop("db");
    run(there);
    EXPECT_THAT(calls_of(here), IsEmpty());
    EXPECT_NE(here.world.find(here.own_key("db")), nullptr);
}

TEST_F(TwoTargets, WhatSomebodyElseRemovedNeedsNothing) {
    drop_both();
    there.world.things.erase(there.world.find(there.own_key("web"))->id);
    EXPECT_THAT(calls_of(there), IsEmpty());
    EXPECT_THAT(calls_of(here), ElementsAre("remove db"));
}

TEST_F(TwoTargets, ANeedOnAWholeManifestCountsForAllOfIt) {
    there.wanted("web").needs = {{{"here", "App", "db"}, Until::ready, true}};
    there.wanted("web").spec = {{"size", 2}};
    run(there);
    here.push("c3");
    there.push("c3");
    drop_both();
    EXPECT_THAT(calls_of(here), IsEmpty());
    run(there);
    EXPECT_THAT(calls_of(here), ElementsAre("remove db"));
}

}  // namespace
}  // namespace driftless::test
