// One write after the other meets each fault once: same end state as without, and then it is quiet.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/simulation/stage.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;

struct Case {
    std::string scenario;
    std::string name;
    Fault fault;
};
void PrintTo(const Case& one, std::ostream* out) {
    *out << one.scenario << " " << one.name;
}

const Scenario& scenario_of(const std::string& name) {
    return *std::ranges::find(scenarios(), name, &Scenario::name);
}

/// Lets the change happen. @param on_write  decides for the nth write, from 1, of all engines
void change(Stage& stage, const Scenario& scenario,
            const std::function<Fault(std::size_t)>& on_write) {
    if (!scenario.before.empty()) {
        stage.begin(scenario.before, 1min);
        stage.push(scenario.after);
    }
    std::size_t writes = 0;
    for (const auto& [target, engine] : stage.world.engines()) {
        engine->fault = [&writes, on_write](const EngineRequest& request) {
            return request.writes() ? on_write(++writes) : Fault::none;
        };
    }
    if (scenario.before.empty()) {
        stage.push(scenario.after);
        stage.world.start();
    }
    for (int minute = 0; minute < 4; ++minute) {
        stage.world.run_for(1min);
        for (const auto& [target, engine] : stage.world.engines())
            engine->start();  // should it be stopped
    }
    stage.world.run_for(settled_after);
    for (const auto& [target, engine] : stage.world.engines()) engine->fault = nullptr;
}

class FaultSweep : public ::testing::TestWithParam<Case> {};

TEST_P(FaultSweep, EndsTheSameWhicheverWriteMeetsIt) {
    const Scenario& scenario = scenario_of(GetParam().scenario);
    std::size_t count = 0;
    Stage good{scenario.targets};
    change(good, scenario, [&count](std::size_t write) {
        count = write;
        return Fault::none;
    });
    ASSERT_GT(count, 0U);
    for (std::size_t bad = 1; bad <= count; ++bad) {
        SCOPED_TRACE(
            fmt::format("{}: write {} of {} meets {}", scenario.name, bad, count, GetParam().name));
        Stage stage{scenario.targets, scenario.api_minor};
        change(stage, scenario,
               [&](std::size_t write) { return write == bad ? GetParam().fault : Fault::none; });
        EXPECT_EQ(stage.ours(), scenario.end);
        EXPECT_EQ(stage.picture(), good.picture());
        stage.expect_quiet();
    }
}

std::vector<Case> cases() {
    const std::vector<std::pair<std::string, Fault>> faults{
        {"refusal", Fault::refused},
        {"lost_reply", Fault::lost_reply},
        {"server_error", Fault::server_error},
        {"silence", Fault::silence},
        {"effect_and_silence", Fault::effect_and_silence}};
    std::vector<Case> all;
    for (const char* scenario : {"create", "update", "replacement", "removal", "rename"}) {
        for (const auto& [name, fault] : faults) all.push_back({scenario, name, fault});
    }
    return all;
}

INSTANTIATE_TEST_SUITE_P(, FaultSweep, ::testing::ValuesIn(cases()), [](const auto& chosen) {
    return chosen.param.scenario + "_" + chosen.param.name;
});

TEST(EngineRestart, InMidApplyLosesNothing) {
    for (const char* name : {"create", "replacement", "five_replaced"}) {
        const Scenario& scenario = scenario_of(name);
        std::size_t count = 0;
        Stage good{scenario.targets};
        change(good, scenario, [&count](std::size_t write) {
            count = write;
            return Fault::none;
        });
        for (std::size_t bad = 1; bad <= count; ++bad) {
            SCOPED_TRACE(fmt::format("{}: the engine stops at write {} of {}", name, bad, count));
            Stage stage{scenario.targets, scenario.api_minor};
            change(stage, scenario, [&](std::size_t write) {
                if (write == bad) stage.world.engine().stop();
                return Fault::none;
            });
            EXPECT_EQ(stage.ours(), scenario.end);
            EXPECT_EQ(stage.picture(), good.picture());
            stage.world.clear_logs();
            stage.world.run_for(quiet_for);
            EXPECT_EQ(stage.world.writes(), std::vector<std::string>{});
        }
    }
}

}  // namespace
}  // namespace driftless::test
