// The life of one resource of every short name, by the whole daemon: made, quiet, changed, put back
// after somebody else changed it, removed. A row of the table of types without a case fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "reconcilers/azure/types.hpp"
#include "tests/simulation/azure_scene.hpp"
#include "tests/support/paths.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto settled_in = 45min;  // an environment is made and removed in less

/// What git's end of a resource comes to.
enum class End {
    gone,
    held,   ///< it waits for a person, and is gone then
    reset,  ///< it is always there: it has its own value again
    stays,  ///< held, and then nobody's care
};

/// What it takes to give it git's new content.
enum class Change {
    in_place,
    replaces,  ///< it can't be changed: it waits for a person, and is removed and made then
    renames,   ///< its content is its name: another one is made, and this one removed
};

struct Life {
    std::string kind;
    std::string name;                     ///< of its manifest in every_kind.yaml
    std::vector<std::string> needs = {};  ///< further manifests of it, "Kind/name"
    std::string from = {};                ///< in the manifest
    std::string to = {};                  ///< and what git says then
    std::string at = {};                  ///< where the body shows it
    json drifted = nullptr;               ///< what somebody else sets there; null: they remove it
    /// What somebody else adds beside it, which stays.
    json unnamed = {{"tags", {{"cost", "7"}}}};
    End end = End::gone;
    Change change = Change::in_place;
};
void PrintTo(const Life& life, std::ostream* out) {
    *out << life.kind;
}

const std::vector<std::string> subnets{"VirtualNetwork/net", "Subnet/apps"};
const std::vector<std::string> an_app{"VirtualNetwork/net", "Subnet/apps", "ManagedIdentity/app",
                                      "ManagedEnvironment/env", "ContainerApp/api"};
const std::string zone = "PrivateDnsZone/privatelink.postgres.database.azure.com";
const std::string server = "PostgresFlexibleServer/pg-bnx";

std::vector<std::string> with(std::vector<std::string> needs,
                              const std::vector<std::string>& more) {
    needs.insert(needs.end(), more.begin(), more.end());
    return needs;
}
json properties(json value) {
    return {{"properties", std::move(value)}};
}

std::vector<Life> apps_and_servers() {
    return {
        {.kind = "ResourceGroup",
         .name = "rg-dns",
         .from = "team: bnx",
         .to = "team: ops",
         .at = "/tags/team",
         .drifted = "theirs",
         .end = End::held},
        {.kind = "ManagedEnvironment",
         .name = "env",
         .needs = subnets,
         .from = "  properties:\n",
         .to = "  properties:\n    peerAuthentication: {mtls: {enabled: true}}\n",
         .at = "/properties/peerAuthentication/mtls/enabled",
         .drifted = false},
        {.kind = "ContainerApp",
         .name = "api",
         .needs = {"VirtualNetwork/net", "Subnet/apps", "ManagedIdentity/app",
                   "ManagedEnvironment/env"},
         .from = "targetPort: 8080",
         .to = "targetPort: 9090",
         .at = "/properties/configuration/ingress/targetPort",
         .drifted = 9,
         .unnamed = properties({{"configuration", {{"maxInactiveRevisions", 7}}}})},
        {.kind = "ContainerAppJob",
         .name = "migrate",
         .needs = with(subnets, {"ManagedEnvironment/env"}),
         .from = "replicaTimeout: 600",
         .to = "replicaTimeout: 900",
         .at = "/properties/configuration/replicaTimeout",
         .drifted = 60},
        {.kind = "PostgresFlexibleServer",
         .name = "pg-bnx",
         .from = "  properties:\n",
         .to = "  properties:\n    backup: {backupRetentionDays: 14}\n",
         .at = "/properties/backup/backupRetentionDays",
         .drifted = 7,
         .end = End::held},
        {.kind = "PostgresDatabase",
         .name = "app",
         .needs = {server},
         .from = "collation: en_US.utf8",
         .to = "collation: de_DE.utf8",
         .at = "/properties/collation",
         .unnamed = nullptr,
         .end = End::held,
         .change = Change::replaces},
        {.kind = "PostgresConfiguration",
         .name = "max_connections",
         .needs = {server},
         .from = "value: 100",
         .to = "value: 200",
         .at = "/properties/value",
         .drifted = "300",
         .unnamed = nullptr,
         .end = End::reset},
        {.kind = "PostgresFirewallRule",
         .name = "azure-services",
         .needs = {server},
         .from = "endIpAddress: 0.0.0.0",
         .to = "endIpAddress: 0.0.0.9",
         .at = "/properties/endIpAddress",
         .drifted = "0.0.0.99",
         .unnamed = nullptr},
        {.kind = "PostgresAdministrator",
         .name = "11111111-2222-3333-4444-555555555555",
         .needs = {server},
         .from = "principalName: dba",
         .to = "principalName: dbas",
         .at = "/properties/principalName",
         .unnamed = nullptr,
         .change = Change::replaces},
    };
}

