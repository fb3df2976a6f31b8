#include <gtest/gtest.h>

#include "tests/reconcilers/plan_scene.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;

class PlanRules : public ::testing::TestWithParam<PlanCase> {};

TEST_P(PlanRules, Hold) {
    Scene scene;
    GetParam().set(scene);
    const auto lines = lines_of(scene.plan());
    EXPECT_TRUE(begin_as(lines, GetParam().lines)) << testing::PrintToString(lines);
}

const json small{{"size", 1}};
const json big{{"size", 2}};
const json old_image{{"image", "a"}};
const json new_image{{"image", "b"}};

const std::vector<PlanCase> what_there_is{
    {"absent_is_created",
     [](Scene& s) { s.want("web"); },
     {"create web: web.yaml:1:1 asks for it"}},
    {"same_is_in_sync", [](Scene& s) { s.settled("web"); }, {"in_sync web"}},
    {"other_value_is_updated",
     [](Scene& s) {
         s.settled("web");
         s.wants[0].spec = big;
     },
     {"update web: web.yaml:1:1 asks for it"}},
    {"a_field_that_cannot_change_in_place_replaces",
     [](Scene& s) {
         s.entry("web");
         s.live("web", old_image);
         s.want("web", new_image);
     },
     {"replace web"}},
    {"a_replacement_that_takes_long_is_held",
     [](Scene& s) {
         s.rules[Scene::kind].replacement_waits = true;
         s.entry("web");
         s.live("web", old_image);
         s.want("web", new_image);
     },
     {"held replace web: it can't be changed in place"}},
    {"each_spec_has_rules_of_its_own",
     [](Scene& s) {
         static const FieldRules ignoring_size{{.path = "/size", .as = Compare::ignored}};
         static const FieldRules none;
         s.rules[Scene::kind].fields_of = [](const json& spec) -> const FieldRules& {
             return spec.value("lax", false) ? ignoring_size : none;
         };
         s.settled("lax");
         s.settled("web");
         s.wants[0].spec = {{"size", 2}, {"lax", true}};
         s.lives[0].spec = {{"size", 1}, {"lax", true}};
         s.wants[1].spec = big;
     },
     {"update web", "in_sync lax"}},
    {"changed_by_hand_is_drift",
     [](Scene& s) {
         s.settled("web");
         s.lives[0].spec = big;
     },
     {"update web: drift"}},
    {"gone_by_hand_is_drift",
     [](Scene& s) {
         s.entry("web");
         s.want("web");
     },
     {"create web: drift"}},
    {"what_agrees_by_digest_needs_no_spec",
     [](Scene& s) {
         s.settled("web");
         s.lives[0].spec = nullptr;
         s.lives[0].agrees_with = digest_of(small);
     },
     {"in_sync web"}},
    {"another_digest_without_a_spec_is_unknown",
     [](Scene& s) {
         s.settled("web");
         s.lives[0].spec = nullptr;
         s.lives[0].agrees_with = digest_of(big);
     },
     {"unknown web"}},
    {"an_ignored_path_is_no_drift",
     [](Scene& s) {
         s.settled("web");
         s.lives[0].spec = big;
         s.wants[0].ignore = {"/size"};
     },
     {"in_sync web"}},
    {"protect_on_the_object_alone_is_no_change",
     [](Scene& s) {
         s.settled("web");
         s.lives[0].protect = true;
     },
     {"in_sync web"}},
    {"what_is_left_alone_rests",
     [](Scene& s) {
         s.settled("web");
         s.lives[0].spec = big;
         s.lives[0].left_alone = "paused";
     },
     {"suspended web: paused"}},
    {"unhealthy_is_degraded",
     [](Scene& s) {
         s.settled("web");
         s.lives[0].health = Health::unhealthy;
         s.lives[0].detail = "no";
     },
     {"degraded web: no"}},
    {"starting_is_progressing",
     [](Scene& s) {
         s.settled("web");
         s.lives[0].health = Health::starting;
         s.lives[0].ready = false;
     },
     {"progressing web"}},
    {"what_did_its_work_is_in_sync",
     [](Scene& s) {
         s.settled("web");
         s.lives[0].completed = true;
         s.lives[0].ready = false;
     },
     {"in_sync web"}},
    {"a_failed_read_is_unknown_never_absent",
     [](Scene& s) {
         s.settled("web");
         s.unreadable = Error{Errc::unavailable, "refused"};
     },
     {"unknown web: refused"}},
    {"a_collection_that_nobody_read_is_unknown",
     [](Scene& s) { s.want("web").collection = "others"; },
     {"unknown web: others was not read"}},
    {"unfinished_goes_first_whatever_differs",
     [](Scene& s) {
         s.entry("web");
         s.live("web", old_image).unfinished = "replacing";
         s.want("web", new_image);
     },
     {"finish web: replacing"}},
    {"unfinished_with_nothing_to_do_rests",
     [](Scene& s) {
         s.entry("web");
         s.want("web", new_image);
         Live& live = s.live("web", new_image);
         live.unfinished = "replacing";
         live.idle_until = s.facts.now;
     },
     {"progressing web: replacing"}},
    {"unfinished_goes_on_where_git_wants_something_else",
     [](Scene& s) {
         s.entry("web");
         s.want("web", old_image);
         Live& live = s.live("web", new_image);
         live.unfinished = "replacing";
         live.idle_until = s.facts.now;
     },
     {"finish web: replacing"}},
    {"unfinished_is_never_held",
     [](Scene& s) {
         s.facts.first_contact = true;
         s.live("web", big).unfinished = "replacing";
         s.want("web");
     },
     {"finish web"}},
    {"suspended_rests",
     [](Scene& s) {
         s.want("web");
         s.facts.suspended[Scene::key("web")] = "by hand";
     },
     {"suspended web: by hand"}},
    {"a_suspended_manifest_rests",
     [](Scene& s) {
         s.want("web");
         s.facts.suspended[Scene::app("web")] = "by hand";
     },
     {"suspended web"}},
    {"a_suspended_target_rests",
     [](Scene& s) {
         s.want("web");
         s.facts.suspended[{"here", "", ""}] = "by hand";
     },
     {"suspended web"}},
    {"what_we_run_on_is_not_replaced",
     [](Scene& s) {
         s.entry("web");
         s.live("web", old_image).self = true;
         s.want("web", new_image);
     },
     {"held web: driftless itself runs on it"}},
    {"outside_the_scope_nothing_is_said",
     [](Scene& s) {
         s.want("web");
         s.want("api");
         s.facts.scope = {false, {Scene::key("api")}, false};
     },
     {"create api"}},
};
INSTANTIATE_TEST_SUITE_P(WhatThereIs, PlanRules, ::testing::ValuesIn(what_there_is), case_name);

