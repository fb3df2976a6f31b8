// One call to Cloudflare after the other, reads too, meets each fault once: nothing of others is
// touched at any moment, the end is the same as without, and then it is quiet.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/simulation/stage.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;

/// From the change on: first its calls, one of which meets the fault, then time to mend it.
constexpr auto long_enough = 30min;

struct Case {
    std::string name;
    CloudflareFault fault;
};
void PrintTo(const Case& one, std::ostream* out) {
    *out << one.name;
}

/// A change, and how many of its calls matter: then there are only more looks.
struct Change {
    std::string scenario;
    std::size_t calls;
};
const std::vector<Change> changes{
    {"records", 8}, {"tunnels", 24}, {"access", 36}, {"pages", 30}, {"rules", 12}};
void PrintTo(const Change& one, std::ostream* out) {
    *out << one.scenario;
}

using OnCall = std::function<CloudflareFault(std::size_t)>;

/// Lets the change happen. @param on_call  decides for the nth call, from 1
void change(Stage& stage, const Scenario& scenario, const OnCall& on_call) {
    stage.begin(scenario.before, 1min);
    std::size_t calls = 0;
    stage.world.cloudflare()->faults().choose = [&calls, on_call](const CloudflareRequest&) {
        return on_call(++calls);
    };
    stage.push(scenario.after);
    stage.world.run_for(long_enough);
    stage.world.cloudflare()->faults().choose = nullptr;
}

class CloudflareFaultSweep : public ::testing::TestWithParam<std::tuple<Change, Case>> {};

TEST_P(CloudflareFaultSweep, EndsTheSameWhicheverCallMeetsIt) {
    const auto& [tried, met] = GetParam();
    const Scenario& scenario = *std::ranges::find(scenarios(), tried.scenario, &Scenario::name);
    std::size_t count = 0;
    Stage good{scenario.targets};
    change(good, scenario, [&count](std::size_t call) {
        count = call;
        return CloudflareFault::none;
    });
    ASSERT_GT(count, 2U);
    const std::size_t last = std::min(count, tried.calls);
    for (std::size_t bad = 1; bad <= last; ++bad) {
        SCOPED_TRACE(fmt::format("call {} of {} meets {}", bad, last, met.name));
        Stage stage{scenario.targets};
        const CloudflareFault fault = met.fault;
        change(stage, scenario, [bad, fault](std::size_t call) {
            return call == bad ? fault : CloudflareFault::none;
        });
        EXPECT_EQ(stage.picture(), good.picture());
        stage.expect_quiet();
    }
}

std::vector<Case> cases() {
    return {{"refused", CloudflareFault::refused},
            {"rate_limited", CloudflareFault::rate_limited},
            {"rate_limited_bare", CloudflareFault::rate_limited_bare},
            {"forbidden", CloudflareFault::forbidden},
            {"server_error", CloudflareFault::server_error},
            {"bad_gateway", CloudflareFault::bad_gateway},
            {"html", CloudflareFault::html},
            {"half_body", CloudflareFault::half_body},
            {"lost_reply", CloudflareFault::lost_reply},
            {"silence", CloudflareFault::silence},
            {"effect_and_silence", CloudflareFault::effect_and_silence}};
}

INSTANTIATE_TEST_SUITE_P(, CloudflareFaultSweep,
                         ::testing::Combine(::testing::ValuesIn(changes),
                                            ::testing::ValuesIn(cases())),
                         [](const auto& chosen) {
                             return std::get<0>(chosen.param).scenario + "_" +
                                    std::get<1>(chosen.param).name;
                         });

}  // namespace
}  // namespace driftless::test
