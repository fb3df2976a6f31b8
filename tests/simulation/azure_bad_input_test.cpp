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
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string app_type = "Microsoft.App/containerApps";
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

/// What a proxy says with status 200 is no list: what isn't in it isn't gone.
TEST_F(AzureBadInput, APageOfHtmlInPlaceOfAListIsNoListAndNothingIsRemovedOrMade) {
    begin(azure_group + azure_environment + azure_app("api", "web:1"), 30min);
    azure.clear_log();
    azure.faults().choose = [](const arm::Request& request) {
        return request.route == "LIST " + app_type ? AzureFault::page : AzureFault::none;
    };
    push(azure_group + azure_environment + azure_app("new", "web:1") + azure_identity);
    world.run_for(1h);
    EXPECT_EQ(azure.calls()["PUT " + app_type] + azure.calls()["DELETE " + app_type], 0u);
    EXPECT_TRUE(azure.has(id(app_path)));
    EXPECT_TRUE(azure.has(id("/providers/Microsoft.ManagedIdentity/userAssignedIdentities/app")));
    EXPECT_THAT(unsettled(), Each(AllOf(HasSubstr("containerApps/"), HasSubstr(": unknown: "),
                                        HasSubstr("the answer is no JSON but"))));
    azure.faults().choose = nullptr;
    world.run_for(1h);
    EXPECT_FALSE(azure.has(id(app_path)));
    EXPECT_TRUE(azure.has(id("/providers/Microsoft.App/containerApps/new")));
    expect_quiet();
}

TEST_F(AzureBadInput, APageOfHtmlInPlaceOfAWritesAnswerIsNoSuccessAndTheNextLookTells) {
    azure.fail_next(AzureFault::page, environment_route);
    azure.fail_next(AzureFault::page_after, "PUT " + app_type);
    begin(azure_group + azure_environment + azure_app("api", "web:1"), 90min);
    EXPECT_EQ(azure.calls()[environment_route], 2u);  // the first never came there
    EXPECT_EQ(azure.calls()["PUT " + app_type], 1u);  // this one did
    EXPECT_EQ(azure.ids(app_type).size(), 1u);
    expect_quiet();
}

TEST_F(AzureBadInput, HalfAListIsNoneAndTheRemovalWaitsForAWholeOne) {
    begin(azure_group + azure_environment + azure_app("api", "web:1") + azure_app("beta", "web:1"),
          30min);
    azure.clear_log();
    azure.faults().choose = [](const arm::Request& request) {
        return request.route == "LIST " + app_type ? AzureFault::half_body : AzureFault::none;
    };
    push(azure_group + azure_environment + azure_app("beta", "web:1"));
    world.run_for(1h);
    EXPECT_THAT(writes(), IsEmpty());
    EXPECT_THAT(unsettled(), Contains(HasSubstr("containerApps/beta: unknown: ")));
    azure.faults().choose = nullptr;
    world.run_for(1h);
    EXPECT_THAT(writes(), ElementsAre("DELETE " + app_type));
    expect_quiet();
}

/// The first page came, and is nothing without the rest.
TEST_F(AzureBadInput, APageOfAListThatFailsMakesNothingAbsent) {
    azure.habits().page_size = 1;
    const std::string both = azure_app("api", "web:1") + azure_app("beta", "web:1");
    begin(azure_group + azure_environment + both + azure_app("old", "web:1"), 30min);
    for (const AzureFault fault :
         {AzureFault::server_error, AzureFault::page, AzureFault::half_body, AzureFault::silence}) {
        azure.clear_log();
        azure.faults().choose = [fault](const arm::Request& request) {
            const bool is_second = request.asked("$skiptoken") == "1";
            return is_second && request.route == "LIST " + app_type ? fault : AzureFault::none;
        };
        push(azure_group + azure_environment + both);
        world.run_for(40min);
        EXPECT_THAT(writes(), IsEmpty());
        EXPECT_THAT(unsettled(), Contains(HasSubstr("containerApps/beta: unknown: ")));
    }
    azure.faults().choose = nullptr;
    world.run_for(1h);
    EXPECT_THAT(writes(), ElementsAre("DELETE " + app_type));
    EXPECT_FALSE(azure.has(id("/providers/Microsoft.App/containerApps/old")));
    expect_quiet();
}

TEST_F(AzureBadInput, AnOperationThatAzureForgotIsLookedForAndNothingIsMadeTwice) {
    begin(azure_group + azure_environment + azure_app("api", "web:1"), 1min);
    ASSERT_THAT(writes(), Contains(environment_route));
    azure.faults().choose = [](const arm::Request& request) {
        const bool is_poll = request.route.starts_with("POLL ");
        return is_poll ? AzureFault::operation_lost : AzureFault::none;
    };
    world.run_for(2h);
    EXPECT_EQ(azure.calls()[environment_route], 1u);
    EXPECT_EQ(azure.calls()["PUT " + app_type], 1u);
    azure.faults().choose = nullptr;
    world.run_for(20min);
    expect_quiet();
}

TEST_F(AzureBadInput, AServerThatIsBusyForHoursAfterItTookTheWriteIsAskedWithAGrowingPause) {
    begin(azure_group + azure_server, 30min);
    const std::string write = "PATCH Microsoft.DBforPostgreSQL/flexibleServers";
    azure.before = [this, write](const arm::Request& request) {
        if (request.route == write) azure.fail_operation(write, "ServerIsBusy");
    };
    azure.clear_log();
    std::string larger = azure_server;
    larger.replace(larger.find("GB: 32"), 6, "GB: 64");
    push(azure_group + larger);
    world.run_for(4h);
    EXPECT_GE(azure.calls()[write], 4u);
    EXPECT_LE(azure.calls()[write], 40u);  // ten seconds apart it would be hundreds
    EXPECT_THAT(unsettled(), ElementsAre(AllOf(HasSubstr("flexibleServers/pg-bnx: failed: "),
                                               HasSubstr("ServerIsBusy"))));
    azure.before = nullptr;
    world.run_for(1h);
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