const std::vector<PlanCase> what_we_did_not_make{
    {"kin_and_equal_is_adopted",
     [](Scene& s) {
         s.want("web");
         s.live("web", small, Owner::kin);
     },
     {"adopt web"}},
    {"kin_and_different_is_held",
     [](Scene& s) {
         s.want("web");
         s.live("web", big, Owner::kin);
     },
     {"held update web: somebody else made it"}},
    {"kin_in_a_place_of_the_inventory_is_drift",
     [](Scene& s) {
         s.entry("web");
         s.want("web");
         s.live("web", big, Owner::kin).id = "other";
     },
     {"update web: drift"}},
    {"kin_remade_and_equal_is_adopted_anew",
     [](Scene& s) {
         s.entry("web");
         s.want("web");
         s.live("web", small, Owner::kin).id = "other";
     },
     {"adopt web"}},
    {"adopted_by_inventory_is_ours",
     [](Scene& s) {
         s.settled("web");
         s.lives[0].owner = Owner::kin;
         s.entry("web").adopted = true;
     },
     {"in_sync web"}},
    {"foreign_in_the_place_is_a_conflict",
     [](Scene& s) {
         s.want("web");
         s.live("web", small, Owner::foreign);
     },
     {"conflict web: web is there and is not ours"}},
    {"foreign_that_a_person_gave_us_is_adopted",
     [](Scene& s) {
         s.want("web");
         s.live("web", small, Owner::foreign);
         s.facts.adopt = {Scene::key("web")};
     },
     {"adopt web"}},
    {"foreign_and_different_that_a_person_gave_us_is_changed",
     [](Scene& s) {
         s.want("web");
         s.live("web", big, Owner::foreign);
         s.facts.adopt = {Scene::key("web")};
     },
     {"update web"}},
    {"foreign_that_the_inventory_names_is_ours",
     [](Scene& s) {
         s.settled("web");
         s.lives[0].owner = Owner::foreign;
     },
     {"in_sync web"}},
    {"foreign_that_holds_a_claim_is_a_conflict",
     [](Scene& s) {
         s.want("web").claims = {"port 80"};
         s.live("nginx", small, Owner::foreign).claims = {"port 80"};
     },
     {"conflict web: nginx is there"}},
    {"a_holder_that_a_person_gave_us_is_replaced",
     [](Scene& s) {
         s.want("web", new_image).claims = {"port 80"};
         s.live("nginx", old_image, Owner::foreign).claims = {"port 80"};
         s.facts.adopt = {Scene::key("web")};
     },
     {"replace web"}},
    {"first_contact_creates_and_adopts_at_once",
     [](Scene& s) {
         s.facts.first_contact = true;
         s.want("web");
         s.want("api");
         s.live("api", small, Owner::kin);
     },
     {"adopt api", "create web"}},
    {"first_contact_holds_changes_of_what_was_there",
     [](Scene& s) {
         s.facts.first_contact = true;
         s.want("web");
         s.live("web", big);
     },
     {"held update web: it was here before"}},
    {"first_contact_changes_what_we_made_since",
     [](Scene& s) {
         s.facts.first_contact = true;
         s.settled("web");
         s.lives[0].spec = big;
     },
     {"update web"}},
    {"first_contact_holds_changes_of_what_we_adopted",
     [](Scene& s) {
         s.facts.first_contact = true;
         s.settled("web");
         s.entry("web").adopted = true;
         s.lives[0].spec = big;
     },
     {"held update web"}},
    {"our_mark_counts_without_the_inventory",
     [](Scene& s) {
         s.want("web");
         s.live("web");
     },
     {"adopt web"}},
    {"our_mark_is_repaired_without_the_inventory",
     [](Scene& s) {
         s.want("web");
         s.live("web", big);
     },
     {"update web"}},
    {"was_takes_over_without_removal",
     [](Scene& s) {
         s.dropped("old");
         s.want("web").was = {Scene::key("old")};
     },
     {"adopt web"}},
    {"was_takes_over_and_changes",
     [](Scene& s) {
         s.dropped("old");
         s.want("web", big).was = {Scene::key("old")};
     },
     {"update web"}},
    {"was_leaves_what_is_still_declared",
     [](Scene& s) {
         s.settled("old");
         s.want("web").was = {Scene::key("old")};
     },
     {"create web", "in_sync old"}},
    {"taken_over_before_is_known_by_its_id",
     [](Scene& s) {
         s.entry("web").id = "id-old";
         s.live("old");
         s.want("web");
     },
     {"in_sync web"}},
};
INSTANTIATE_TEST_SUITE_P(WhatWeDidNotMake, PlanRules, ::testing::ValuesIn(what_we_did_not_make),
                         case_name);

