#include "tests/azure_fake/asking.hpp"

namespace driftless::test {

namespace {

using namespace std::chrono_literals;

class AzureWrites : public Asking {
protected:
    std::string server = id("Microsoft.DBforPostgreSQL/flexibleServers/db");

    [[nodiscard]] static json postgres() {
        return {{"location", "uksouth"},
                {"sku", {{"name", "Standard_B1ms"}, {"tier", "Burstable"}}},
                {"properties",
                 {{"administratorLogin", "keeper"}, {"administratorLoginPassword", "hush"}}}};
    }
    std::string status(const std::string& url) { return get(url).body.value("status", ""); }
};

TEST_F(AzureWrites, AnApiVersionIsNeededAndHasToBeKnown) {
    EXPECT_EQ(get(server + "?api-version=").code(), "MissingApiVersionParameter");
    const Given wrong = get(server + "?api-version=1999-01-01");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_EQ(wrong.code(), "NoRegisteredProviderFound");
    EXPECT_NE(wrong.body.dump().find("2025-08-01"), std::string::npos);
    EXPECT_EQ(get(id("Microsoft.App/nothing/x")).code(), "InvalidResourceType");
}

TEST_F(AzureWrites, ATokenIsNeeded) {
    EXPECT_EQ(send(net::Method::get, server, nullptr, "").status, 401);
    azure.expire("old");
    const Given given = send(net::Method::get, server, nullptr, "old");
    EXPECT_EQ(given.code(), "ExpiredAuthenticationToken");
    EXPECT_NE(given.header("WWW-Authenticate"), "");
}

TEST_F(AzureWrites, APostgresServerIsTakenUnseenAndReadyInTheEnd) {
    version = "2025-08-01";
    const Given made = put(server, postgres());
    EXPECT_EQ(made.status, 202);
    EXPECT_EQ(made.header("Retry-After"), "60");
    EXPECT_EQ(made.body.value("operation", ""), "UpsertServerManagementOperationV2");
    EXPECT_EQ(get(server).status, 404);
    wait(301s);
    EXPECT_EQ(status(made.header("Azure-AsyncOperation")), "Succeeded");
    const Given live = get(server);
    EXPECT_EQ(arm::text_at(live.body, "/properties/state"), "Ready");
    EXPECT_EQ(live.body.dump().find("hush"), std::string::npos);
}

TEST_F(AzureWrites, AFailedChildOfAServerIsNotThereAndAFailedChangeOfOneIsUndone) {
    version = "2025-08-01";
    azure.put(server, postgres());
    const std::string rule = server + "/firewallRules/office";
    const json at_home = {
        {"properties", {{"startIpAddress", "10.0.0.1"}, {"endIpAddress", "10.0.0.1"}}}};
    azure.fail_operation("PUT Microsoft.DBforPostgreSQL/flexibleServers/firewallRules", "Sorry");
    const Given made = put(rule, at_home);
    wait(62s);
    EXPECT_EQ(status(made.header("Azure-AsyncOperation")), "Failed");
    EXPECT_EQ(get(rule).status, 404);
    put(rule, at_home);
    wait(62s);
    azure.fail_operation("PUT Microsoft.DBforPostgreSQL/flexibleServers/firewallRules", "Sorry");
    put(rule, {{"properties", {{"startIpAddress", "10.0.0.9"}, {"endIpAddress", "10.0.0.9"}}}});
    wait(62s);
    EXPECT_EQ(arm::text_at(get(rule).body, "/properties/startIpAddress"), "10.0.0.1");
    azure.fail_operation("DELETE Microsoft.DBforPostgreSQL/flexibleServers/firewallRules", "Sorry");
    del(rule);
    wait(62s);
    EXPECT_EQ(get(rule).status, 200);
    del(rule);
    wait(62s);
    EXPECT_EQ(get(rule).status, 404);
}

TEST_F(AzureWrites, ASecondWriteToABusyServerIsTakenAndFails) {
    version = "2025-08-01";
    azure.put(server, postgres());
    const Given one = put(server + "/databases/one", {{"properties", json::object()}});
    const Given two = put(server + "/databases/two", {{"properties", json::object()}});
    EXPECT_EQ(two.status, 202);
    wait(10s);
    EXPECT_EQ(status(one.header("Azure-AsyncOperation")), "Succeeded");
    const Given failed = get(two.header("Azure-AsyncOperation"));
    EXPECT_EQ(failed.status, 200);
    EXPECT_EQ(failed.code(), "ServerIsBusy");
    EXPECT_EQ(get(server + "/databases/two").status, 404);
    EXPECT_EQ(get(server + "/databases").body.at("value").size(), 1u);
}

TEST_F(AzureWrites, AnUnchangedEnvironmentIsNoOperation) {
    const std::string environment = id("Microsoft.App/managedEnvironments/env");
    const json body = {{"location", "uksouth"}, {"properties", json::object()}};
    azure.put(environment, body);
    const Given again = put(environment, body);
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(again.header("Azure-AsyncOperation"), "");
    json tagged = body;
    tagged["tags"] = {{"a", "b"}};
    EXPECT_EQ(put(environment, tagged).status, 201);
}

TEST_F(AzureWrites, ARoleWaitsForItsPrincipalAndIsGivenOnce) {
    const std::string identity = id("Microsoft.ManagedIdentity/userAssignedIdentities/web");
    version = "2024-11-30";
    const Given made = put(identity, {{"location", "uksouth"}});
    EXPECT_EQ(made.status, 201);
    EXPECT_NE(made.header("Location"), "");
    EXPECT_NE(made.body.value("id", "").find("/resourcegroups/"), std::string::npos);
    version = "2022-04-01";
    const json role = {{"properties",
                        {{"roleDefinitionId", "/providers/x/roleDefinitions/r"},
                         {"principalId", arm::text_at(made.body, "/properties/principalId")}}}};
    const std::string one = id("Microsoft.Authorization/roleAssignments/1");
    EXPECT_EQ(put(one, role).code(), "PrincipalNotFound");
    wait(41s);
    EXPECT_EQ(put(one, role).status, 201);
    EXPECT_EQ(put(id("Microsoft.Authorization/roleAssignments/2"), role).code(),
              "RoleAssignmentExists");
}

TEST_F(AzureWrites, AZoneWithLinksStays) {
    version = "2024-06-01";
    const std::string network = id("Microsoft.Network/virtualNetworks/net");
    azure.put(network,
              {{"location", "uksouth"},
               {"properties", {{"addressSpace", {{"addressPrefixes", {"10.0.0.0/16"}}}}}}});
    const std::string zone = id("Microsoft.Network/privateDnsZones/a.example");
    azure.put(zone, {{"location", "global"}});
    azure.put(zone + "/virtualNetworkLinks/l",
              {{"location", "global"}, {"properties", {{"virtualNetwork", {{"id", network}}}}}});
    EXPECT_EQ(del(zone).code(), "CannotDeleteResource");
    const Given gone = del(zone + "/virtualNetworkLinks/l");
    EXPECT_EQ(gone.status, 202);
    EXPECT_EQ(get(gone.header("Azure-AsyncOperation")).status, 202);
    wait(33s);
    EXPECT_EQ(get(gone.header("Azure-AsyncOperation")).status, 200);
    EXPECT_EQ(del(zone).status, 202);
}

TEST_F(AzureWrites, AVaultsNameIsTakenUntilItIsPurged) {
    version = "2024-11-01";
    const std::string vault = id("Microsoft.KeyVault/vaults/v");
    const json body = {{"location", "uksouth"}, {"properties", {{"tenantId", azure.tenant()}}}};
    EXPECT_EQ(arm::text_at(put(vault, body).body, "/properties/provisioningState"),
              "RegisteringDns");
    wait(25s);
    EXPECT_EQ(arm::text_at(get(vault).body, "/properties/provisioningState"), "Succeeded");
    EXPECT_EQ(del(vault).status, 200);
    EXPECT_EQ(put(vault, body).status, 409);
    const std::string deleted = "/subscriptions/" + azure.subscription() +
                                "/providers/Microsoft.KeyVault/locations/uksouth/deletedVaults/v";
    EXPECT_EQ(get(deleted).status, 200);
    EXPECT_EQ(post(deleted + "/purge").status, 202);
    wait(6s);
    EXPECT_EQ(get(deleted).status, 404);
    EXPECT_EQ(put(vault, body).status, 200);
}

TEST_F(AzureWrites, ALockAndAMissingRoleRefuse) {
    version = "2020-05-01";
    azure.put(id("Microsoft.Authorization/locks/keep"),
              {{"properties", {{"level", "CanNotDelete"}}}});
    version = "2025-04-01";
    EXPECT_EQ(del(azure.group_id("rg")).code(), "ScopeLocked");
    azure.deny("Microsoft.Resources/*");
    const Given refused = put(azure.group_id("rg"), {{"location", "uksouth"}});
    EXPECT_EQ(refused.status, 403);
    EXPECT_NE(refused.body.dump().find("Microsoft.Resources/resourceGroups/write"),
              std::string::npos);
}

TEST_F(AzureWrites, AListComesInPages) {
    version = "2024-11-30";
    azure.habits().page_size = 2;
    for (const char* name : {"a", "b", "c"}) {
        azure.put(id("Microsoft.ManagedIdentity/userAssignedIdentities/") + name,
                  {{"location", "uksouth"}});
    }
    const Given first = get(id("Microsoft.ManagedIdentity/userAssignedIdentities"));
    EXPECT_EQ(first.body.at("value").size(), 2u);
    const Given second = get(first.body.at("nextLink").get<std::string>());
    EXPECT_EQ(second.body.at("value").size(), 1u);
    EXPECT_FALSE(second.body.contains("nextLink"));
}

TEST_F(AzureWrites, FaultsComeInTheirTurn) {
    version = "2025-04-01";
    const std::string group = azure.group_id("rg");
    azure.fail_next(AzureFault::throttled, "GET Microsoft.Resources/resourceGroups");
    azure.fail_next(AzureFault::unavailable);
    azure.fail_next(AzureFault::empty);
    EXPECT_EQ(get(group).header("Retry-After"), "17");
    const Given page = get(group);
    EXPECT_EQ(page.status, 503);
    EXPECT_TRUE(page.body.is_discarded());
    EXPECT_EQ(get(group).status, 500);
    EXPECT_EQ(get(group).status, 200);
}

TEST_F(AzureWrites, TagsArePatchedAsAWhole) {
    version = "2024-11-30";
    const std::string identity = id("Microsoft.ManagedIdentity/userAssignedIdentities/web");
    azure.put(identity, {{"location", "uksouth"}, {"tags", {{"a", "1"}, {"b", "2"}}}});
    const json patch = {{"tags", {{"c", "3"}}}};
    EXPECT_EQ(send(net::Method::patch, identity, patch).status, 200);
    EXPECT_EQ(get(identity).body.at("tags"), (json{{"c", "3"}}));
}

}  // namespace

}  // namespace driftless::test
