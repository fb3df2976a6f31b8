// The daemon dies at every moment of a change and is started again: same end state, no duplicate,
// nothing foreign touched, and then it is quiet. Once with its database, once without.
// Replay one death: DRIFTLESS_SWEEP=replacement:17:lost DRIFTLESS_TELL=1 sweep_tests
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/simulation/stage.hpp"

namespace driftless::test {
namespace {

enum class Database { kept, lost };

std::string word(Database database) {
    return database == Database::kept ? "kept" : "lost";
}
void PrintTo(Database database, std::ostream* out) {
    *out << "database " << word(database);
}

/// One stage, up to the moment where the change is pushed.
class Story {
public:
    explicit Story(const Scenario& tale) : scenario(tale), stage(tale.targets, tale.api_minor) {
        for (const auto& [tag, versions] : scenario.moved) stage.publish(tag, versions.first);
        if (scenario.before.empty()) return;
        stage.begin(scenario.before, std::chrono::minutes{1});
        stage.world.end();
    }
    /// @param moment  of the daemon's death; 0: it lives
    void change(std::size_t moment) {
        for (const auto& [tag, versions] : scenario.moved) stage.publish(tag, versions.second);
        stage.push(scenario.after);
        stage.world.fuse.set(moment);
        stage.world.start();
        stage.world.run_for(settled_after);
    }
    void come_back(Database database) {
        stage.world.end();
        stage.world.fuse.set(0);
        if (database == Database::lost) stage.world.lose_database();
        stage.world.start();
        stage.world.run_for(settled_after);
    }
    void expect_nobody_left_stopped() {
        for (const auto& group : scenario.served) {
            const bool served = std::ranges::any_of(group, [this](const std::string& name) {
                return stage.runs(name, scenario.targets.front());
            });
            EXPECT_TRUE(served) << group.front() << " is left stopped";
        }
    }

    const Scenario& scenario;
    Stage stage;
};

/// How it goes when nobody dies.
struct GoodRun {
    std::vector<std::string> trail;
    std::vector<std::size_t> moments;  ///< of the trail, from 1: each leaves something else behind
    std::vector<std::string> picture;
};

bool is_read(const std::string& moment) {
    return moment.find(" GET ") != std::string::npos;
}

bool is_write(const std::string& moment) {
    return moment.find("after ") == 0 || moment.find("settle") != std::string::npos;
}

GoodRun good_run(const Scenario& scenario) {
    Story story{scenario};
    story.change(0);
    GoodRun run{story.stage.world.fuse.trail(), {}, story.stage.picture()};
    EXPECT_EQ(story.stage.ours(), scenario.end);
    story.stage.expect_quiet();
    // After the last write and the look that follows it there are only more looks.
    constexpr std::size_t last_look = 12;
    std::size_t end = 0;
    for (std::size_t at = 0; at < run.trail.size(); ++at) {
        if (is_write(run.trail[at])) end = std::min(at + last_look, run.trail.size());
    }
    for (std::size_t at = 0; at < end; ++at) {  // between two reads nothing changes: the same death
        const bool same = at > 0 && is_read(run.trail[at]) && is_read(run.trail[at - 1]);
        if (!same) run.moments.push_back(at + 1);
    }
    return run;
}

void die_and_come_back(const Scenario& scenario, const GoodRun& good, std::size_t moment,
                       Database database) {
    Story story{scenario};
    story.change(moment);
    ASSERT_TRUE(story.stage.world.fuse.blown());
    story.come_back(database);
    story.expect_nobody_left_stopped();
    if (database == Database::lost && story.stage.world.confirm_all() > 0) {
        story.stage.world.run_for(settled_after);
    }
    EXPECT_EQ(story.stage.ours(), scenario.end);
    EXPECT_EQ(story.stage.picture(), good.picture);
    story.stage.expect_quiet();
}

/// What DRIFTLESS_SWEEP asks for: "replacement", "replacement:17", "replacement:17:lost".
struct Replay {
    std::string scenario;
    std::size_t moment = 0;
    std::string database;

    static Replay asked() {
        const char* text = std::getenv("DRIFTLESS_SWEEP");
        if (text == nullptr) return {};
        const std::string words{text};
        const std::size_t first = words.find(':');
        if (first == std::string::npos) return {words, 0, ""};
        const std::size_t second = words.find(':', first + 1);
        return {words.substr(0, first), std::stoul(words.substr(first + 1)),
                second == std::string::npos ? "" : words.substr(second + 1)};
    }
    [[nodiscard]] bool wants(const std::string& name, Database kept) const {
        return (scenario.empty() || scenario == name) &&
               (database.empty() || database == word(kept));
    }
    [[nodiscard]] bool wants(std::size_t at) const { return moment == 0 || moment == at; }
};

class CrashSweep : public ::testing::TestWithParam<std::tuple<Scenario, Database>> {};

TEST_P(CrashSweep, EndsTheSameWhereverTheDaemonDied) {
    const Scenario& scenario = std::get<0>(GetParam());
    const Database database = std::get<1>(GetParam());
    const Replay replay = Replay::asked();
    if (!replay.wants(scenario.name, database)) GTEST_SKIP() << "not what DRIFTLESS_SWEEP asks for";
    const GoodRun good = good_run(scenario);
    ASSERT_FALSE(HasFailure()) << scenario.name << ": even when nobody dies";
    ASSERT_FALSE(good.moments.empty());
    for (const std::size_t moment : good.moments) {
        if (!replay.wants(moment)) continue;
        SCOPED_TRACE(fmt::format("died {}; replay: DRIFTLESS_SWEEP={}:{}:{}",
                                 good.trail[moment - 1], scenario.name, moment, word(database)));
        die_and_come_back(scenario, good, moment, database);
    }
    RecordProperty("moments", static_cast<int>(good.moments.size()));
}

INSTANTIATE_TEST_SUITE_P(, CrashSweep,
                         ::testing::Combine(::testing::ValuesIn(scenarios()),
                                            ::testing::Values(Database::kept, Database::lost)),
                         [](const auto& chosen) {
                             return std::get<0>(chosen.param).name + "_" +
                                    word(std::get<1>(chosen.param));
                         });

}  // namespace
}  // namespace driftless::test
