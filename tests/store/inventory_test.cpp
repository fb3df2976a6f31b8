#include "daemon/store/inventory.hpp"

#include <functional>

#include "tests/store/store_fixture.hpp"

namespace driftless::testing {
namespace {

const net::WallTime now{std::chrono::hours{500'000}};

TEST(InventoryEntryText, KeepsEveryField) {
    InventoryEntry entry;
    entry.key = web_key();
    entry.id = "id";
    entry.collection = "containers";
    entry.manifest = {"mini1", "ComposeProject", "a/b"};
    entry.place = {"x.yaml", 4, 2};
    entry.commit = "c";
    entry.adopted = entry.protect = entry.data = true;
    entry.needs = {{web_key(), Until::completed, false}};
    entry.good_commit = "g";
    entry.good_digest = "gd";
    entry.bad_digest = "bd";
    entry.bad_reason = "why \"so\"\n";
    entry.repairs = {now, now + std::chrono::milliseconds{1}};
    entry.repaired_digest = "rd";
    entry.note = "url";
    const auto read = read_inventory_entry(entry.key, to_text(entry));
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(to_text(*read), to_text(entry));
    EXPECT_EQ(read->repairs, entry.repairs);
    EXPECT_EQ(read->needs, entry.needs);
    EXPECT_EQ(read->manifest, entry.manifest);
}

TEST(InventoryEntryText, WhatIsNotOursIsAnError) {
    for (const char* text : {"", "{", "[]", "{}", "null", R"({"id":7})"}) {
        EXPECT_EQ(read_inventory_entry(web_key(), text).error().code, Errc::internal) << text;
    }
}

TEST(EntryAfter, AnAdoptedThingStaysAdoptedUntilWeMakeItAnew) {
    const auto adopted = entry_after(nullptr, action_on_web(Verb::adopt), Done{}, now);
    ASSERT_TRUE(adopted);
    EXPECT_TRUE(adopted->adopted);
    EXPECT_EQ(adopted->id, "live-id");
    EXPECT_TRUE(entry_after(&*adopted, action_on_web(Verb::update), Done{}, now)->adopted);
    EXPECT_FALSE(
        entry_after(&*adopted, action_on_web(Verb::replace), done_with("n"), now)->adopted);
}

TEST(EntryAfter, RepairsAreCountedForOneContent) {
    Action repair = action_on_web(Verb::create);
    repair.repair = true;
    auto entry = entry_after(nullptr, repair, Done{}, now);
    for (int i = 1; i <= 12; ++i) {
        entry = entry_after(&*entry, repair, Done{}, now + std::chrono::minutes{i});
    }
    EXPECT_EQ(entry->repairs.size(), 10u) << "the latest ones";
    EXPECT_EQ(entry->repairs.back(), now + std::chrono::minutes{12});
    EXPECT_EQ(entry->repaired_digest, "d1");
    Action finish = repair;
    finish.verb = Verb::finish;
    EXPECT_EQ(entry_after(&*entry, finish, Done{}, now)->repairs.size(), 10u) << "not another one";
    repair.digest = "d2";
    EXPECT_EQ(entry_after(&*entry, repair, Done{}, now)->repairs.size(), 1u);
    Action change = action_on_web(Verb::update);
    EXPECT_EQ(entry_after(&*entry, change, Done{}, now)->repairs.size(), 10u);
}

TEST(EntryAfter, TheMarkOfAWellOneThatIsReplacedTellsWhatWorked) {
    Action replace = action_on_web(Verb::replace);
    replace.have->owner = Owner::ours;
    replace.have->commit = "marked";
    replace.have->ready = true;
    EXPECT_EQ(entry_after(nullptr, replace, done_with("n"), now)->good_commit, "marked");
    InventoryEntry remembered;
    remembered.good_commit = "worked";
    EXPECT_EQ(entry_after(&remembered, replace, done_with("n"), now)->good_commit, "worked");
    // Rows: what keeps the mark from being a witness.
    const std::vector<std::function<void(Action&)>> rows{
        [](Action& action) { action.verb = Verb::finish; },
        [](Action& action) { action.have->owner = Owner::kin; },
        [](Action& action) { action.have->ready = false; },
        [](Action& action) { action.have->health = Health::unhealthy; },
        [](Action& action) { action.have->unfinished = "replacing"; },
    };
    for (const auto& spoil : rows) {
        Action other = replace;
        spoil(other);
        EXPECT_EQ(entry_after(nullptr, other, done_with("n"), now)->good_commit, "");
    }
}

TEST(EntryAfter, OlderContentThatFailsTooDoesNotClearTheNewer) {
    InventoryEntry before;
    before.bad_digest = "newer";
    Action back = action_on_web(Verb::create);
    back.back = true;
    Done failed;
    failed.content_failed = true;
    EXPECT_EQ(entry_after(&before, back, failed, now)->bad_digest, "newer");
}

TEST(EntryAfter, ContentThatIsTriedAgainIsNotBadUntilItFailsAgain) {
    InventoryEntry before;
    const Action again = action_on_web(Verb::replace);
    before.bad_digest = again.digest;
    before.bad_reason = "never healthy";
    Done begun;
    begun.done = false;
    EXPECT_EQ(entry_after(&before, again, begun, now)->bad_digest, "");
    EXPECT_EQ(entry_after(&before, action_on_web(Verb::finish), begun, now)->bad_digest,
              again.digest);
}

TEST(EntryAfter, ContentThatFailedIsNotTheLastState) {
    InventoryEntry before;
    before.last_state = "worked";
    Done failed;
    failed.content_failed = true;
    EXPECT_EQ(entry_after(&before, action_on_web(Verb::replace), failed, now)->last_state,
              "worked");
}

}  // namespace
}  // namespace driftless::testing
