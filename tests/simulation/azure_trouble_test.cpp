// What Azure refuses, forgets and leaves half done, by the whole daemon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/simulation/azure_scene.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string pull_role = R"(---
apiVersion: driftless/v1
kind: ContainerRegistry
metadata: {name: acrbnx}
target: prod
spec: {sku: {name: Basic}}
)";
const std::string may_pull = R"(---
apiVersion: driftless/v1
kind: RoleAssignment
metadata: {name: app-pulls}
target: prod
spec:
  scope: ContainerRegistry/acrbnx
  properties:
    roleDefinitionId: AcrPull
    principalId: {from: ManagedIdentity/app, field: principalId}
)";
const std::string roles_type = "Microsoft.Authorization/roleAssignments";

std::string database(const std::string& collation) {
    return R"(---
apiVersion: driftless/v1
kind: PostgresDatabase
metadata: {name: main}
target: prod
spec: {parent: pg-bnx, properties: {collation: )" +
           collation + "}}\n";
}

class AzureTrouble : public AzureDaemonTest {
protected:
    /// Somebody gives the identity the right to pull, under a name of theirs. @return its id
    std::string give_role_by_hand() {
        const json identity =
            azure.body(id("/providers/Microsoft.ManagedIdentity/userAssignedIdentities/app"));
        const std::string registry = id("/providers/Microsoft.ContainerRegistry/registries/acrbnx");
        return azure.put(
            registry + "/providers/" + roles_type + "/99999999-9999-9999-9999-999999999999",
            {{"properties",
              {{"principalId", identity.at("properties").at("principalId")},
               {"roleDefinitionId", "/subscriptions/" + azure.subscription() +
                                        "/providers/Microsoft.Authorization/roleDefinitions/"
                                        "7f951dda-4ed3-4680-a7ca-43fe172d538d"}}}});
    }
};

TEST_F(AzureTrouble, ARoleGivenUnderAnotherNameIsTheDeclaredOne) {
    begin(azure_group + azure_identity + pull_role, 30min);
    const std::string theirs = give_role_by_hand();
    azure.clear_log();
    push(azure_group + azure_identity + pull_role + may_pull);
    world.run_for(30min);
    EXPECT_THAT(unsettled(), IsEmpty());
    EXPECT_THAT(writes(), IsEmpty());
    EXPECT_THAT(azure.ids(roles_type), ElementsAre(theirs));
    world.end();
    world.start();
    world.run_for(30min);
    expect_quiet();
    push(azure_group + azure_identity + pull_role);  // it was taken over, so it goes with git
    world.run_for(30min);
    EXPECT_THAT(azure.ids(roles_type), IsEmpty());
}

TEST_F(AzureTrouble, ARoleGivenInTheSameMomentIsTakenOverByTheNextLook) {
    begin(azure_group + azure_identity + pull_role, 30min);
    std::string theirs;
    azure.before = [&](const arm::Request& request) {
        if (request.route == "PUT " + roles_type && theirs.empty()) theirs = give_role_by_hand();
    };
    azure.clear_log();
    push(azure_group + azure_identity + pull_role + may_pull);
    world.run_for(2h);
    EXPECT_THAT(writes(), ElementsAre("PUT " + roles_type));  // it is refused: it exists already
    EXPECT_THAT(azure.ids(roles_type), ElementsAre(theirs));
    azure.before = nullptr;
    expect_quiet();
}

TEST_F(AzureTrouble, ARemovalOfAReplacementThatEndedBadlyIsSentAgain) {
    begin(azure_group + azure_server + database("en_US.utf8"), 60min);
    push(azure_group + azure_server + database("de_DE.utf8"));
    world.run_for(10min);
    EXPECT_THAT(unsettled(), ElementsAre(HasSubstr("it holds data")));
    azure.fail_operation("DELETE Microsoft.DBforPostgreSQL/flexibleServers/databases",
                         "InternalServerError");
    azure.clear_log();
    ASSERT_EQ(world.confirm_all(), 1);
    world.run_for(3h);
    EXPECT_THAT(writes(), ElementsAre("DELETE Microsoft.DBforPostgreSQL/flexibleServers/databases",
                                      "DELETE Microsoft.DBforPostgreSQL/flexibleServers/databases",
                                      "PUT Microsoft.DBforPostgreSQL/flexibleServers/databases"));
    expect_quiet();
}

TEST_F(AzureTrouble, AReplacementThatGitTookBackRemovesNothingMore) {
    begin(azure_group + azure_server + database("en_US.utf8"), 60min);
    push(azure_group + azure_server + database("de_DE.utf8"));
    world.run_for(10min);
    const std::string removal = "DELETE Microsoft.DBforPostgreSQL/flexibleServers/databases";
    azure.before = [this, removal](const arm::Request& request) {
        if (request.route == removal) azure.fail_operation(removal, "InternalServerError");
    };
    ASSERT_EQ(world.confirm_all(), 1);
    world.run_for(1min);
    EXPECT_GE(azure.calls()[removal], 1u);
    push(azure_group + azure_server + database("en_US.utf8"));
    world.run_for(2min);
    azure.clear_log();
    world.run_for(3h);
    EXPECT_EQ(azure.calls()[removal], 0u);
    expect_quiet();
}

const std::string vault = R"(---
apiVersion: driftless/v1
kind: KeyVault
metadata: {name: kv-bnx}
target: prod
spec:
  properties:
    tenantId: 22222222-2222-3333-4444-555555555555
    sku: {family: A, name: standard}
)";
const std::string account = R"(---
apiVersion: driftless/v1
kind: AzureOpenAI
metadata: {name: openai-bnx}
target: prod
spec:
  kind: OpenAI
  sku: {name: S0}
  properties: {customSubDomainName: openai-bnx}
)";
std::string with_property(std::string text, const std::string& property) {
    const std::string flow = "properties: {";
    const std::size_t at = text.find(flow);
    if (at != std::string::npos) return text.insert(at + flow.size(), property + ", ");
    return text + "    " + property + "\n";
}

