#include <gtest/gtest.h>

#include "tests/reconcilers/plan_scene.hpp"

namespace driftless::test {
namespace {

class PlanOrder : public ::testing::TestWithParam<PlanCase> {};

TEST_P(PlanOrder, Hold) {
    Scene scene;
    GetParam().set(scene);
    const auto lines = lines_of(scene.plan());
    EXPECT_TRUE(begin_as(lines, GetParam().lines)) << testing::PrintToString(lines);
}

const Need needs_db{Scene::key("db"), Until::ready, true};
const Need may_need_db{Scene::key("db"), Until::ready, false};
const json small{{"size", 1}};
const json big{{"size", 2}};
const json old_image{{"image", "a"}};
const json new_image{{"image", "b"}};

const std::vector<PlanCase> removals{
    {"dropped_is_removed",
     [](Scene& s) {
         s.settled("web");
         s.dropped("api");
     },
     {"remove api: git dropped it", "in_sync web"}},
    {"prune_off_leaves_it",
     [](Scene& s) {
         s.settled("web");
         s.dropped("api");
         s.facts.policy.prune = false;
     },
     {"in_sync web"}},
    {"nothing_is_removed_while_git_is_unknown",
     [](Scene& s) {
         s.dropped("api");
         s.known = false;
     },
     {"unknown api: what git wants"}},
    {"nothing_is_removed_when_git_is_empty",
     [](Scene& s) { s.dropped("api"); },
     {"held api: git declares nothing at all"}},
    {"foreign_is_never_removed",
     [](Scene& s) {
         s.settled("web");
         s.live("nginx", small, Owner::foreign);
         s.live("kin", small, Owner::kin);
     },
     {"in_sync web"}},
    {"nothing_is_removed_after_a_failed_read",
     [](Scene& s) {
         s.settled("web");
         s.dropped("api");
         s.other_reads.emplace("others", Error{Errc::unavailable, "refused"});
     },
     {"blocked api: a part of this target", "in_sync web"}},
    {"an_unread_collection_is_unknown",
     [](Scene& s) {
         s.settled("web");
         s.entry("api").collection = "others";
         s.other_reads.emplace("others", Error{Errc::unavailable, "refused"});
     },
     {"unknown api: refused", "in_sync web"}},
    {"a_mark_with_its_commit_is_witness_enough",
     [](Scene& s) {
         s.settled("web");
         s.live("api").commit = "c1";
     },
     {"remove api", "in_sync web"}},
    {"without_an_earlier_commit_it_is_held",
     [](Scene& s) {
         s.settled("web");
         s.live("api");
     },
     {"held remove api: no earlier commit", "in_sync web"}},
    {"the_same_commit_is_no_earlier_one",
     [](Scene& s) {
         s.settled("web");
         s.dropped("api");
         s.entry("api").commit = "c2";
     },
     {"held remove api: this same commit", "in_sync web"}},
    {"remade_by_others_is_held",
     [](Scene& s) {
         s.settled("web");
         s.dropped("api");
         s.lives[1].owner = Owner::kin;
         s.lives[1].id = "x";
     },
     {"held remove api: somebody made it anew", "in_sync web"}},
    {"first_contact_holds_removals",
     [](Scene& s) {
         s.settled("web");
         s.live("api").commit = "c1";
         s.facts.first_contact = true;
     },
     {"held remove api: it was here before", "in_sync web"}},
    {"an_outage_holds_removals",
     [](Scene& s) {
         s.settled("web");
         s.dropped("api");
         s.facts.after_outage = true;
     },
     {"held remove api: the target was away", "in_sync web"}},
    {"a_rewind_holds_removals",
     [](Scene& s) {
         s.settled("web");
         s.dropped("api");
         s.facts.hold_removals = "force-pushed";
     },
     {"held remove api: force-pushed", "in_sync web"}},
    {"data_is_held",
     [](Scene& s) {
         s.settled("web");
         s.dropped("db");
         s.entry("db").data = true;
     },
     {"held remove db: it holds data", "in_sync web"}},
    {"protected_by_the_inventory_is_held",
     [](Scene& s) {
         s.settled("web");
         s.dropped("db");
         s.entry("db").protect = true;
     },
     {"held remove db: it is protected", "in_sync web"}},
    {"protected_by_its_mark_is_held",
     [](Scene& s) {
         s.settled("web");
         s.dropped("db").protect = true;
     },
     {"held remove db: it is protected", "in_sync web"}},
    {"what_we_run_on_is_never_removed",
     [](Scene& s) {
         s.settled("web");
         s.dropped("driftless").self = true;
         s.facts.confirmed = {"whatever"};
     },
     {"held driftless: driftless itself runs on it", "in_sync web"}},
    {"a_begun_removal_is_finished_unheld",
     [](Scene& s) {
         s.settled("web");
         s.dropped("api").unfinished = "kept for 10 min";
         s.facts.hold_removals = "force-pushed";
     },
     {"finish api: kept", "in_sync web"}},
    {"a_removal_in_its_grace_rests",
     [](Scene& s) {
         s.settled("web");
         Live& api = s.dropped("api");
         api.unfinished = "removed, and kept";
         api.kept = true;
         api.idle_until = s.facts.now + std::chrono::minutes{10};
     },
     {"progressing api: removed, and kept", "in_sync web"}},
    {"a_removal_in_its_grace_is_none_of_a_person_s_business",
     [](Scene& s) {
         s.settled("web");
         Live& api = s.dropped("api");
         api.unfinished = "removed, and kept";
         api.kept = true;
         api.idle_until = s.facts.now + std::chrono::minutes{10};
         s.facts.hold_removals = "force-pushed";
     },
     {"progressing api: removed, and kept", "in_sync web"}},
    {"suspended_is_not_removed",
     [](Scene& s) {
         s.settled("web");
         s.dropped("api");
         s.facts.suspended[Scene::key("api")] = "no";
     },
     {"suspended api: no", "in_sync web"}},
    {"data_is_not_replaced",
     [](Scene& s) {
         s.entry("db");
         s.live("db", old_image);
         s.want("db", new_image).data = true;
     },
     {"held replace db: it holds data"}},
    {"data_is_updated_in_place",
     [](Scene& s) {
         s.settled("db");
         s.wants[0].data = true;
         s.wants[0].spec = big;
     },
     {"update db"}},
    {"new_data_waits_while_older_of_its_name_is_there",
     [](Scene& s) {
         s.want("shop.data").data = true;
         s.dropped("old.data");
         s.entry("old.data").data = true;
     },
     {"held remove old.data",
      "held create shop.data: here/toy.thing/old.data of here/App/old.data"}},
    {"new_data_goes_when_the_older_is_still_declared",
     [](Scene& s) {
         s.want("shop.data").data = true;
         s.settled("old.data");
         s.entry("old.data").data = true;
     },
     {"create shop.data", "in_sync old.data"}},
};
INSTANTIATE_TEST_SUITE_P(Removals, PlanOrder, ::testing::ValuesIn(removals), case_name);

void drop_many(Scene& s, int count, const std::string& manifest = "") {
    for (int i = 0; i < count; ++i) {
        const std::string name = fmt::format("x{}", i);
        s.dropped(name);
        if (!manifest.empty()) s.of(name, manifest);
    }
}

json values(int first, int last) {
    json list = json::array();
    for (int value = first; value <= last; ++value) list.push_back(value);
    return {{"values", std::move(list)}};
}
/// A set of values, as it is and as git wants it.
void changed_set(Scene& s, const json& have, const json& want) {
    s.rules[Scene::kind].count = [](const json& spec) {
        return spec.contains("values") ? spec["values"].size() : 1;
    };
    s.settled("web");
    s.entry("set", have);
    s.live("set", have);
    if (!want.is_null()) s.want("set", want);
}

const std::vector<PlanCase> brake{
    {"a_set_may_lose_as_many_values_as_are_allowed",
     [](Scene& s) { changed_set(s, values(1, 5), values(1, 2)); },
     {"update set", "in_sync web"}},
    {"each_value_that_a_set_loses_counts",
     [](Scene& s) {
         changed_set(s, values(1, 5), values(1, 1));
         s.want("new");
     },
     {"create new", "held update set: 4 removals in one run", "in_sync web"}},
    {"values_that_others_take_the_place_of_do_not_count",
     [](Scene& s) { changed_set(s, values(1, 5), values(6, 10)); },
     {"update set", "in_sync web"}},
    {"values_and_things_count_together",
     [](Scene& s) {
         changed_set(s, values(1, 4), values(1, 2));
         drop_many(s, 2, "web");
     },
     {"held update set: 4 removals", "held remove x0: 4 removals", "held remove x1",
      "in_sync web"}},
    {"a_set_that_goes_counts_with_all_its_values",
     [](Scene& s) {
         changed_set(s, values(1, 4), nullptr);
         s.of("set", "web");
     },
     {"held remove set: 4 removals", "in_sync web"}},
    {"a_set_of_a_vanished_manifest_counts_once",
     [](Scene& s) { changed_set(s, values(1, 4), nullptr); },
     {"remove set", "in_sync web"}},
    {"as_many_as_allowed_go",
     [](Scene& s) {
         s.settled("web");
         drop_many(s, 3);
     },
     {"remove x0", "remove x1", "remove x2", "in_sync web"}},
    {"one_over_and_all_are_held",
     [](Scene& s) {
         s.settled("web");
         drop_many(s, 4);
         s.want("new");
     },
     {"create new", "held remove x0: 4 removals in one run", "held remove x1", "held remove x2",
      "held remove x3", "in_sync web"}},
    {"a_vanished_manifest_counts_once",
     [](Scene& s) {
         s.settled("web");
         drop_many(s, 5, "gone");
     },
     {"remove x0", "remove x1", "remove x2", "remove x3", "remove x4", "in_sync web"}},
    {"each_object_of_a_staying_manifest_counts",
     [](Scene& s) {
         s.settled("web");
         drop_many(s, 4, "web");
     },
     {"held remove x0: 4 removals", "held remove x1", "held remove x2", "held remove x3",
      "in_sync web"}},
    {"all_that_the_target_held_is_held",
     [](Scene& s) {
         s.want("new");
         drop_many(s, 1);
     },
     {"create new", "held remove x0: it would remove all that we hold"}},
    {"all_of_a_staying_manifest_that_held_three_is_held",
     [](Scene& s) {
         s.settled("web");
         drop_many(s, 3, "zone");
         s.facts_manifests = {Scene::app("zone")};
     },
     {"held remove x0: it would remove all 3 things", "held remove x1", "held remove x2",
      "in_sync web"}},
    {"all_of_a_staying_manifest_that_held_two_goes",
     [](Scene& s) {
         s.settled("web");
         drop_many(s, 2, "zone");
         s.facts_manifests = {Scene::app("zone")};
     },
     {"remove x0", "remove x1", "in_sync web"}},
    {"what_is_held_anyway_is_not_counted",
     [](Scene& s) {
         s.settled("web");
         drop_many(s, 4);
         s.entry("x0").data = true;
     },
     {"remove x1", "remove x2", "remove x3", "held remove x0: it holds data", "in_sync web"}},
    {"a_look_at_some_keys_counts_the_others_too",
     [](Scene& s) {
         s.settled("web");
         drop_many(s, 4);
         s.facts.scope = {false, {Scene::key("x0")}, false};
     },
     {"held remove x0: 4 removals"}},
};
INSTANTIATE_TEST_SUITE_P(Brake, PlanOrder, ::testing::ValuesIn(brake), case_name);

/// `a` takes the port of `b`, and `b` that of `a`.
void swap(Scene& s, const json& have = old_image, const json& want = new_image) {
    for (const std::string name : {"a", "b"}) {
        s.entry(name, have == want ? small : have);
        s.live(name, have == want ? small : have).claims = {"port " + name};
        s.want(name, want).claims = {name == "a" ? "port b" : "port a"};
    }
}
/// Its replacement began; its new one is not there yet.
void out_of_service(Live& live) {
    live.unfinished = "out of service";
    live.kept = true;
    live.gave_up = std::exchange(live.claims, {});
}

const std::vector<PlanCase> waiting{
    {"a_dependency_goes_first_and_is_looked_at",
     [](Scene& s) {
         s.want("db");
         s.want("web").needs = {needs_db};
     },
     {"create db", "blocked web: waits until here/toy.thing/db is ready"}},
    {"existing_is_enough_where_asked",
     [](Scene& s) {
         s.want("db");
         s.want("a").needs = {{Scene::key("db"), Until::exists, true}};
     },
     {"create db", "create a"}},
    {"some_kinds_are_ready_when_made",
     [](Scene& s) {
         s.rules[Scene::kind].ready_when_done = true;
         s.want("db");
         s.want("a").needs = {needs_db};
     },
     {"create db", "create a"}},
    {"a_manifest_is_needed_as_a_whole",
     [](Scene& s) {
         s.settled("db");
         s.want("db2");
         s.of("db2", "db");
         s.want("web").needs = {{Scene::app("db"), Until::ready, true}};
     },
     {"create db2", "in_sync db", "blocked web: waits until here/toy.thing/db2"}},
    {"a_manifest_without_resources_is_no_obstacle",
     [](Scene& s) {
         s.facts_manifests = {Scene::app("empty")};
         s.want("web").needs = {{Scene::app("empty"), Until::ready, true}};
     },
     {"create web"}},
    {"a_ready_dependency_is_no_obstacle",
     [](Scene& s) {
         s.settled("db");
         s.want("web").needs = {needs_db};
     },
     {"create web", "in_sync db"}},
    {"an_unhealthy_dependency_is",
     [](Scene& s) {
         s.settled("db");
         s.lives[0].ready = false;
         s.want("web").needs = {needs_db};
     },
     {"degraded db", "blocked web"}},
    {"not_a_held_one_that_works",
     [](Scene& s) {
         s.want("db");
         s.live("db", big, Owner::kin);
         s.want("web").needs = {needs_db};
     },
     {"create web", "held update db"}},
    {"a_dependency_in_conflict_is",
     [](Scene& s) {
         s.want("db");
         s.live("db", small, Owner::foreign);
         s.want("web").needs = {needs_db};
     },
     {"conflict db", "blocked web"}},
    {"completed_is_asked_for",
     [](Scene& s) {
         s.settled("db");
         s.want("web").needs = {{Scene::key("db"), Until::completed, true}};
     },
     {"in_sync db", "blocked web: waits until here/toy.thing/db is completed"}},
    {"an_optional_dependency_that_failed_is_no_obstacle",
     [](Scene& s) {
         s.settled("db");
         s.lives[0].ready = false;
         s.want("web").needs = {may_need_db};
     },
     {"create web", "degraded db"}},
    {"an_optional_dependency_under_way_is",
     [](Scene& s) {
         s.settled("db");
         s.lives[0].health = Health::starting;
         s.want("web").needs = {may_need_db};
     },
     {"progressing db", "blocked web"}},
    {"another_target_is_asked_on_the_board",
     [](Scene& s) {
         s.want("web").needs = {{{"there", "App", "db"}, Until::ready, true}};
     },
     {"blocked web: waits until there/App/db is ready: not seen yet"}},
    {"another_target_that_is_ready",
     [](Scene& s) {
         s.facts.board.post({"there", "App", "db"}, {.exists = true, .ready = true});
         s.want("web").needs = {{{"there", "App", "db"}, Until::ready, true}};
     },
     {"create web"}},
    {"a_late_value_that_is_not_there_blocks",
     [](Scene& s) {
         s.want("web", {{"url", late_mark({{"there", "App", "db"}, "url"})}});
     },
     {"blocked web: waits for output url of there/App/db"}},
    {"a_field_that_does_not_exist_fails",
     [](Scene& s) {
         s.facts.board.post({"there", "App", "db"}, {.exists = true, .ready = true});
         s.want("web", {{"url", late_mark({{"there", "App", "db"}, "url"})}});
     },
     {"failed web: output url of there/App/db: there is no such field"}},
    {"removal_goes_in_reverse",
     [](Scene& s) {
         s.settled("stay");
         s.dropped("a");
         s.dropped("db");
         s.facts.inventory[Scene::key("db")].needs = {{Scene::key("a"), Until::ready, true}};
     },
     {"remove db", "remove a", "in_sync stay"}},
    {"what_another_target_still_needs_stays",
     [](Scene& s) {
         s.settled("stay");
         s.dropped("db");
         s.facts.board.set_needs("there", {{{"there", "toy.thing", "web"}, {Scene::app("db")}}});
     },
     {"blocked db: there/toy.thing/web still needs it", "in_sync stay"}},
    {"a_dependency_stays_while_its_dependent_is_held",
     [](Scene& s) {
         s.settled("stay");
         s.dropped("net");
         s.dropped("db");
         s.entry("db").data = true;
         s.entry("db").needs = {{Scene::key("net"), Until::exists, true}};
     },
     {"held remove db", "blocked net: here/toy.thing/db still needs it", "in_sync stay"}},
    {"a_dependency_goes_after_its_dependent_changed",
     [](Scene& s) {
         s.settled("web");
         s.wants[0].spec = big;
         s.entry("web").needs = {{Scene::key("net"), Until::exists, true}};
         s.dropped("net");
     },
     {"update web", "remove net"}},
    {"a_claim_is_freed_right_before",
     [](Scene& s) {
         s.want("new").claims = {"port 80"};
         s.want("also");
         s.dropped("old").claims = {"port 80"};
         s.dropped("other");
         s.settled("stay");
     },
     {"create also", "remove old", "create new", "remove other", "in_sync stay"}},
    {"a_held_removal_blocks_its_successor",
     [](Scene& s) {
         s.want("new").claims = {"port 80"};
         s.dropped("old").claims = {"port 80"};
         s.settled("stay");
         s.entry("old").protect = true;
     },
     {"held remove old",
      "blocked new: waits for port 80: here/toy.thing/old holds it, and its removal or change is "
      "held",
      "in_sync stay"}},
    {"nothing_makes_room_for_what_cannot_come",
     [](Scene& s) {
         Declared& want = s.want("new");
         want.claims = {"port 80"};
         want.needs = {{{"there", "App", "db"}, Until::ready, true}};
         s.dropped("old").claims = {"port 80"};
         s.settled("stay");
     },
     {"blocked new: waits until there/App/db",
      "blocked old: stays until here/toy.thing/new can take over", "in_sync stay"}},
    {"a_claim_of_a_declared_one_waits_for_its_change",
     [](Scene& s) {
         s.entry("a");
         s.live("a").claims = {"port 80"};
         s.want("a", big);
         s.want("z").claims = {"port 80"};
     },
     {"update a", "create z"}},
    {"claims_in_a_circle_block_where_a_kind_cannot_step_aside",
     [](Scene& s) { swap(s); },
     {"blocked a: it waits for itself in a circle", "blocked b"}},
    {"of_two_that_swap_claims_one_makes_room",
     [](Scene& s) {
         swap(s);
         s.rules[Scene::kind].steps_aside = true;
     },
     {"replace a: a.yaml:1:1 asks for it; makes room for here/toy.thing/b first", "replace b"}},
    {"a_change_in_place_becomes_a_replacement_to_make_room",
     [](Scene& s) {
         swap(s, big, big);
         s.rules[Scene::kind].steps_aside = true;
     },
     {"replace a: a.yaml:1:1 asks for it; makes room", "update b"}},
    {"data_never_makes_room",
     [](Scene& s) {
         swap(s, big, big);
         s.rules[Scene::kind].steps_aside = true;
         s.wants[0].data = true;
     },
     {"replace b: b.yaml:1:1 asks for it; makes room", "update a"}},
    {"what_a_person_confirmed_otherwise_never_makes_room",
     [](Scene& s) {
         swap(s, big, big);
         s.rules[Scene::kind].steps_aside = true;
         for (const std::string name : {"a", "b"}) s.entry(name).adopted = true;
         s.facts.first_contact = true;
         s.facts.confirmed = {s.plan().held_hash};
     },
     {"blocked a: it waits for itself in a circle", "blocked b"}},
    {"what_others_need_does_not_make_room",
     [](Scene& s) {
         swap(s);
         s.rules[Scene::kind].steps_aside = true;
         s.wants[1].needs = {{Scene::key("a"), Until::ready, true}};
     },
     {"replace b: b.yaml:1:1 asks for it; makes room for here/toy.thing/a first", "replace a"}},
    {"three_in_a_circle",
     [](Scene& s) {
         const std::vector<std::string> names{"a", "b", "c"};
         for (std::size_t i = 0; i < names.size(); ++i) {
             s.entry(names[i], old_image);
             s.live(names[i], old_image).claims = {"port " + names[i]};
             s.want(names[i], new_image).claims = {"port " + names[(i + 1) % 3]};
         }
         s.rules[Scene::kind].steps_aside = true;
     },
     {"replace a: a.yaml:1:1 asks for it; makes room for here/toy.thing/c first", "replace c",
      "replace b"}},
    {"nobody_makes_room_for_what_cannot_come",
     [](Scene& s) {
         swap(s);
         s.rules[Scene::kind].steps_aside = true;
         s.wants[1].needs = {{{"there", "App", "db"}, Until::ready, true}};
     },
     {"blocked a: stays until here/toy.thing/b can go", "blocked b: waits until there/App/db"}},
    {"what_made_room_comes_last",
     [](Scene& s) {
         swap(s);
         out_of_service(s.lives[0]);
     },
     {"replace b", "finish a: out of service"}},
    {"what_made_room_comes_once_its_place_is_free",
     [](Scene& s) {
         swap(s);
         out_of_service(s.lives[0]);
         s.lives[1].claims = {"port a"};
         s.lives[1].spec = new_image;
     },
     {"finish a: out of service", "in_sync b"}},
    {"what_made_room_in_vain_comes_back",
     [](Scene& s) {
         swap(s);
         out_of_service(s.lives[0]);
         s.entry("b").data = true;
         s.wants[1].data = true;
     },
     {"finish back a: comes back: waits for port b: here/toy.thing/b holds it", "held replace b"}},
    {"what_cannot_come_back_says_who_is_there",
     [](Scene& s) {
         swap(s);
         out_of_service(s.lives[0]);
         s.entry("b").data = true;
         s.wants[1].data = true;
         s.settled("c");
         s.lives[2].claims = {"port a"};
     },
     {"held replace b",
      "blocked a: waits for port b: here/toy.thing/b holds it, and its removal or change is held; "
      "the one before can't come back: here/toy.thing/c holds port a",
      "in_sync c"}},
    {"the_place_of_the_one_before_stays_free_until_the_new_one_is_proven",
     [](Scene& s) {
         s.entry("a", old_image);
         s.want("a", new_image).claims = {"port b"};
         Live& live = s.live("a", new_image);
         live.claims = {"port b"};
         live.gave_up = {"port a"};
         live.unfinished = "replacing";
         live.idle_until = s.facts.now;
         s.want("c").claims = {"port a"};
     },
     {"progressing a", "blocked c: waits for port a: here/toy.thing/a may come back to it"}},
    {"nobody_takes_the_place_of_one_that_goes_back",
     [](Scene& s) {
         s.entry("a", old_image).bad_digest = digest_of(new_image);
         s.want("a", new_image).claims = {"port b"};
         Live& live = s.live("a", new_image);
         live.claims = {"port b"};
         live.gave_up = {"port a"};
         live.unfinished = "replacing";
         s.want("c").claims = {"port a"};
     },
     {"finish back a", "blocked c: waits for port a: here/toy.thing/a comes back with it"}},
    {"one_whose_place_was_taken_cannot_go_back",
     [](Scene& s) {
         s.entry("a", old_image).bad_digest = digest_of(new_image);
         s.want("a", new_image).claims = {"port b"};
         Live& live = s.live("a", new_image);
         live.claims = {"port b"};
         live.gave_up = {"port a"};
         live.unfinished = "replacing";
         s.settled("c");
         s.lives[1].claims = {"port a"};
     },
     {"blocked a: replacing; the one before can't come back: here/toy.thing/c holds port a",
      "in_sync c"}},
    {"replacements_go_one_after_the_other",
     [](Scene& s) {
         for (const std::string name : {"a", "b", "c"}) {
             s.entry(name);
             s.live(name, old_image);
             s.want(name, new_image);
         }
     },
     {"replace a", "blocked b: replacements go one after the other", "blocked c"}},
    {"one_under_way_counts",
     [](Scene& s) {
         for (const std::string name : {"a", "b"}) {
             s.entry(name);
             s.live(name, old_image);
             s.want(name, new_image);
         }
         s.lives[1].unfinished = "replacing";
     },
     {"finish b", "blocked a: replacements go one after the other"}},
    {"one_that_only_waits_counts",
     [](Scene& s) {
         for (const std::string name : {"a", "b"}) {
             s.entry(name);
             s.live(name, old_image);
             s.want(name, new_image);
         }
         s.lives[1].spec = new_image;
         s.lives[1].unfinished = "replacing";
         s.lives[1].idle_until = s.facts.now;
     },
     {"blocked a: replacements go one after the other", "progressing b: replacing"}},
    {"of_those_with_one_lock_one_changes_at_a_time",
     [](Scene& s) {
         s.settled("web");
         s.want("a").lock = "server";
         s.want("b").lock = "server";
         s.want("c").lock = "another";
     },
     {"create a", "create c", "blocked b: waits for here/toy.thing/a: one change at a time",
      "in_sync web"}},
    {"what_is_under_way_has_the_lock",
     [](Scene& s) {
         s.settled("web");
         s.settled("b");
         s.lives[1].lock = "server";
         s.lives[1].unfinished = "updating";
         s.lives[1].idle_until = s.facts.now + std::chrono::hours{1};
         s.want("a").lock = "server";
     },
     {"blocked a: waits for here/toy.thing/b", "progressing b: updating", "in_sync web"}},
    {"a_removal_takes_its_turn_at_the_lock",
     [](Scene& s) {
         s.settled("web");
         s.want("a").lock = "server";
         s.dropped("b").lock = "server";
     },
     {"create a", "blocked b: waits for here/toy.thing/a: one change at a time", "in_sync web"}},
};
INSTANTIATE_TEST_SUITE_P(Waiting, PlanOrder, ::testing::ValuesIn(waiting), case_name);

}  // namespace
}  // namespace driftless::test
