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

class AzureTrouble : public ::testing::Test, public AzureScene {
protected:
    void begin(const std::string& text, std::chrono::nanoseconds time) {
        push(text);
        world.start();
        world.run_for(time);
    }
    void expect_quiet() {
        EXPECT_THAT(unsettled(), IsEmpty());
        azure.clear_log();
        world.run_for(30min);
        EXPECT_THAT(writes(), IsEmpty());
    }
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

}  // namespace
}  // namespace driftless::test