void failed_before(Scene& s) {
    s.entry("web", old_image);
    s.entry("web").bad_digest = digest_of(new_image);
    s.entry("web").bad_reason = "never healthy";
    s.want("web", new_image);
}
void fall_back(Scene& s) {
    failed_before(s);
    Declared earlier = s.wants[0];
    earlier.spec = old_image;
    s.facts.fallback.emplace(Scene::key("web"), earlier);
}
void tried_later(Scene& s) {
    s.entry("web", old_image);
    s.want("web", new_image);
    Declared earlier = s.wants[0];
    earlier.spec = old_image;
    s.facts.fallback.emplace(Scene::key("web"), earlier);
    s.facts.later.emplace(Scene::key("web"), "no answer");
}
void fight(Scene& s, std::chrono::minutes ago) {
    s.settled("web");
    s.lives[0].spec = big;
    InventoryEntry& entry = s.entry("web");
    entry.repaired_digest = digest_of(small);
    for (const auto before : {8min, 4min, 0min})
        entry.repairs.push_back(s.facts.now - ago - before);
}

const std::vector<PlanCase> content{
    {"bad_content_rests_where_nothing_worked_before",
     [](Scene& s) {
         failed_before(s);
         s.live("web", new_image);
     },
     {"failed web: never healthy"}},
    {"bad_content_is_rolled_back",
     [](Scene& s) {
         fall_back(s);
         s.live("web", new_image).unfinished = "replacing";
     },
     {"finish back web"}},
    {"what_worked_comes_to_its_end_and_does_not_go_back",
     [](Scene& s) {
         fall_back(s);
         s.live("web", old_image).unfinished = "replacing";
     },
     {"finish web"}},
    {"rolled_back_it_rests_as_failed",
     [](Scene& s) {
         fall_back(s);
         s.live("web", old_image);
     },
     {"failed web: never healthy"}},
    {"drift_is_repaired_towards_what_worked",
     [](Scene& s) {
         fall_back(s);
         s.live("web", {{"image", "x"}});
     },
     {"replace web: drift"}},
    {"what_is_tried_later_rests_with_what_worked",
     [](Scene& s) {
         tried_later(s);
         s.live("web", old_image);
     },
     {"failed web: no answer"}},
    {"what_came_about_though_its_answer_was_lost_waits_for_nothing",
     [](Scene& s) {
         tried_later(s);
         s.live("web", new_image);
     },
     {"in_sync web"}},
    {"unfinished_bad_content_goes_back_even_without_a_memory",
     [](Scene& s) {
         failed_before(s);
         s.live("web", old_image).unfinished = "replacing";
     },
     {"finish back web"}},
    {"a_person_may_have_it_tried_again",
     [](Scene& s) {
         fall_back(s);
         s.live("web", old_image);
         s.facts.retry = {Scene::key("web")};
     },
     {"replace web: web.yaml:1:1"}},
    {"other_content_is_tried",
     [](Scene& s) {
         fall_back(s);
         s.live("web", old_image);
         s.wants[0].spec = {{"image", "c"}};
     },
     {"replace web"}},
    {"three_repairs_in_ten_minutes_are_a_fight",
     [](Scene& s) { fight(s, 5min); },
     {"contended web"}},
    {"one_try_an_hour", [](Scene& s) { fight(s, 60min); }, {"update web: drift"}},
    {"a_fight_that_a_person_ends",
     [](Scene& s) {
         fight(s, 5min);
         s.facts.retry = {Scene::key("web")};
     },
     {"update web: drift"}},
    {"new_content_ends_a_fight",
     [](Scene& s) {
         fight(s, 5min);
         s.wants[0].spec = {{"size", 3}};
     },
     {"update web: web.yaml:1:1"}},
    {"slow_repairs_are_no_fight",
     [](Scene& s) {
         fight(s, 5min);
         s.entry("web").repairs[0] -= 10min;
     },
     {"update web: drift"}},
};
INSTANTIATE_TEST_SUITE_P(Content, PlanRules, ::testing::ValuesIn(content), case_name);

TEST(Plan, SharesWhatIsInSyncAndStripsWhatIsNot) {
    Scene scene;
    scene.settled("web");
    scene.want("api");
    scene.live("api", {{"size", 1}, {"secret", "s3cret"}}, Owner::foreign);
    scene.lives.back().claims = {"name api"};
    scene.wants.back().claims = {"name api"};
    const Plan plan = scene.plan();  // the reads are gone
    ASSERT_EQ(plan.resting.size(), 2U);
    EXPECT_EQ(plan.resting[0].status, Status::conflict);
    EXPECT_EQ(plan.resting[0].have->id, "id-api");
    EXPECT_TRUE(plan.resting[0].have->spec.is_null());
    EXPECT_EQ(plan.resting[1].status, Status::in_sync);
    EXPECT_EQ(plan.resting[1].have->id, "id-web");
}

}  // namespace
}  // namespace driftless::test
