// What an Azure target tells `driftless doctor`.
#include "reconcilers/azure/subscription_target.hpp"

#include <gmock/gmock.h>

#include "tests/support/fake_transport.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::azure {
namespace {

using net::Method;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class GivenToken final : public Tokens {
public:
    net::asio::awaitable<Result<Secret>> token() override { co_return Secret{"t"}; }
    void refused(const std::string&) override {}
};

class SubscriptionTargetTest : public ::testing::Test {
protected:
    SubscriptionTargetTest() {
        SubscriptionParts parts;
        parts.target = "prod";
        parts.installation = "test";
        parts.subscription = "S";
        parts.groups = {"rg-app", "rg-new"};
        parts.who = "the managed identity of this machine";
        parts.endpoint = "https://management.azure.com";
        parts.tokens = std::make_unique<GivenToken>();
        auto made = std::make_unique<testing::FakeTransport>();
        server = made.get();
        parts.transport = std::move(made);
        target = make_subscription_target(std::move(parts), clock);
    }
    void permissions(const std::string& group, int status, std::string body) {
        server->answer(Method::get,
                       "/subscriptions/S/resourceGroups/" + group +
                           "/providers/Microsoft.Authorization/permissions?api-version=2022-04-01",
                       status, std::move(body));
    }
    Result<TargetAbout> about() { return testing::run_on(io, clock, target->about()); }

    net::asio::io_context io;
    testing::VirtualClock clock;
    testing::FakeTransport* server = nullptr;
    std::unique_ptr<Target> target;
};

constexpr const char* subscription = "/subscriptions/S?api-version=2022-12-01";

TEST_F(SubscriptionTargetTest, TellsWhoItIsAndWhatItMayDoInEachGroup) {
    server->answer(Method::get, subscription, 200, R"({"displayName":"Bnx","state":"Warned"})");
    permissions(
        "rg-app", 200,
        R"({"value":[{"actions":["*"],"notActions":["Microsoft.Authorization/*/Write"]}]})");
    permissions("rg-new", 404, R"({"error":{"code":"ResourceGroupNotFound","message":"no"}})");
    const auto told = about();
    ASSERT_TRUE(told) << told.error().message;
    EXPECT_EQ(told->what, "Azure subscription \"Bnx\", as the managed identity of this machine");
    EXPECT_THAT(told->warnings, ElementsAre("the subscription is Warned",
                                            HasSubstr("no resource group rg-new yet")));
    std::vector<std::string> missing;
    for (const Right& right : told->rights) {
        if (!right.granted) missing.push_back(right.what + ": " + right.granted.error().message);
    }
    EXPECT_THAT(missing, ElementsAre("rg-app (RoleAssignment): a role with "
                                     "Microsoft.Authorization/roleAssignments/write on rg-app is "
                                     "missing"));
    EXPECT_GT(told->rights.size(), missing.size());
}

TEST_F(SubscriptionTargetTest, AGroupThatCanNotBeAskedHidesNoOther) {
    server->answer(Method::get, subscription, 200, R"({"displayName":"Bnx","state":"Enabled"})");
    permissions("rg-app", 503, "<html>");
    permissions("rg-new", 200, R"({"value":[{"actions":["*"],"notActions":[]}]})");
    const auto told = about();
    ASSERT_TRUE(told) << told.error().message;
    for (const Right& right : told->rights) {
        EXPECT_EQ(right.granted.ok(), right.what.starts_with("rg-new")) << right.what;
    }
}

}  // namespace
}  // namespace driftless::azure
