// What may happen to the file: crashes, damage, other versions, other daemons.
#include <sys/stat.h>

#include "daemon/store/schema.hpp"
#include "tests/store/store_fixture.hpp"

namespace driftless::testing {
namespace {

namespace fs = std::filesystem;

class StoreFile : public StoreTest {
protected:
    std::string file = folder.at("driftless.db");

    void damage() {
        store.reset();
        std::fstream bytes{file, std::ios::in | std::ios::out | std::ios::binary};
        bytes.seekp(4'096);
        bytes << std::string(12'288, '\x5A');
    }
    std::vector<std::string> set_aside() {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator{folder.path()}) {
            const std::string name = entry.path().filename();
            if (name.find("damaged") != name.npos) names.push_back(name);
        }
        return names;
    }
};

TEST_F(StoreFile, ASecondOwnerIsRefused) {
    const auto second = open();
    ASSERT_TRUE(second.failed());
    EXPECT_EQ(second.error().code, Errc::conflict);
    EXPECT_NE(second.error().message.find("another driftless"), std::string::npos);
    store.reset();
    EXPECT_TRUE(open().ok());
}

TEST_F(StoreFile, AReaderSeesWhatTheOwnerWroteAndCanWriteNothing) {
    settle(action_on_web(Verb::create), done_with("id-1"));
    auto reader = open(Access::read_only);
    ASSERT_TRUE(reader.ok()) << reader.error().message;
    EXPECT_EQ(run((*reader)->recall("mini1"))->inventory.size(), 1u);
    EXPECT_EQ(run((*reader)->took_tip("infra", "c", "")).error().code, Errc::unavailable);
    settle(action_on_web(Verb::remove), Done{});
    EXPECT_TRUE(run((*reader)->recall("mini1"))->inventory.empty());
}

TEST_F(StoreFile, AReaderWithoutADatabaseRemembersNothingAndMakesNone) {
    const TempFolder empty;
    auto reader = open_store(empty.path(), Access::read_only, *lane, clock);
    ASSERT_TRUE(reader.ok()) << reader.error().message;
    EXPECT_TRUE(run((*reader)->recall("mini1"))->first_contact);
    EXPECT_FALSE((*reader) == nullptr);
    EXPECT_TRUE(run((*reader)->confirm("mini1", "h")).failed());
    EXPECT_TRUE(fs::is_empty(empty.path()));
}

TEST_F(StoreFile, IsClosedToOthers) {
    settle(action_on_web(Verb::create), done_with("id-1"));
    for (const char* name : {"driftless.db", "driftless.db-wal", "lock"}) {
        struct stat about {};
        ASSERT_EQ(::stat(folder.at(name).c_str(), &about), 0) << name;
        EXPECT_EQ(about.st_mode & 077, 0u) << name;
    }
}

/// A copy taken while the store is open is what a power cut leaves on the disk.
TEST_F(StoreFile, WhatWasSettledOutlivesAPowerCut) {
    settle(action_on_web(Verb::create), done_with("id-1"));
    const Step step{{action_on_web(Verb::replace)}};
    ASSERT_TRUE(run(store->intend("r2", step)).ok());
    const TempFolder after;
    for (const char* name : {"driftless.db", "driftless.db-wal"}) {
        fs::copy_file(folder.at(name), after.at(name));
    }
    auto opened = open_store(after.path(), Access::own, *lane, clock);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    EXPECT_EQ(run((*opened)->recall("mini1"))->inventory.at(web_key()).id, "id-1");
    EXPECT_EQ(run((*opened)->history("", 9))->front().phase, "intended");
    EXPECT_EQ((*opened)->lost(), "");
}

TEST_F(StoreFile, AQuietRunWritesNothing) {
    settle(action_on_web(Verb::create), done_with("id-1"));
    Outcome quiet = clean_outcome();
    quiet.worked.emplace(web_key(), "digest-1");
    record(quiet);
    const auto before = fs::file_size(folder.at("driftless.db-wal"));
    record(quiet);
    EXPECT_EQ(fs::file_size(folder.at("driftless.db-wal")), before);
    EXPECT_EQ(recall().inventory.at(web_key()).good_digest, "digest-1");
}

/// The last state stood inside the entry in the first version.
TEST_F(StoreFile, AnOlderDatabaseKeepsWhatItHolds) {
    settle(action_on_web(Verb::create), done_with("id-1"));
    store.reset();
    {
        auto database = sqlite::Database::open(folder.at("driftless.db"), sqlite::Open::make);
        ASSERT_TRUE(database.ok());
        ASSERT_TRUE(database
                        ->execute("UPDATE inventory SET entry = "
                                  "json_set(entry, '$.lastState', json(last_state));"
                                  "ALTER TABLE inventory DROP COLUMN last_state;"
                                  "ALTER TABLE removed DROP COLUMN last_state;"
                                  "DROP TABLE verified; DROP TABLE learned;"
                                  "DROP TABLE suspended; DROP TABLE restore; DROP TABLE run;"
                                  "DROP TABLE author;"
                                  "DROP INDEX removed_of_key;"
                                  "ALTER TABLE history DROP COLUMN trigger;"
                                  "ALTER TABLE target DROP COLUMN after_outage;"
                                  "PRAGMA user_version = 1;")
                        .ok());
    }
    reopen();
    EXPECT_EQ(recall().inventory.at(web_key()).id, "id-1");
    settle(action_on_web(Verb::remove), Done{});
    store.reset();
    auto database = sqlite::Database::open(folder.at("driftless.db"), sqlite::Open::make);
    auto row = database->prepare("SELECT last_state FROM removed");
    ASSERT_TRUE(*row->step());
    EXPECT_EQ(json::parse(row->text(0)), declared_web().spec);
}

TEST_F(StoreFile, AHalfWrittenLogIsCutAtTheLastWholeCommit) {
    settle(action_on_web(Verb::create), done_with("id-1"));
    const auto whole = fs::file_size(folder.at("driftless.db-wal"));
    settle(action_on_web(Verb::remove), Done{});
    const TempFolder after;
    for (const char* name : {"driftless.db", "driftless.db-wal"}) {
        fs::copy_file(folder.at(name), after.at(name));
    }
    fs::resize_file(after.at("driftless.db-wal"), whole + 100);
    auto opened = open_store(after.path(), Access::own, *lane, clock);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    EXPECT_EQ(run((*opened)->recall("mini1"))->inventory.size(), 1u);
}

TEST_F(StoreFile, ADamagedFileIsSetAsideAndRemovalsWait) {
    settle(action_on_web(Verb::create), done_with("id-1"));
    record(clean_outcome());
    damage();
    reopen();
    EXPECT_NE(store->lost(), "");
    EXPECT_FALSE(set_aside().empty());
    EXPECT_TRUE(recall().inventory.empty());
    EXPECT_TRUE(recall().first_contact);
    EXPECT_NE(recall().hold_removals, "");
    record(clean_outcome());
    reopen();
    EXPECT_EQ(store->lost(), "") << "it was told";
    EXPECT_NE(recall().hold_removals, "") << "but nobody confirmed yet";
    ASSERT_TRUE(run(store->confirm("mini1", "h1")).ok());
    record(clean_outcome());
    reopen();
    EXPECT_EQ(recall().hold_removals, "");
    EXPECT_NE(recall("mini2").hold_removals, "");
}

TEST_F(StoreFile, ARewindDoesNotEndWhatALostDatabaseHolds) {
    damage();
    reopen();
    ASSERT_TRUE(run(store->hold_removals("mini1", "rewound")).ok());
    EXPECT_TRUE(recall().hold_removals.starts_with("rewound; "));
    ASSERT_TRUE(run(store->hold_removals("mini1", "")).ok());
    EXPECT_NE(recall().hold_removals, "");
}

TEST_F(StoreFile, WhatIsNoDatabaseIsSetAside) {
    store.reset();
    fs::remove(file + "-wal");
    write_file(file, "this is not a database, and long enough to be read as a page of one" +
                         std::string(5'000, '.'));
    reopen();
    EXPECT_NE(store->lost(), "");
    EXPECT_EQ(set_aside().size(), 1u);
}

TEST_F(StoreFile, ATruncatedFileIsSetAside) {
    settle(action_on_web(Verb::create), done_with("id-1"));
    store.reset();
    fs::resize_file(file, 5'000);
    reopen();
    EXPECT_NE(store->lost(), "");
}

TEST_F(StoreFile, ANewerVersionIsRefusedAndLeftAsItIs) {
    settle(action_on_web(Verb::create), done_with("id-1"));
    store.reset();
    const auto newer = std::to_string(schema_version() + 1);
    ASSERT_TRUE(sqlite::Database::open(file, sqlite::Open::make)
                    ->execute("PRAGMA user_version = " + newer)
                    .ok());
    for (const Access access : {Access::own, Access::read_only}) {
        const auto opened = open(access);
        ASSERT_TRUE(opened.failed());
        EXPECT_EQ(opened.error().code, Errc::invalid);
        EXPECT_NE(opened.error().message.find("version " + newer), std::string::npos);
    }
    EXPECT_TRUE(set_aside().empty());
}

TEST_F(StoreFile, AFolderThatCannotBeMadeIsUnavailable) {
    write_file(folder.at("plain"), "");
    const auto opened = open_store(folder.at("plain/state"), Access::own, *lane, clock);
    EXPECT_EQ(opened.error().code, Errc::unavailable);
}

/// The spec of what is wanted may be kept, with its marks; what is live may hold secrets in clear.
TEST_F(StoreFile, HoldsNoValueOfTheLiveState) {
    const std::string canary = "canary-5f1c9a";
    for (const Verb verb : {Verb::adopt, Verb::update, Verb::replace, Verb::remove}) {
        Action action = action_on_web(verb);
        action.have->spec = {{"env", {{"TOKEN", canary}}}};
        action.have->outputs = {{"token", canary}};
        action.fields = {{"/env/TOKEN", canary, canary, true}};
        const Step step{{action}};
        ASSERT_TRUE(run(store->intend("r1", step)).ok());
        settle(action, Done{});
        Outcome outcome = clean_outcome();
        outcome.plan.actions = {action};
        outcome.statuses[web_key()].fields = action.fields;
        outcome.posted[web_key()].outputs = action.have->outputs;
        outcome.worked[web_key()] = "d1";
        record(outcome);
        for (const auto& entry : fs::directory_iterator{folder.path()}) {
            EXPECT_EQ(read_file(entry.path()).find(canary), std::string::npos) << entry.path();
        }
    }
}

}  // namespace
}  // namespace driftless::testing
