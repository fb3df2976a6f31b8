#include "daemon/cli/exit_code.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <ostream>

#include "daemon/http/views.hpp"
#include "tests/reconcilers/toy_rig.hpp"

namespace driftless::cli {
namespace {

using test::ToyRig;

const json old_image{{"image", "a"}};
const json new_image{{"image", "b"}};

/// One situation of a target, and what each command ends with in it.
struct Case {
    std::string name;
    std::function<void(ToyRig&)> set;
    int status;
    int plan;
    int diff;  ///< of all resources
};
void PrintTo(const Case& one, std::ostream* out) {
    *out << one.name;
}

void settle(ToyRig& rig) {
    rig.want("web", old_image);
    rig.want("stay");
    rig.converge();
    rig.push("c2");
}

const std::vector<Case> cases{
    {"in_sync", settle, 0, 0, 0},
    {"removed_and_in_its_grace",
     [](ToyRig& rig) {
         settle(rig);
         rig.world.replaces_slowly = true;
         rig.world.grace = std::chrono::minutes{10};
         rig.drop("web");
         rig.run();
     },
     0, 0, 0},
    {"suspended",
     [](ToyRig& rig) {
         settle(rig);
         rig.facts.suspended[ToyRig::key("web")] = "by hand";
     },
     0, 0, 0},
    {"to_be_created",
     [](ToyRig& rig) {
         settle(rig);
         rig.want("new");
     },
     2, 2, 2},
    {"drifted",
     [](ToyRig& rig) {
         settle(rig);
         rig.world.find(ToyRig::key("stay"))->spec = {{"size", 9}};
     },
     2, 2, 2},
    {"being_replaced",
     [](ToyRig& rig) {
         settle(rig);
         rig.world.replaces_slowly = true;
         rig.world.proves_in = std::chrono::seconds{10};
         rig.wanted("web").spec = new_image;
         rig.run();
     },
     2, 2, 2},
    {"held",
     [](ToyRig& rig) {
         settle(rig);
         rig.wanted("web").data = true;
         rig.wanted("web").spec = new_image;
     },
     2, 2, 2},
    {"conflict",
     [](ToyRig& rig) {
         settle(rig);
         rig.world.add(ToyRig::key("new"), old_image, Owner::foreign);
         rig.want("new", old_image);
     },
     2, 2, 2},
    {"blocked",
     [](ToyRig& rig) {
         settle(rig);
         rig.want("new").needs = {{{"there", "App", "db"}, Until::ready, true}};
     },
     2, 2, 2},
    {"not_healthy",
     [](ToyRig& rig) {
         settle(rig);
         rig.world.find(ToyRig::key("web"))->ready = false;
     },
     2, 0, 2},
    {"failed_and_rolled_back",
     [](ToyRig& rig) {
         settle(rig);
         rig.world.replaces_slowly = true;
         rig.wanted("web").spec = {{"image", "b"}, {"broken", true}};
         rig.converge();
     },
     1, 1, 1},
    {"unreachable",
     [](ToyRig& rig) {
         settle(rig);
         rig.world.unreadable = Error{Errc::unavailable, "connection refused"};
     },
     1, 1, 1},
};

TargetStatus status_of(const Outcome& outcome) {
    TargetStatus status;
    status.name = "here";
    status.commit = outcome.plan.commit;
    status.resources = outcome.statuses;
    status.plan = outcome.plan;
    if (outcome.unreadable) status.word = word_for(*outcome.unreadable);
    return status;
}

class ExitCode : public ::testing::TestWithParam<Case> {};

TEST_P(ExitCode, IsTheSameForEveryCommandThatLooks) {
    ToyRig rig;
    GetParam().set(rig);
    rig.facts.policy.mode = Mode::observe;
    const Outcome outcome = rig.run();
    Overview overview;
    overview.targets.emplace("here", status_of(outcome));
    const json resources = http::resources_view(overview, "");
    EXPECT_EQ(exit_code_of_status(http::view_of(overview)), GetParam().status);
    EXPECT_EQ(exit_code_of(outcome.plan), GetParam().plan);
    EXPECT_EQ(exit_code_of_resources(resources["resources"]), GetParam().diff);
}

INSTANTIATE_TEST_SUITE_P(, ExitCode, ::testing::ValuesIn(cases),
                         [](const auto& chosen) { return chosen.param.name; });

/// A target in sync, and what else status may have to tell.
struct Telling {
    std::string name;
    std::function<void(Overview&)> set;
    int status;
};
void PrintTo(const Telling& one, std::ostream* out) {
    *out << one.name;
}

const std::vector<Telling> tellings{
    {"nothing", [](Overview&) {}, 0},
    {"a_note_in_its_manifests",
     [](Overview& all) {
         all.targets.at("here").findings = {{Finding::Severity::note, {"a.yaml"}, "ignored"}};
     },
     0},
    {"an_error_in_its_manifests",
     [](Overview& all) {
         all.targets.at("here").findings = {{Finding::Severity::error, {"a.yaml"}, "unknown key"}};
     },
     1},
    {"a_commit_that_was_not_looked_at_yet",
     [](Overview& all) { all.targets.at("here").commit = "c9"; }, 2},
    {"a_rewound_source", [](Overview& all) { all.sources["infra"].word = SourceWord::rewound; }, 0},
    {"a_source_that_cannot_be_read",
     [](Overview& all) { all.sources["infra"].word = SourceWord::auth_failed; }, 1},
    {"another_target_that_cannot_be_reached",
     [](Overview& all) { all.targets["there"].word = TargetWord::unreachable; }, 1},
    {"a_store_that_does_not_work", [](Overview& all) { all.store_works = false; }, 1},
};

class ExitCodeOfStatus : public ::testing::TestWithParam<Telling> {};

TEST_P(ExitCodeOfStatus, CountsAllThatItTells) {
    ToyRig rig;
    settle(rig);
    Overview overview;
    overview.targets.emplace("here", status_of(rig.run()));
    GetParam().set(overview);
    EXPECT_EQ(exit_code_of_status(http::view_of(overview)), GetParam().status);
}

INSTANTIATE_TEST_SUITE_P(, ExitCodeOfStatus, ::testing::ValuesIn(tellings),
                         [](const auto& chosen) { return chosen.param.name; });

}  // namespace
}  // namespace driftless::cli
