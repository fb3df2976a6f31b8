// What git or the world may get wrong at Azure, by the whole daemon: each is told in words that say
// what to do, nothing is made twice or removed, and what doesn't need it goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulation/azure_scene.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string app_path = "/providers/Microsoft.App/containerApps/api";
const std::string environment_route = "PUT Microsoft.App/managedEnvironments";

std::string registry_in(const std::string& location) {
    return R"(---
apiVersion: driftless/v1
kind: ContainerRegistry
metadata: {name: acrbnx}
target: prod
spec: {location: )" +
           location + ", sku: {name: Basic}}\n";
}

std::string vault_of(const std::string& version) {
    return R"(---
apiVersion: driftless/v1
kind: KeyVault
metadata: {name: kv-bnx}
target: prod
spec:
  apiVersion: ")" +
           version + R"("
  properties: {tenantId: 22222222-2222-3333-4444-555555555555, sku: {family: A, name: standard}}
)";
}

class AzureBadInput : public AzureDaemonTest {};

TEST_F(AzureBadInput, ALockIsNamedAndTheRemovalWaitsForIt) {
    begin(azure_group + azure_environment + azure_app("api", "web:1"), 30min);
    const std::string lock = azure.put(id("/providers/Microsoft.Authorization/locks/keep"),
                                       {{"properties", {{"level", "CanNotDelete"}}}});
    push(azure_group + azure_environment + azure_identity);
    world.run_for(30min);
    EXPECT_TRUE(azure.has(id(app_path)));
    EXPECT_THAT(unsettled(), ElementsAre(AllOf(HasSubstr("/api: failed"), HasSubstr("ScopeLocked"),
                                               HasSubstr("az lock list"))));
    azure.remove(lock);
    world.run_for(2h);
    EXPECT_FALSE(azure.has(id(app_path)));
    expect_quiet();
}

TEST_F(AzureBadInput, ARegionThatIsNoneIsToldAndTheRestGoesOn) {
    begin(azure_group + registry_in("uksouthh") + azure_identity, 30min);
    EXPECT_THAT(unsettled(), ElementsAre(AllOf(HasSubstr("registries/acrbnx: failed"),
                                               HasSubstr("'uksouthh' is not available"),
                                               HasSubstr("choose one of the regions it lists"))));
    EXPECT_TRUE(azure.has(id("/providers/Microsoft.ManagedIdentity/userAssignedIdentities/app")));
    push(azure_group + registry_in("uksouth") + azure_identity);
    world.run_for(30min);
    expect_quiet();
}

TEST_F(AzureBadInput, AnUnknownApiVersionIsToldWithTheKnownOnes) {
    begin(azure_group + vault_of("2012-01-01") + azure_identity, 30min);
    EXPECT_THAT(unsettled(), ElementsAre(AllOf(HasSubstr("vaults/kv-bnx"), HasSubstr("2012-01-01"),
                                               HasSubstr("supported api-versions"))));
    EXPECT_TRUE(azure.has(id("/providers/Microsoft.ManagedIdentity/userAssignedIdentities/app")));
    push(azure_group + vault_of("2026-02-01") + azure_identity);
    world.run_for(30min);
    EXPECT_TRUE(azure.has(id("/providers/Microsoft.KeyVault/vaults/kv-bnx")));
    expect_quiet();
}

/// Until the directory knows it, an identity is none.
TEST_F(AzureBadInput, APrincipalThatIsNotFoundForLongIsGivenItsRoleOnce) {
    azure.habits().principal_takes = 300s;
    const std::string role = R"(---
apiVersion: driftless/v1
kind: RoleAssignment
metadata: {name: app-reads}
target: prod
spec:
  scope: resourceGroup
  properties: {roleDefinitionId: Reader, principalId: {from: ManagedIdentity/app, field: principalId}}
)";
    begin(azure_group + azure_identity + role, 30min);
    EXPECT_GE(azure.calls()["PUT Microsoft.Authorization/roleAssignments"], 5u);
    EXPECT_EQ(azure.ids("Microsoft.Authorization/roleAssignments").size(), 1u);
    expect_quiet();
}

TEST_F(AzureBadInput, PagesOfHtmlMeanNothingIsKnownAndNothingIsDone) {
    begin(azure_group + azure_environment + azure_app("api", "web:1"), 30min);
    azure.clear_log();
    azure.faults().choose = [](const arm::Request&) { return AzureFault::unavailable; };
    push(azure_group + azure_environment);  // the app's list can't be read: is it there?
    world.run_for(1h);
    EXPECT_EQ(azure.calls()["DELETE Microsoft.App/containerApps"], 0u);
    EXPECT_TRUE(azure.has(id(app_path)));
    EXPECT_THAT(world.status(prod).detail, AllOf(HasSubstr("503"), Not(HasSubstr("<html"))));
    azure.faults().choose = nullptr;
    world.run_for(1h);
    EXPECT_FALSE(azure.has(id(app_path)));
    expect_quiet();
}

TEST_F(AzureBadInput, ATokenThatExpiresInMidOperationStartsNothingAnew) {
    begin(azure_group + azure_environment + azure_app("api", "web:1"), 1min);
    ASSERT_THAT(writes(), Contains(environment_route));
    azure.expire(azure.token());
    world.run_for(30min);
    EXPECT_EQ(world.status(prod).word, TargetWord::unauthorized) << world.status(prod).detail;
    azure.renew(azure.token());
    world.run_for(1h);
    EXPECT_EQ(azure.calls()[environment_route], 1u);
    expect_quiet();
}

/// An account beyond reach is its own target's trouble alone.
TEST(AzureAndAnEngine, OneGoesOnWhileTheOtherIsBeyondReach) {
    World world{{prod, "mini1"}};
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
    world.azure()->faults().choose = nullptr;
    world.run_for(1h);
    EXPECT_TRUE(world.azure()->has(world.azure()->group_id("rg-app")));
}

}  // namespace
}  // namespace driftless::test
