#include "providers/azure/permissions.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_transport.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::azure {
namespace {

class GivenToken final : public Tokens {
public:
    asio::awaitable<Result<Secret>> token() override { co_return Secret{"t"}; }
    void refused(const std::string&) override {}
};

TEST(AzurePermissions, AreWhatAllRolesGiveLessWhatEachLeavesOut) {
    asio::io_context io;
    testing::VirtualClock clock;
    testing::FakeTransport transport;
    GivenToken tokens;
    Arm arm{transport, tokens, "https://management.azure.com"};
    transport.answer(
        net::Method::get,
        "/subscriptions/S/resourceGroups/G/providers/Microsoft.Authorization/permissions"
        "?api-version=2022-04-01",
        200,
        R"({"value":[{"actions":["*"],"notActions":["Microsoft.Authorization/*/Write"]},)"
        R"({"actions":["Microsoft.Authorization/*/read","*/locks/write"],"notActions":[]},)"
        R"({"actions":null}]})");
    const auto permissions =
        testing::run_on(io, clock, permissions_at(arm, "/subscriptions/S/resourceGroups/G"));
    ASSERT_TRUE(permissions) << permissions.error().message;
    EXPECT_TRUE(permissions->may("Microsoft.App/containerApps/write"));
    EXPECT_FALSE(permissions->may("Microsoft.Authorization/roleAssignments/write"));
    EXPECT_TRUE(permissions->may("Microsoft.Authorization/locks/write"));
    EXPECT_TRUE(permissions->may("microsoft.authorization/roleAssignments/READ"));
}

TEST(AzurePermissions, AnActionIsMatchedWhole) {
    const Permissions some{{{{"Microsoft.App/containerApps/write", "a/*/read"}, {}}}};
    EXPECT_TRUE(some.may("Microsoft.App/containerapps/write"));
    EXPECT_FALSE(some.may("Microsoft.App/containerApps/write/x"));
    EXPECT_FALSE(some.may("Microsoft.App/containerApps"));
    EXPECT_FALSE(some.may("a/read"));
    EXPECT_TRUE(some.may("a/b/c/read"));
}

}  // namespace
}  // namespace driftless::azure
