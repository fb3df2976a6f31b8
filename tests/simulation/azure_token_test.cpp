// Nobody gives a token for Azure, by the whole daemon: an app registration, whose tokens the
// simulated Microsoft Entra gives, or doesn't.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/simulation/azure_scene.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string app_path = "/providers/Microsoft.App/containerApps/api";
const std::string environment_route = "PUT Microsoft.App/managedEnvironments";

/// How the token endpoint is away, and what a person reads then.
struct Away {
    std::string name;
    AzureFault fault;
    TargetWord word;
    std::string told;
};
void PrintTo(const Away& away, std::ostream* out) {
    *out << away.name;
}

class AzureToken : public AzureDaemonTest {
protected:
    AzureToken() {
        azure.habits().tokens_end = true;
        world.fetch_tokens();
    }
    void let_none_be_had(AzureFault fault) {
        azure.faults().choose = [fault](const arm::Request& request) {
            return request.route == "TOKEN" ? fault : AzureFault::none;
        };
    }
    /// The times between two of the last calls for a token: the shortest.
    std::chrono::nanoseconds shortest_pause() {
        std::chrono::nanoseconds shortest = 24h;
        std::optional<net::SteadyTime> before;
        for (const AzureLogged& logged : azure.log()) {
            if (logged.request.route != "TOKEN") continue;
            if (before)
                shortest = std::min<std::chrono::nanoseconds>(shortest, logged.at - *before);
            before = logged.at;
        }
        return shortest;
    }
};

class AzureTokenAway : public AzureToken, public ::testing::WithParamInterface<Away> {};

TEST_P(AzureTokenAway, NothingIsSentThatIsToldAndAllGoesOnWhenItIsBack) {
    begin(azure_group + azure_environment + azure_app("api", "web:1"), 40min);
    ASSERT_THAT(unsettled(), IsEmpty());
    let_none_be_had(GetParam().fault);
    world.run_for(2h);  // the last one is over
    azure.clear_log();
    push(azure_group + azure_environment + azure_identity);
    world.run_for(1h);
    EXPECT_EQ(azure.call_count(), azure.calls()["TOKEN"]);  // nothing else
    EXPECT_GT(azure.calls()["TOKEN"], 3u);
    EXPECT_GE(shortest_pause(), 10s);
    EXPECT_TRUE(azure.has(id(app_path)));
    EXPECT_EQ(world.status(prod).word, GetParam().word) << world.status(prod).detail;
    EXPECT_THAT(world.status(prod).detail,
                AllOf(HasSubstr("get a token for app driftless of tenant "),
                      HasSubstr(GetParam().told), Not(HasSubstr("right"))));
    azure.faults().choose = nullptr;
    world.run_for(40min);
    EXPECT_FALSE(azure.has(id(app_path)));
    EXPECT_EQ(world.status(prod).word, TargetWord::ok) << world.status(prod).detail;
    expect_quiet();
}

std::vector<Away> aways() {
    return {{"refused", AzureFault::refused, TargetWord::unreachable, "connection refused"},
            {"silence", AzureFault::silence, TargetWord::unreachable, "no answer"},
            {"html", AzureFault::page, TargetWord::unreachable, "no JSON"},
            {"html_503", AzureFault::unavailable, TargetWord::unreachable, "HTTP 503"},
            {"server_error", AzureFault::server_error, TargetWord::unreachable, "HTTP 500"},
            {"throttled", AzureFault::throttled, TargetWord::throttled, "HTTP 429"}};
}

INSTANTIATE_TEST_SUITE_P(, AzureTokenAway, ::testing::ValuesIn(aways()),
                         [](const auto& chosen) { return chosen.param.name; });

/// Lists go out side by side: one of them fetches the token, the others wait for that.
TEST_F(AzureToken, IsFetchedOnceForAllWhoNeedIt) {
    begin(
        azure_group + azure_environment + azure_app("api", "web:1") + azure_identity + azure_server,
        20min);
    EXPECT_EQ(azure.calls()["TOKEN"], 1u);
    expect_quiet();
    world.run_for(3h);
    EXPECT_LE(azure.calls()["TOKEN"], 8u);  // one at each half of an hour
}

TEST_F(AzureToken, EndsInMidOperationAndTheNextOneAsksOn) {
    azure.habits().token_lives = 40s;
    begin(azure_group + azure_environment + azure_app("api", "web:1"), 40min);
    EXPECT_GT(azure.calls()["TOKEN"], 3u);
    EXPECT_EQ(azure.calls()[environment_route], 1u);
    expect_quiet();
}

TEST_F(AzureToken, EndsInMidOperationAndNoneIsToBeHadForHours) {
    azure.habits().token_lives = 40s;
    begin(azure_group + azure_environment + azure_app("api", "web:1"), 1min);
    ASSERT_THAT(writes(), Contains(environment_route));
    let_none_be_had(AzureFault::refused);
    world.run_for(3h);  // the operation is over meanwhile
    EXPECT_EQ(world.status(prod).word, TargetWord::unreachable) << world.status(prod).detail;
    azure.faults().choose = nullptr;
    world.run_for(1h);
    EXPECT_EQ(azure.calls()[environment_route], 1u);
    EXPECT_EQ(azure.ids("Microsoft.App/containerApps").size(), 1u);
    expect_quiet();
}

/// Without a token nothing at all is known of a subscription; an engine knows nothing of that.
TEST(AzureTokenAndAnEngine, OneGoesOnWhileTheOtherGetsNoToken) {
    World world{{prod, "mini1"}};
    world.fetch_tokens();
    world.add_image("web:1", {});
    world.azure()->faults().choose = [](const arm::Request&) { return AzureFault::refused; };
    world.repository.push(
        {{"azure.yaml", azure_group},
         {"shop.yaml",
          "apiVersion: driftless/v1\nkind: ComposeProject\nmetadata: {name: shop}\n"
          "targets: [mini1]\nspec: {file: compose.yaml}\n"},
         {"compose.yaml", "services: {web: {image: \"web:1\"}}\n"}});
    world.start();
    world.run_for(5min);
    EXPECT_EQ(world.status(prod).word, TargetWord::unreachable) << world.status(prod).detail;
    EXPECT_EQ(world.resource("mini1/docker.container/shop.web.1").status, Status::in_sync);
    EXPECT_EQ(world.azure()->call_count(), world.azure()->calls()["TOKEN"]);
    world.azure()->faults().choose = nullptr;
    world.run_for(1h);
    EXPECT_TRUE(world.azure()->has(world.azure()->group_id("rg-app")));
}

}  // namespace
}  // namespace driftless::test
