#include "daemon/store/sqlite.hpp"

#include "daemon/store/schema.hpp"
#include "daemon/store/sql_store.hpp"
#include "tests/store/store_fixture.hpp"

namespace driftless::testing {
namespace {

using sqlite::Database;
using sqlite::Open;
using sqlite::Transaction;

class Sqlite : public ::testing::Test {
protected:
    void SetUp() override {
        auto opened = Database::open(folder.at("x.db"), Open::make);
        ASSERT_TRUE(opened.ok());
        database.emplace(*std::move(opened));
        ASSERT_TRUE(database->execute("CREATE TABLE t (a TEXT, b INTEGER)").ok());
    }
    Result<void> insert(std::string_view text, std::int64_t number) {
        auto statement = database->prepare("INSERT INTO t VALUES (?, ?)");
        if (!statement) return std::move(statement).error();
        return statement->bind(text).bind(number).run();
    }

    TempFolder folder;
    std::optional<Database> database;
};

TEST_F(Sqlite, GivesBackWhatWasBound) {
    const std::string odd("a\0b'\"", 5);
    ASSERT_TRUE(insert(odd, std::numeric_limits<std::int64_t>::min()).ok());
    auto row = database->prepare("SELECT a, b, NULL FROM t");
    ASSERT_TRUE(row.ok());
    EXPECT_TRUE(*row->step());
    EXPECT_EQ(row->text(0), odd);
    EXPECT_EQ(row->number(1), std::numeric_limits<std::int64_t>::min());
    EXPECT_TRUE(row->is_null(2));
    EXPECT_EQ(row->text(2), "");
    EXPECT_FALSE(*row->step());
}

TEST_F(Sqlite, WhatIsNotCommittedIsUndone) {
    {
        auto transaction = Transaction::begin(*database);
        ASSERT_TRUE(transaction.ok());
        ASSERT_TRUE(insert("a", 1).ok());
    }
    EXPECT_EQ(*database->number("SELECT count(*) FROM t"), 0);
    auto transaction = Transaction::begin(*database);
    ASSERT_TRUE(transaction.ok());
    ASSERT_TRUE(insert("a", 1).ok());
    ASSERT_TRUE(transaction->commit().ok());
    EXPECT_EQ(*database->number("SELECT count(*) FROM t"), 1);
}

TEST_F(Sqlite, FaultsOfOursAreToldFromThoseOfTheDisk) {
    EXPECT_EQ(database->execute("SELEKT").error().code, Errc::internal);
    EXPECT_EQ(database->prepare("SELECT x FROM t").error().code, Errc::internal);
    EXPECT_EQ(Database::open("/nowhere/x.db", Open::make).error().code, Errc::unavailable);
}

TEST_F(Sqlite, AFullDiskIsUnavailableAndUndoesTheStep) {
    auto opened = Database::open(folder.at("store.db"), Open::make);
    ASSERT_TRUE(opened.ok());
    ASSERT_TRUE(migrate(*opened, "").ok());
    const auto pages = *opened->number("PRAGMA page_count");
    ASSERT_TRUE(opened->execute("PRAGMA max_page_count = " + std::to_string(pages)).ok());
    asio::io_context io;
    VirtualClock clock;
    const auto lane = net::make_inline_lane(io.get_executor());
    SqlStore store{*std::move(opened), std::nullopt, "", *lane, clock};
    Action large = action_on_web(Verb::create);
    large.want->spec["big"] = std::string(100'000, 'x');
    const Step step{{large}};
    const Results results{done_with("id")};
    const auto settled = run_on(io, clock, store.settle("r1", step, results));
    ASSERT_TRUE(settled.failed());
    EXPECT_EQ(settled.error().code, Errc::unavailable) << settled.error().message;
    EXPECT_TRUE(run_on(io, clock, store.history("", 9))->empty()) << "all of it or nothing";
    EXPECT_TRUE(run_on(io, clock, store.recall("mini1")).ok()) << "reading goes on";
}

}  // namespace
}  // namespace driftless::testing
