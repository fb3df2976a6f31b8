// Azure, by the whole daemon on the simulated Resource Manager.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/simulation/azure_scene.hpp"
#include "tests/support/paths.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string& group = azure_group;
const std::string& environment = azure_environment;
std::string app(const std::string& image) {
    return azure_app("api", image);
}

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file{path};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

class AzureTest : public AzureDaemonTest {
protected:
    json live_app() { return azure.body(id("/providers/Microsoft.App/containerApps/api")); }
    json template_of(const json& body) { return body.at("properties").at("template"); }
};

TEST_F(AzureTest, AnAppComesAboutWithAllThatItStandsOnAndIsQuiet) {
    begin(group + environment + app("web:1"), 30min);
    EXPECT_THAT(unsettled(), IsEmpty());
    EXPECT_THAT(writes(), ElementsAre("PUT Microsoft.Resources/resourceGroups",
                                      "PUT Microsoft.App/managedEnvironments",
                                      "PUT Microsoft.App/containerApps"));
    EXPECT_EQ(template_of(live_app())["containers"][0]["image"], "web:1");
    EXPECT_EQ(live_app()["tags"]["driftless.mark"], "sim ContainerApp/api");
    EXPECT_EQ(azure.body(azure.group_id("rg-app"))["tags"]["team"], "bnx");
    expect_quiet();
}

TEST_F(AzureTest, ANewImageIsOneWrite) {
    begin(group + environment + app("web:1"), 30min);
    azure.clear_log();
    push(group + environment + app("web:2"));
    world.run_for(15min);
    EXPECT_THAT(writes(), ElementsAre("PATCH Microsoft.App/containerApps"));
    EXPECT_EQ(template_of(live_app())["containers"][0]["image"], "web:2");
    EXPECT_THAT(unsettled(), IsEmpty());
    expect_quiet();
}

TEST_F(AzureTest, DriftIsRepairedAndWhatGitDoesNotNameStays) {
    begin(group + environment + app("web:1"), 30min);
    const std::string path = id("/providers/Microsoft.App/containerApps/api");
    azure.change(path, {{"properties",
                         {{"configuration", {{"ingress", {{"targetPort", 9}}}}},
                          {"template", {{"scale", {{"maxReplicas", 3}}}}}}}});
    azure.clear_log();
    world.run_for(20min);
    EXPECT_THAT(writes(), ElementsAre("PATCH Microsoft.App/containerApps"));
    EXPECT_EQ(live_app()["properties"]["configuration"]["ingress"]["targetPort"], 8080);
    EXPECT_EQ(template_of(live_app())["scale"]["maxReplicas"], 3);
    expect_quiet();
}

TEST_F(AzureTest, WhatGitDropsIsRemovedAndTheGroupWaitsForAPerson) {
    begin(group + environment + app("web:1"), 30min);
    push(group + environment);
    world.run_for(15min);
    EXPECT_FALSE(azure.has(id("/providers/Microsoft.App/containerApps/api")));
    EXPECT_TRUE(azure.has(id("/providers/Microsoft.App/managedEnvironments/env")));
    push(environment);
    world.run_for(15min);
    EXPECT_TRUE(azure.has(azure.group_id("rg-app")));
    EXPECT_THAT(unsettled(), ElementsAre(HasSubstr("rg-app: held: it holds data")));
}

TEST_F(AzureTest, WhatGitIgnoresStaysWhenSomethingElseChanges) {
    const auto app_of = [](const std::string& image) {
        std::string text = azure_app("api", image) + "      scale: {maxReplicas: 3}\n";
        return text.replace(text.find("spec:"), 5,
                            "policy: {ignore: [/properties/template/scale/maxReplicas]}\nspec:");
    };
    begin(group + environment + app_of("web:1"), 30min);
    azure.change(id("/providers/Microsoft.App/containerApps/api"),
                 {{"properties", {{"template", {{"scale", {{"maxReplicas", 9}}}}}}}});
    push(group + environment + app_of("web:2"));
    world.run_for(30min);
    EXPECT_EQ(template_of(live_app())["containers"][0]["image"], "web:2");
    EXPECT_EQ(template_of(live_app())["scale"]["maxReplicas"], 9);
    expect_quiet();
}

/// Nothing but its mark says whose it is then.
TEST_F(AzureTest, WhatGitDropsIsRemovedThoughTheDatabaseIsLost) {
    begin(group + environment + app("web:1") + azure_app("old", "web:1"), 30min);
    world.end();
    world.lose_database();
    push(group + environment + app("web:1"));
    world.start();
    world.run_for(15min);
    EXPECT_TRUE(azure.has(id("/providers/Microsoft.App/containerApps/old")));
    EXPECT_EQ(world.confirm_all(), 1);
    world.run_for(15min);
    EXPECT_FALSE(azure.has(id("/providers/Microsoft.App/containerApps/old")));
    EXPECT_THAT(unsettled(), IsEmpty());
    expect_quiet();
}

TEST_F(AzureTest, ForeignThingsAreLeftAlone) {
    begin(group + environment + app("web:1"), 30min);
    const json theirs = add_others();
    azure.clear_log();
    push(group + environment + app("web:2"));
    world.run_for(20min);
    EXPECT_EQ(azure.body(others_id()), theirs);
    EXPECT_THAT(writes(), ElementsAre("PATCH Microsoft.App/containerApps"));
}