struct Buried {
    std::string name;
    std::string manifest;
    std::string below;  ///< the group
    std::string brings_back;
    std::vector<std::string> ways_out;
    net::Method purge_method;
    std::string purge;  ///< below the subscription
};
void PrintTo(const Buried& buried, std::ostream* out) {
    *out << buried.name;
}

const std::vector<Buried> graves{
    {"vault",
     vault,
     "/providers/Microsoft.KeyVault/vaults/kv-bnx",
     "createMode: recover",
     {"a deleted vault, which Azure keeps until 2026-", "properties: {createMode: recover}",
      "az keyvault purge --name kv-bnx --location uksouth"},
     net::Method::post,
     "/providers/Microsoft.KeyVault/locations/uksouth/deletedVaults/kv-bnx/purge"
     "?api-version=2026-02-01"},
    {"account",
     account,
     "/providers/Microsoft.CognitiveServices/accounts/openai-bnx",
     "restore: true",
     {"a deleted account, which Azure keeps until 2026-", "properties: {restore: true}",
      "az cognitiveservices account purge --name openai-bnx --resource-group rg-app "
      "--location uksouth"},
     net::Method::del,
     "/providers/Microsoft.CognitiveServices/locations/uksouth/resourceGroups/rg-app/"
     "deletedAccounts/openai-bnx?api-version=2026-07-01"}};

class AzureGrave : public AzureTrouble, public ::testing::WithParamInterface<Buried> {
protected:
    AzureGrave() {
        begin(azure_group + azure_identity + GetParam().manifest, 30min);
        push(azure_group + azure_identity);
        world.run_for(15min);
        world.confirm_all();
        world.run_for(15min);
        EXPECT_FALSE(azure.has(id(GetParam().below)));
        azure.clear_log();
    }
};

TEST_P(AzureGrave, HoldsItsNameAndBothWaysOutAreToldBeforeAnythingIsSent) {
    push(azure_group + azure_identity + GetParam().manifest);
    world.run_for(2h);
    const auto told = unsettled();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_THAT(told[0], HasSubstr(": failed: "));
    for (const std::string& way : GetParam().ways_out) EXPECT_THAT(told[0], HasSubstr(way));
    EXPECT_THAT(writes(), IsEmpty());
    azure.ask(GetParam().purge_method, "/subscriptions/" + azure.subscription() + GetParam().purge,
              json::object());
    world.run_for(1h);
    EXPECT_TRUE(azure.has(id(GetParam().below)));
    EXPECT_THAT(writes(), SizeIs(1));
    expect_quiet();
}

TEST_P(AzureGrave, IsOpenedByTheManifest) {
    const std::string again = with_property(GetParam().manifest, GetParam().brings_back);
    push(azure_group + azure_identity + again);
    world.run_for(1h);
    EXPECT_TRUE(azure.has(id(GetParam().below)));
    EXPECT_THAT(writes(), SizeIs(1));
    expect_quiet();
    world.end();
    world.start();
    world.run_for(30min);
    expect_quiet();  // and nothing is brought back twice
    push(azure_group + azure_identity + GetParam().manifest);
    world.run_for(30min);
    expect_quiet();
}

INSTANTIATE_TEST_SUITE_P(, AzureGrave, ::testing::ValuesIn(graves),
                         [](const auto& chosen) { return chosen.param.name; });

TEST_F(AzureTrouble, ADeletedVaultThatIsProtectedIsNotToldToBePurged) {
    const std::string safe = with_property(vault, "enablePurgeProtection: true");
    begin(azure_group + azure_identity + safe, 30min);
    push(azure_group + azure_identity);
    world.run_for(15min);
    ASSERT_EQ(world.confirm_all(), 1);
    world.run_for(15min);
    push(azure_group + azure_identity + vault);
    world.run_for(30min);
    EXPECT_THAT(unsettled(), ElementsAre(AllOf(HasSubstr("createMode: recover"),
                                               HasSubstr("its purge protection is on"))));
}

}  // namespace
}  // namespace driftless::test