std::vector<Life> services() {
    return {
        {.kind = "KeyVault",
         .name = "kv-bnx",
         .from = "name: standard",
         .to = "name: premium",
         .at = "/properties/sku/name",
         .drifted = "standard",
         .unnamed = properties({{"enabledForDeployment", true}}),
         .end = End::held},
        {.kind = "AzureOpenAI",
         .name = "openai-bnx",
         .from = "{customSubDomainName: openai-bnx}",
         .to = "{customSubDomainName: openai-bnx, publicNetworkAccess: Disabled}",
         .at = "/properties/publicNetworkAccess",
         .drifted = "Enabled"},
        {.kind = "OpenAIDeployment",
         .name = "gpt",
         .needs = {"AzureOpenAI/openai-bnx"},
         .from = "capacity: 10",
         .to = "capacity: 20",
         .at = "/sku/capacity",
         .drifted = 30,
         .unnamed = properties({{"raiPolicyName", "theirs"}})},
        {.kind = "ApplicationInsights",
         .name = "insights",
         .needs = {"LogAnalyticsWorkspace/logs"},
         .from = "    Application_Type: web\n",
         .to = "    Application_Type: web\n    RetentionInDays: 60\n",
         .at = "/properties/RetentionInDays",
         .drifted = 30},
        {.kind = "LogAnalyticsWorkspace",
         .name = "logs",
         .from = "retentionInDays: 30",
         .to = "retentionInDays: 60",
         .at = "/properties/retentionInDays",
         .drifted = 90,
         .end = End::held},
        {.kind = "ContainerRegistry",
         .name = "acrbnx",
         .from = "name: Basic",
         .to = "name: Standard",
         .at = "/sku/name",
         .drifted = "Premium",
         .end = End::held},
        {.kind = "ManagedIdentity",
         .name = "app",
         .from = "spec: {}",
         .to = "spec: {tags: {team: ops}}",
         .at = "/tags/team",
         .drifted = "theirs"},
        {.kind = "FederatedCredential",
         .name = "github",
         .needs = {"ManagedIdentity/app"},
         .from = "refs/heads/main",
         .to = "refs/heads/live",
         .at = "/properties/subject",
         .drifted = "repo:bnx/app:ref:refs/heads/theirs",
         .unnamed = nullptr},
        {.kind = "RoleAssignment",
         .name = "app-pulls",
         .needs = {"ContainerRegistry/acrbnx", "ManagedIdentity/app"},
         .from = "roleDefinitionId: AcrPull",
         .to = "roleDefinitionId: Reader",
         .at = "/properties/roleDefinitionId",
         .unnamed = nullptr,
         .change = Change::renames},
        {.kind = "B2cDirectory",
         .name = "bnx.onmicrosoft.com",
         .from = "name: PremiumP1",
         .to = "name: PremiumP2",
         .at = "/sku/name",
         .drifted = "Standard",
         .end = End::stays},
    };
}

