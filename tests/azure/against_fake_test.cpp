// Our calls against the simulated Resource Manager, which answers as the service does.
#include <gmock/gmock.h>

#include "providers/azure/cached_tokens.hpp"
#include "providers/azure/operations.hpp"
#include "providers/azure/pace.hpp"
#include "tests/support/fake_azure.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const std::string scope = "https://management.azure.com/.default";

class AgainstFakeAzure : public ::testing::Test {
protected:
    Result<AccessToken> fetch(TokenSource& source) {
        return testing::run_on(io, clock, source.fetch(scope, ""));
    }

    net::asio::io_context io;
    testing::VirtualClock clock;
    test::FakeAzure azure{clock};
    net::Pacers pacers{io.get_executor(), clock};
};

TEST_F(AgainstFakeAzure, EachWayLeadsToAToken) {
    const EntraApp app{"https://login.microsoftonline.com", azure.tenant(), "c"};
    std::vector<std::unique_ptr<TokenSource>> ways;
    ways.push_back(make_machine_identity(azure.transport(), ""));
    ways.push_back(
        make_service_identity(azure.transport(), clock, "/msi/token", "", Secret{"proof"}));
    ways.push_back(make_client_secret(azure.transport(), app, Secret{"s"}));
    ReadToken read = []() -> Result<Secret> { return Secret{"a.b.c"}; };
    ways.push_back(make_workload_identity(azure.transport(), app, read));
    for (const auto& way : ways) {
        const auto token = fetch(*way);
        ASSERT_TRUE(token) << token.error().message;
        EXPECT_GT(token->good_for, 3'500s) << way->who();
        EXPECT_FALSE(token->token.empty());
    }
}

TEST_F(AgainstFakeAzure, WhatItRefusesIsToldWithWhatToDo) {
    const EntraApp app{"https://login.microsoftonline.com", azure.tenant(), "c"};
    const auto wrong = make_client_secret(azure.transport(), app, Secret{"wrong"});
    EXPECT_THAT(fetch(*wrong).error().message, HasSubstr("the secret is wrong"));
    const EntraApp nowhere{"https://login.microsoftonline.com", "elsewhere", "c"};
    const auto lost = make_client_secret(azure.transport(), nowhere, Secret{"s"});
    EXPECT_THAT(fetch(*lost).error().message, HasSubstr("look at tenant"));
    const auto unknown = make_machine_identity(azure.transport(), "unknown");
    EXPECT_THAT(fetch(*unknown).error().message, HasSubstr("give an identity"));
}

TEST_F(AgainstFakeAzure, AThrottledCallGoesOnceItsTimeIsOver) {
    CachedTokens tokens{io.get_executor(), clock, make_machine_identity(azure.transport(), ""),
                        scope};
    const auto line = make_arm_transport(
        azure.transport(), pace_of(pacers, "https://management.azure.com", "S", "me"));
    Arm arm{*line, tokens, "https://management.azure.com"};
    Call call;
    call.target =
        "/subscriptions/" + azure.subscription() + "/resourcegroups?api-version=2021-04-01";
    ASSERT_TRUE(testing::run_on(io, clock, arm.send(call)));
    azure.fail_next(test::AzureFault::throttled);
    const auto refused = testing::run_on(io, clock, arm.send(call));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::rate_limited);
    EXPECT_EQ(refused.error().retry_after, 17s);
    const std::size_t before = azure.call_count();
    EXPECT_FALSE(testing::run_on(io, clock, arm.send(call)));
    EXPECT_EQ(azure.call_count(), before) << "it was sent";
    ASSERT_TRUE(testing::run_on(io, clock, clock.sleep_for(17s)));
    EXPECT_TRUE(testing::run_on(io, clock, arm.send(call)));
}

}  // namespace
}  // namespace driftless::azure
