#include "daemon/cli/waiting.hpp"

#include <gtest/gtest.h>

#include "daemon/http/views.hpp"

namespace driftless::cli {
namespace {

const std::string old_commit(40, 'a');
const std::string new_commit(40, 'b');

/// A source and two targets that have the new commit in force, all in sync.
Overview settled() {
    Overview overview;
    SourceStatus source;
    source.name = "infra";
    source.word = SourceWord::ok;
    source.tip = new_commit;
    overview.sources.emplace("infra", source);
    for (const char* name : {"mini1", "mini2"}) {
        TargetStatus target;
        target.name = name;
        target.source = "infra";
        target.commit = new_commit;
        target.plan.commit = new_commit;
        target.resources[{name, "toy.thing", "a"}].status = Status::in_sync;
        overview.targets.emplace(name, target);
    }
    return overview;
}

ResourceStatus& thing(Overview& overview) {
    return overview.targets.at("mini1").resources.begin()->second;
}

std::vector<Standing> look(Waiting& waiting, const Overview& overview) {
    return waiting.look(http::view_of(overview), http::resources_view(overview, ""));
}

struct Row {
    std::string name;
    void (*change)(Overview&);
    std::string mini1;  ///< its standing
    int code;
    bool over;
};

// Rows: name, what is otherwise than settled, how mini1 stands, the exit code, whether that is all.
const std::vector<Row> rows{
    {"settled", [](Overview&) {}, "done", 0, true},
    {"not_taken_yet", [](Overview& o) { o.targets.at("mini1").commit = old_commit; },
     "pending: aaaaaaaaaaaa is in force", 2, false},
    {"nothing_yet",
     [](Overview& o) {
         for (auto& [name, target] : o.targets) target.commit.clear();
         o.sources.at("infra").tip.clear();
     },
     "pending: no commit is in force", 2, false},
    {"source_away",
     [](Overview& o) {
         o.targets.at("mini1").commit = old_commit;
         o.sources.at("infra").word = SourceWord::stale;
         o.sources.at("infra").detail = "refused";
     },
     "pending: aaaaaaaaaaaa is in force; source infra is stale: refused", 2, false},
    {"taken_but_not_looked_at", [](Overview& o) { o.targets.at("mini1").plan.commit = old_commit; },
     "pending: begins", 2, false},
    {"under_way", [](Overview& o) { thing(o).status = Status::progressing; },
     "pending: 1 progressing", 2, false},
    {"unhealthy", [](Overview& o) { thing(o).status = Status::degraded; }, "pending: 1 degraded", 2,
     false},
    {"only_kept_for_its_grace",
     [](Overview& o) {
         thing(o).status = Status::progressing;
         thing(o).kept_until = net::WallTime{};
     },
     "done", 0, true},
    {"held",
     [](Overview& o) {
         thing(o).status = Status::held;
         o.targets.at("mini1").plan.held.emplace_back();
         o.targets.at("mini1").plan.held_hash = "beef";
     },
     "pending: 1 held for `driftless confirm beef`", 2, false},
    {"failed",
     [](Overview& o) {
         thing(o).status = Status::failed;
         thing(o).why = "no such image";
     },
     "failed: mini1/toy.thing/a: no such image", 1, true},
    {"commit_with_an_error",
     [](Overview& o) {
         o.targets.at("mini1").commit = old_commit;
         o.targets.at("mini1").findings = {
             {Finding::Severity::error, {"a.yaml", 3, 1}, "expected a number"}};
     },
     "failed: a.yaml:3:1: expected a number", 1, true},
    {"unreachable",
     [](Overview& o) {
         o.targets.at("mini1").word = TargetWord::unreachable;
         o.targets.at("mini1").detail = "refused";
     },
     "away: unreachable: refused", 1, false},
    {"suspended",
     [](Overview& o) {
         o.targets.at("mini1").word = TargetWord::suspended;
         o.targets.at("mini1").detail = "suspended until somebody resumes it";
     },
     "pending: suspended until somebody resumes it", 2, false},
};

class WaitingTest : public ::testing::TestWithParam<Row> {};

TEST_P(WaitingTest, TellsHowFarACommitIs) {
    Overview overview = settled();
    GetParam().change(overview);
    Waiting waiting{new_commit.substr(0, 7), ""};
    const auto all = look(waiting, overview);
    ASSERT_EQ(all.size(), 2U);
    const Standing& mini1 = all.front();
    EXPECT_EQ(std::string{name(mini1.state)} + (mini1.why.empty() ? "" : ": " + mini1.why),
              GetParam().mini1);
    EXPECT_EQ(exit_code_of(all), GetParam().code);
    EXPECT_EQ(is_over(all), GetParam().over);
}
INSTANTIATE_TEST_SUITE_P(, WaitingTest, ::testing::ValuesIn(rows),
                         [](const auto& row) { return row.param.name; });

TEST(Waiting, ACommitThatIsReplacedByAnotherIsNotWaitedForAnyMore) {
    Overview overview = settled();
    Waiting waiting{new_commit, "mini1"};
    thing(overview).status = Status::progressing;
    EXPECT_FALSE(is_over(look(waiting, overview)));
    overview.targets.at("mini1").commit = std::string(40, 'c');
    const auto all = look(waiting, overview);
    EXPECT_EQ(exit_code_of(all), 1);
    EXPECT_EQ(all.front().why, "cccccccccccc came in its place");
}

TEST(Waiting, TargetsOfOtherSourcesAreNotWaitedFor) {
    Overview overview = settled();
    SourceStatus other;
    other.name = "other";
    other.tip = old_commit;
    overview.sources.emplace("other", other);
    overview.targets.at("mini2").source = "other";
    overview.targets.at("mini2").commit = old_commit;
    TargetStatus lonely;
    lonely.name = "lonely";
    overview.targets.emplace("lonely", lonely);
    Waiting waiting{new_commit, ""};
    const auto all = look(waiting, overview);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(exit_code_of(all), 0);
}

TEST(Waiting, WhereNoTargetTakesCommitsNothingIsDone) {
    Waiting waiting{new_commit, ""};
    EXPECT_EQ(exit_code_of(look(waiting, Overview{})), 2);
}

}  // namespace
}  // namespace driftless::cli