std::vector<Life> front_doors() {
    const std::string profile = "FrontDoorProfile/front";
    const std::vector<std::string> group{profile, "FrontDoorOriginGroup/api"};
    return {
        {.kind = "FrontDoorProfile",
         .name = "front",
         .from = "spec: {",
         .to = "spec: {properties: {originResponseTimeoutSeconds: 90}, ",
         .at = "/properties/originResponseTimeoutSeconds",
         .drifted = 30},
        {.kind = "FrontDoorEndpoint",
         .name = "web",
         .needs = {profile},
         .from = "enabledState: Enabled",
         .to = "enabledState: Disabled",
         .at = "/properties/enabledState",
         .drifted = "Enabled"},
        {.kind = "FrontDoorOriginGroup",
         .name = "api",
         .needs = {profile},
         .from = "sampleSize: 4",
         .to = "sampleSize: 6",
         .at = "/properties/loadBalancingSettings/sampleSize",
         .drifted = 2,
         .unnamed = properties({{"sessionAffinityState", "Enabled"}})},
        {.kind = "FrontDoorOrigin",
         .name = "api",
         .needs = with(an_app, group),
         .from = "enabledState: Enabled",
         .to = "enabledState: Enabled, weight: 500",
         .at = "/properties/weight",
         .drifted = 10,
         .unnamed = properties({{"priority", 2}})},
        {.kind = "FrontDoorRoute",
         .name = "all",
         .needs =
             with(with(an_app, group), {"FrontDoorEndpoint/web", "FrontDoorOrigin/api",
                                        "FrontDoorCustomDomain/app", "FrontDoorRuleSet/headers"}),
         .from = "httpsRedirect: Enabled",
         .to = "httpsRedirect: Disabled",
         .at = "/properties/httpsRedirect",
         .drifted = "Enabled",
         .unnamed = properties({{"originPath", "/v1"}})},
        {.kind = "FrontDoorCustomDomain",
         .name = "app",
         .needs = {profile},
         .from = "certificateType: ManagedCertificate",
         .to = "certificateType: ManagedCertificate, minimumTlsVersion: TLS13",
         .at = "/properties/tlsSettings/minimumTlsVersion",
         .drifted = "TLS12",
         .unnamed = properties({{"azureDnsZone", {{"id", "/theirs"}}}})},
        {.kind = "FrontDoorRuleSet", .name = "headers", .needs = {profile}, .unnamed = nullptr},
        {.kind = "FrontDoorRule",
         .name = "hsts",
         .needs = {profile, "FrontDoorRuleSet/headers"},
         .from = "order: 1",
         .to = "order: 2",
         .at = "/properties/order",
         .drifted = 9,
         .unnamed = properties({{"matchProcessingBehavior", "Stop"}})},
        {.kind = "FrontDoorSecurityPolicy",
         .name = "waf",
         .needs = {profile, "FrontDoorEndpoint/web", "FrontDoorWafPolicy/waf"},
         .from = R"(patternsToMatch: ["/*"])",
         .to = R"(patternsToMatch: ["/api/*"])",
         .at = "/properties/parameters/associations/0/patternsToMatch/0",
         .drifted = "/theirs/*",
         .unnamed = nullptr},
        {.kind = "FrontDoorWafPolicy",
         .name = "waf",
         .from = "mode: Prevention",
         .to = "mode: Detection",
         .at = "/properties/policySettings/mode",
         .drifted = "Prevention"},
    };
}

std::vector<Life> networks_and_watching() {
    const std::vector<std::string> linked{"VirtualNetwork/net", "Subnet/links", server};
    const std::string tagged = "spec:\n  tags: {team: ops}\n";
    return {
        {.kind = "VirtualNetwork",
         .name = "net",
         .from = "[10.0.0.0/16]",
         .to = "[10.0.0.0/16, 10.1.0.0/16]",
         .at = "/properties/addressSpace/addressPrefixes/1",
         .drifted = "10.9.0.0/16"},
        {.kind = "Subnet",
         .name = "links",
         .needs = {"VirtualNetwork/net"},
         .from = "10.0.2.0/24",
         .to = "10.0.3.0/24",
         .at = "/properties/addressPrefix",
         .drifted = "10.0.9.0/24",
         .unnamed = properties({{"privateEndpointNetworkPolicies", "Enabled"}})},
        {.kind = "PrivateEndpoint",
         .name = "pg-link",
         .needs = linked,
         .from = "spec:\n",
         .to = tagged,
         .at = "/tags/team",
         .drifted = "theirs"},
        {.kind = "PrivateDnsZoneGroup",
         .name = "default",
         .needs = with(linked, {zone, "PrivateEndpoint/pg-link"}),
         .from = "- name: pg\n",
         .to = "- name: db\n",
         .at = "/properties/privateDnsZoneConfigs/0/name",
         .drifted = "theirs",
         .unnamed = nullptr},
        {.kind = "PrivateDnsZone",
         .name = "privatelink.postgres.database.azure.com",
         .from = "spec: {}",
         .to = "spec: {tags: {team: ops}}",
         .at = "/tags/team",
         .drifted = "theirs",
         .end = End::held},
        {.kind = "PrivateDnsZoneLink",
         .name = "net",
         .needs = {"VirtualNetwork/net", zone},
         .from = "registrationEnabled: false",
         .to = "registrationEnabled: true",
         .at = "/properties/registrationEnabled",
         .drifted = false},
        {.kind = "PrivateDnsRecord",
         .name = "old",
         .needs = {zone},
         .from = "ttl: 300",
         .to = "ttl: 600",
         .at = "/properties/ttl",
         .drifted = 60,
         .unnamed = properties({{"metadata", {{"who", "them"}}}})},
        {.kind = "MetricAlert",
         .name = "restarts",
         .needs = with(an_app, {"ActionGroup/oncall"}),
         .from = "severity: 2",
         .to = "severity: 3",
         .at = "/properties/severity",
         .drifted = 1},
        {.kind = "ActionGroup",
         .name = "oncall",
         .from = "enabled: true",
         .to = "enabled: false",
         .at = "/properties/enabled",
         .drifted = true},
        {.kind = "Budget",
         .name = "monthly",
         .from = "amount: 100",
         .to = "amount: 200",
         .at = "/properties/amount",
         .drifted = 300,
         .unnamed = properties(
             {{"filter", {{"tags", {{"name", "team"}, {"operator", "In"}, {"values", {"a"}}}}}}})},
    };
}

std::vector<Life> lives() {
    std::vector<Life> all;
    for (auto part : {apps_and_servers(), services(), front_doors(), networks_and_watching()}) {
        for (Life& life : part) all.push_back(std::move(life));
    }
    return all;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at == std::string::npos) throw std::invalid_argument(from + " is not in " + text);
    return text.replace(at, from.size(), to);
}

/// The manifests of every_kind.yaml by "Kind/name".
std::map<std::string, std::string> every_kind() {
    std::ifstream file{source_dir() / "tests/data/azure/every_kind.yaml"};
    std::map<std::string, std::string> all;
    std::string kind;
    std::string document;
    const auto keep = [&] {
        const std::string begin = "metadata: {name: ";
        const std::size_t at = document.find(begin) + begin.size();
        all[kind + "/" + document.substr(at, document.find('}', at) - at)] = "---\n" + document;
        document.clear();
    };
    for (std::string line; std::getline(file, line);) {
        if (line == "---") {
            keep();
            continue;
        }
        if (line.starts_with("kind: ")) kind = line.substr(6);
        document += line + "\n";
    }
    keep();
    const std::string group = all.at("ResourceGroup/rg-app");
    all["ResourceGroup/rg-dns"] = replaced(group, "name: rg-app", "name: rg-dns");
    return all;
}

/// Does `body` say all that `part` says?
bool says(const json& body, const json& part) {
    if (part.is_null()) return true;
    if (!part.is_object()) return body == part;
    return std::ranges::all_of(part.items(), [&body](const auto& pair) {
        return body.is_object() && body.contains(pair.key()) &&
               says(body.at(pair.key()), pair.value());
    });
}

class AzureLife : public ::testing::TestWithParam<Life>, public AzureScene {
protected:
    AzureLife() {
        std::get<AzureEndpoint>(world.settings().targets.at(prod).endpoint).resource_groups = {
            "rg-dns"};
        const auto all = every_kind();
        const std::string key = life.kind + "/" + life.name;
        std::set<std::string> needs{life.needs.begin(), life.needs.end()};
        needs.insert("ResourceGroup/rg-app");
        for (const std::string& need : needs) ground += all.at(need);
        own = all.at(key);
    }
    std::string id() {
        const auto ids = azure.ids(azure::row_of_kind(life.kind)->type);
        const auto is_it = [this](const std::string& one) {
            return life.kind == "RoleAssignment" || one.ends_with("/" + life.name);
        };
        const auto found = std::ranges::find_if(ids, is_it);
        if (found == ids.end()) return "";
        return found->starts_with('/') ? *found : "/" + *found;
    }
    json live() { return azure.body(id()); }
    json value() {
        const json body = live();
        const json::json_pointer at{life.at};
        return !at.empty() && body.contains(at) ? body.at(at) : json();
    }
    /// By somebody else. Tags are told as a whole.
    void change(const std::string& it, json patch) {
        if (patch.contains("tags")) {
            json tags = azure.body(it).value("tags", json::object());
            tags.update(patch["tags"]);
            patch["tags"] = std::move(tags);
        }
        azure.change(it, patch);
    }
    void go(const std::string& text) {
        azure.clear_log();
        push(ground + text);
        world.run_for(settled_in);
    }
    void expect_quiet() {
        EXPECT_THAT(unsettled(), IsEmpty());
        EXPECT_THAT(world.status(prod).plan.actions, IsEmpty());
        azure.clear_log();
        world.run_for(30min);
        EXPECT_THAT(writes(), IsEmpty());
    }
    /// One PATCH or PUT of this type, and no other.
    void expect_one_write() {
        EXPECT_THAT(writes(), SizeIs(1));
        EXPECT_THAT(writes(), Each(HasSubstr(azure::row_of_kind(life.kind)->type)));
        EXPECT_THAT(writes(), Each(::testing::AnyOf(HasSubstr("PUT "), HasSubstr("PATCH "))));
    }
    void is_made() {
        push(ground + own);
        world.start();
        world.run_for(settled_in);
        ASSERT_NE(id(), "") << ::testing::PrintToString(unsettled());
        expect_quiet();
    }
    void is_changed() {
        if (!life.unnamed.is_null()) change(id(), life.unnamed);
        const json before = value();
        const std::string next = replaced(own, life.from, life.to);
        go(next);
        if (life.change == Change::replaces) {
            EXPECT_THAT(writes(), IsEmpty());
            EXPECT_THAT(unsettled(), ElementsAre(HasSubstr(": held: ")));
            ASSERT_EQ(world.confirm_all(), 1);
            world.run_for(settled_in);
        }
        if (life.change == Change::in_place) {
            expect_one_write();
        } else {
            EXPECT_THAT(writes(), SizeIs(2));
        }
        own = next;
        wanted = value();
        EXPECT_NE(wanted, before);
        EXPECT_TRUE(says(live(), life.unnamed)) << live();
        expect_quiet();
    }
    /// Somebody else sets the very same, or removes it.
    void drifts() {
        azure.clear_log();
        const std::string it = id();
        if (life.drifted.is_null()) {
            azure.remove(it);
        } else {
            json body = live();
            body[json::json_pointer{life.at}] = life.drifted;
            change(it, body_part(body));
            ASSERT_NE(value(), wanted);
        }
        world.run_for(settled_in);
        expect_one_write();
        EXPECT_EQ(value(), wanted);
        if (!life.drifted.is_null()) {
            EXPECT_TRUE(says(live(), life.unnamed)) << live();
        }
        expect_quiet();
    }
    /// The first two steps of the path that changed: a merge patch of it alone, or of a list.
    json body_part(const json& body) const {
        json patch = json::object();
        json::json_pointer at{life.at};
        while (!at.parent_pointer().empty() && body.at(at.parent_pointer()).is_array()) {
            at = at.parent_pointer();
        }
        for (json::json_pointer up = at; !up.empty(); up = up.parent_pointer()) {
            if (body.at(up).is_array()) at = up;
        }
        patch[at] = body.at(at);
        return patch;
    }
    void is_removed() {
        const std::string it = id();
        const json before = live();
        go("");
        if (life.end == End::held || life.end == End::stays) {
            EXPECT_EQ(live(), before);
            EXPECT_THAT(unsettled(), ElementsAre(HasSubstr(": held: it holds data")));
            ASSERT_EQ(world.confirm_all(), 1);
            world.run_for(settled_in);
        }
        if (life.end == End::reset) {
            EXPECT_EQ(live().at("/properties/source"_json_pointer), "system-default");
        } else {
            EXPECT_EQ(azure.has(it), life.end == End::stays);
        }
        EXPECT_THAT(writes(), SizeIs(life.end == End::stays ? 0 : 1));
        expect_quiet();
    }

    const Life life = GetParam();
    std::string ground;
    std::string own;
    json wanted;
};

TEST_P(AzureLife, IsMadeChangedRepairedAndRemoved) {
    ASSERT_NO_FATAL_FAILURE(is_made());
    if (!life.from.empty()) {
        ASSERT_NO_FATAL_FAILURE(is_changed());
    }
    ASSERT_NO_FATAL_FAILURE(drifts());
    ASSERT_NO_FATAL_FAILURE(is_removed());
}

INSTANTIATE_TEST_SUITE_P(, AzureLife, ::testing::ValuesIn(lives()),
                         [](const auto& chosen) { return chosen.param.kind; });

TEST(AzureLives, AreToldOfEveryShortName) {
    std::multiset<std::string> told;
    for (const Life& life : lives()) told.insert(life.kind);
    for (const azure::TypeRow& row : azure::type_rows()) {
        if (!row.name.empty()) {
            EXPECT_EQ(told.count(row.name), 1u) << row.name;
        }
    }
}

}  // namespace
}  // namespace driftless::test