TEST_F(AzureTest, ABrokenImageIsTriedOnceAndTheOldRevisionServesOn) {
    begin(group + environment + app("web:1"), 30min);
    azure.break_image("web:bad", "ErrImagePull: not found");
    push(group + environment + app("web:bad"));
    world.run_for(60min);
    const auto told = unsettled();
    ASSERT_EQ(told.size(), 1u) << ::testing::PrintToString(told);
    EXPECT_THAT(told.front(), AllOf(HasSubstr("containerApps/api: failed"), HasSubstr("revision")));
    EXPECT_EQ(template_of(live_app())["containers"][0]["image"], "web:1");
    azure.clear_log();
    world.run_for(60min);
    EXPECT_THAT(writes(), IsEmpty());  // it is not tried again
    push(group + environment + app("web:2"));
    world.run_for(20min);
    EXPECT_THAT(unsettled(), IsEmpty());
    EXPECT_EQ(template_of(live_app())["containers"][0]["image"], "web:2");
}

TEST_F(AzureTest, ACrashInAnOperationIsSurvivedAndNothingIsSentTwice) {
    begin(group + environment + app("web:1"), 2min);  // the environment is under way
    world.end();
    world.start();
    world.run_for(40min);
    EXPECT_THAT(unsettled(), IsEmpty());
    EXPECT_THAT(writes(), ElementsAre("PUT Microsoft.Resources/resourceGroups",
                                      "PUT Microsoft.App/managedEnvironments",
                                      "PUT Microsoft.App/containerApps"));
}

TEST_F(AzureTest, AnOperationThatNeverEndsIsToldAndHoldsOnlyWhatNeedsIt) {
    azure.never_end("PUT Microsoft.App/managedEnvironments");
    begin(group + environment + app("web:1") + azure_identity, 60min);
    const auto told = unsettled();
    ASSERT_EQ(told.size(), 2u) << ::testing::PrintToString(told);
    EXPECT_THAT(told[0], HasSubstr("containerApps/api: blocked"));
    EXPECT_THAT(told[1], AllOf(HasSubstr("managedEnvironments/env: failed"),
                               HasSubstr("longer than it ever should be (until 20"),
                               HasSubstr("look at the activity log of /subscriptions/")));
    EXPECT_EQ(azure.calls()["PUT Microsoft.App/managedEnvironments"], 1u);
    world.run_for(3h);
    EXPECT_EQ(azure.calls()["PUT Microsoft.App/managedEnvironments"],
              1u);  // nothing is sent blindly
}

TEST_F(AzureTest, AServerThatIsBusyIsWaitedForOrAskedAgain) {
    begin(group + azure_server, 30min);
    const std::string server = id("/providers/Microsoft.DBforPostgreSQL/flexibleServers/pg-bnx");
    azure.ask(net::Method::post, server + "/restart?api-version=2025-08-01", json::object());
    push(group + azure_server + azure_of_server);
    world.run_for(60min);
    EXPECT_THAT(unsettled(), IsEmpty());
    expect_quiet();
}

TEST_F(AzureTest, AMissingRoleIsNamedAndOthersGoOn) {
    azure.deny("Microsoft.App/managedEnvironments/write");
    begin(group + environment + azure_identity, 30min);
    const auto told = unsettled();
    ASSERT_EQ(told.size(), 1u) << ::testing::PrintToString(told);
    EXPECT_THAT(told[0], AllOf(HasSubstr("managedEnvironments/env: failed"),
                               HasSubstr("Microsoft.App/managedEnvironments/write"),
                               HasSubstr("give the identity a role")));
    azure.allow();
    world.run_for(2h);
    EXPECT_THAT(unsettled(), IsEmpty());
}

/// Azure never shows a secret of a vault: whether it is as declared is known by what was sent.
TEST_F(AzureTest, ASecretOfAVaultIsSentOnceAndThenQuiet) {
    begin(group + R"(---
apiVersion: driftless/v1
kind: KeyVault
metadata: {name: kv-bnx}
target: prod
spec:
  properties:
    tenantId: 22222222-2222-3333-4444-555555555555
    sku: {family: A, name: standard}
---
apiVersion: driftless/v1
kind: AzureResource
metadata: {name: database}
target: prod
spec:
  type: Microsoft.KeyVault/vaults/secrets
  parent: kv-bnx
  properties: {value: {secret: pg-password}, contentType: password}
)",
          30min);
    EXPECT_THAT(writes(), ElementsAre("PUT Microsoft.Resources/resourceGroups",
                                      "PUT Microsoft.KeyVault/vaults",
                                      "PUT Microsoft.KeyVault/vaults/secrets"));
    expect_quiet();
}

TEST_F(AzureTest, OneOfEveryKindConvergesAndIsQuiet) {
    begin(text_of(source_dir() / "tests/data/azure/every_kind.yaml"), 4h);
    EXPECT_THAT(unsettled(), IsEmpty());
    expect_quiet();
}

}  // namespace
}  // namespace driftless::test
