// From a manifest of Azure to its resource, and what is wrong with one.
#include "reconcilers/azure/resource_manifest.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "reconcilers/azure/forms.hpp"
#include "reconcilers/azure/roles.hpp"
#include "tests/reconcilers_azure/manifest_scene.hpp"
#include "tests/support/golden.hpp"

namespace driftless::azure {
namespace {

std::string last_part(const std::string& name) {
    return name.substr(name.rfind('/') + 1);
}

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* group_id =
    "/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-app";

TEST(AzureManifest, BecomesOneResourceWithTheBodyThatArmTakes) {
    ManifestScene scene{"ContainerApp", "api"};
    const Declared app = scene.declared(R"(
properties:
  environmentId: {from: ManagedEnvironment/env, field: id}
  configuration: {secrets: [{name: db, value: {secret: pg-password}}]}
  template:
    containers: [{name: api, image: "acr/api:1", resources: {cpu: 0.50, memory: 1.0Gi}}]
)");
    EXPECT_EQ(to_string(app.key), "prod/azure.resource/rg-app/Microsoft.App/containerApps/api");
    EXPECT_EQ(app.collection,
              "/subscriptions/00000000-0000-0000-0000-00000000000a/resourcegroups/rg-app/providers/"
              "microsoft.app/containerapps");
    EXPECT_EQ(app.spec[id_key],
              std::string{group_id} + "/providers/Microsoft.App/containerApps/api");
    EXPECT_EQ(app.spec[type_key], "Microsoft.App/containerApps");
    EXPECT_EQ(app.spec[version_key], "2026-01-01");
    EXPECT_EQ(app.spec["location"], "uksouth");
    const json& container = app.spec["properties"]["template"]["containers"][0];
    EXPECT_EQ(container["resources"], json::parse(R"({"cpu":0.5,"memory":"1Gi"})"));
    EXPECT_TRUE(is_tainted(
        app.spec["properties"]["configuration"]["secrets"][0]["value"].get<std::string>()));
    EXPECT_THAT(app.claims,
                ElementsAre("id /subscriptions/00000000-0000-0000-0000-00000000000a/"
                            "resourcegroups/rg-app/providers/microsoft.app/containerapps/api"));
    EXPECT_EQ("id " + app.lock, app.claims.front());
    EXPECT_THAT(app.gives, Contains("fqdn"));
    EXPECT_FALSE(app.data);
}

TEST(AzureManifest, OfAPartStandsBelowItsParents) {
    ManifestScene scene{"FrontDoorRoute", "all"};
    const Declared route =
        scene.declared("{parent: front/web, properties: {patternsToMatch: [/*]}}");
    EXPECT_EQ(
        to_string(route.key),
        "prod/azure.resource/rg-app/Microsoft.Cdn/profiles/front/afdEndpoints/web/routes/all");
    EXPECT_EQ(route.lock,
              "/subscriptions/00000000-0000-0000-0000-00000000000a/resourcegroups/rg-app/"
              "providers/microsoft.cdn/profiles/front");
    EXPECT_FALSE(route.spec.contains("location"));
}

TEST(AzureManifest, TakesTextsNumbersAndPlacesAsTheirTypeSays) {
    ManifestScene server{"PostgresFlexibleServer", "pg-bnx"};
    const Declared pg = server.declared("{location: UK West, properties: {version: 16}}");
    EXPECT_EQ(pg.spec["properties"]["version"], "16");
    EXPECT_EQ(pg.spec["location"], "ukwest");
    EXPECT_TRUE(pg.data);
    ManifestScene parameter{"PostgresConfiguration", "log_min_duration_statement"};
    const Declared value = parameter.declared("{parent: pg, properties: {value: 250}}");
    EXPECT_EQ(value.spec["properties"], json::parse(R"({"source":"user-override","value":"250"})"));
    ManifestScene zone{"PrivateDnsZone", "bnx.internal"};
    EXPECT_EQ(zone.declared("{}").spec["location"], "global");
}

TEST(AzureManifest, MayStandInAnotherGroupOfTheTarget) {
    ManifestScene scene{"PrivateDnsZone", "bnx.internal"};
    EXPECT_EQ(scene.declared("{resourceGroup: RG-DNS}").key.name,
              "RG-DNS/Microsoft.Network/privateDnsZones/bnx.internal");
    EXPECT_EQ(
        scene.refusals("{resourceGroup: rg-other}"),
        "app.yaml:1:17: spec.resourceGroup: the target may not use the group \"rg-other\"; to "
        "allow it, add it to azure.resourceGroups of the target in driftless.yaml: "
        "resourceGroups: [rg-other]\n");
}

TEST(AzureManifest, OfAnyTypeTakesWhatIsKnownOfIt) {
    ManifestScene scene{"AzureResource", "site"};
    const Declared site = scene.declared(
        "{type: Microsoft.Web/sites, apiVersion: 2024-04-01, location: uksouth, kind: app, "
        "properties: {x: 1.5, y: true}}");
    EXPECT_EQ(site.key.name, "rg-app/Microsoft.Web/sites/site");
    EXPECT_EQ(site.spec["properties"], json::parse(R"({"x":1.5,"y":true})"));
    const Declared lock = scene.declared(
        "{type: microsoft.authorization/locks, scope: KeyVault/kv, properties: {level: ReadOnly}}");
    EXPECT_EQ(lock.key.name,
              "rg-app/Microsoft.KeyVault/vaults/kv/Microsoft.Authorization/locks/site");
    EXPECT_EQ(lock.spec[version_key], "2020-05-01");
}

TEST(AzureManifest, OfAnotherVersionIsNotHeldAgainstTheDataOfThisOne) {
    ManifestScene scene{"ContainerApp", "api"};
    const Declared app =
        scene.declared("{apiVersion: 2027-01-01, properties: {brandNew: {deep: 1}}}");
    EXPECT_EQ(app.spec["properties"]["brandNew"]["deep"], 1);
    EXPECT_EQ(app.spec[version_key], "2027-01-01");
}

TEST(RoleAssignment, IsNamedByItsScopeRoleAndPrincipal) {
    ManifestScene scene{"RoleAssignment", "app-pulls"};
    const std::string spec = R"({scope: ContainerRegistry/acr, properties:
        {roleDefinitionId: acrpull, principalId: {from: ManagedIdentity/app, field: principalId}}})";
    const Declared first = scene.declared(spec);
    scene.manifest.name = "other";
    const Declared second = scene.declared(spec);
    EXPECT_EQ(first.key, second.key);
    EXPECT_EQ(first.spec["properties"]["roleDefinitionId"],
              "/subscriptions/00000000-0000-0000-0000-00000000000a/providers/"
              "Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d");
    EXPECT_EQ(first.spec["properties"]["principalType"], "ServicePrincipal");
    EXPECT_TRUE(is_uuid(last_part(first.key.name)));
    const Declared elsewhere = scene.declared(R"({scope: resourceGroup, properties:
        {roleDefinitionId: AcrPull, principalId: {from: ManagedIdentity/app, field: principalId}}})");
    EXPECT_NE(last_part(first.key.name), last_part(elsewhere.key.name));
    scene.manifest.name = "11111111-2222-3333-4444-555555555555";
    EXPECT_NE(scene
                  .declared("{name: 11111111-2222-3333-4444-555555555555, scope: subscription, "
                            "properties: {roleDefinitionId: Reader, principalId: x}}")
                  .key.name.text()
                  .find("/11111111-2222-3333-4444-555555555555"),
              std::string::npos);
}

TEST(Uuids, OfNamesAreAsRfc4122SaysThem) {
    EXPECT_EQ(uuid_of_name("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com"),
              "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    EXPECT_FALSE(is_uuid("2ed6657d-e927-568b-95e1-2665a8aea6a"));
    EXPECT_FALSE(is_uuid("2ed6657d-e927-568b-95e1-2665a8aea6ax"));
}

TEST(AzureManifest, TellsAllThatIsWrongWithItsPlace) {
    const std::vector<std::pair<std::string, std::string>> bad{
        {"ContainerApp", R"(
location: uksouth
tag: {}
properties:
  environmentID: x
  provisioningState: Succeeded
  workloadProfileName: [a]
  configuration:
    ingress: {external: "yes", targetPort: http, ipSecurityRestrictions: [{name: a, ipAddressRange: 10.0.0.0/8}]}
    secrets: {db: x}
  template: none
)"},
        {"ContainerApp", "{name: Api_1}"},
        {"ContainerApp", "{name: {secret: pg-password}}"},
        {"ContainerApp", "{type: Microsoft.Web/sites}"},
        {"ContainerApp", "{parent: env}"},
        {"ContainerRegistry", "{name: acr-bnx, sku: {name: Basic}}"},
        {"ContainerRegistry", "{name: acr, sku: {name: Basic}}"},
        {"FrontDoorRoute", "{parent: front}"},
        {"Subnet", "{}"},
        {"FrontDoorRule",
         "{name: r, parent: front/set, properties: {conditions: [{name: ClientPrt}, {parameters: "
         "{}}]}}"},
        {"ResourceGroup", "{name: rg-other}"},
        {"PrivateDnsRecord", "{parent: z, type: CNAM}"},
        {"AzureResource", "{properties: {}}"},
        {"AzureResource", "{type: sites}"},
        {"AzureResource", "{type: Microsoft.Web/sites}"},
        {"RoleAssignment",
         "{scope: Registry/acr, properties: {roleDefinitionId: AcrPul, principalId: x}}"},
        {"RoleAssignment", "{properties: {roleDefinitionId: AcrPull, principalId: x}}"},
        {"RoleAssignment",
         "{scope: /subscriptions/b/resourceGroups/g, properties: {roleDefinitionId: AcrPull, "
         "principalId: x}}"},
        {"RoleAssignment",
         "{scope: ContainerRegistry/a/b, properties: {roleDefinitionId: AcrPull, principalId: x}}"},
        {"KeyVault", "[]"},
        {"KeyVault", ""},
    };
    std::string text;
    for (const auto& [kind, spec] : bad) {
        ManifestScene scene{kind, "thing"};
        text += kind + " " + (spec.find('\n') == std::string::npos ? spec : "…") + "\n" +
                scene.refusals(spec.empty() ? "~" : spec);
    }
    test::expect_golden("azure/manifest_faults.txt", text);
}

TEST(AzureManifest, ThatWasRenamedKeepsItsNameInAzure) {
    ManifestScene scene{"ManagedIdentity", "app"};
    scene.manifest.was = {"old"};
    EXPECT_EQ(
        scene.refusals("{}"),
        "app.yaml:1:1: metadata.was: what is in Azure can't be renamed; to keep it under this "
        "manifest, write its name: spec.name: old\n");
    EXPECT_EQ(scene.refusals("{name: old}"), "");
}

TEST(AzureManifest, ForATargetThatIsNoSubscriptionIsRefused) {
    ManifestScene scene{"KeyVault", "kv"};
    scene.target.endpoint = DockerEndpoint{};
    EXPECT_EQ(
        scene.refusals("{}"),
        "app.yaml:1:1: KeyVault is of Azure, and target prod is no subscription; name one that "
        "is\n");
}

/// Every kind's example, loaded as a commit is: nothing is wrong with any, alone or together.
TEST(AzureManifest, OfEveryKindIsTaken) {
    std::ifstream file{test::source_dir() / "tests/data/azure/every_kind.yaml"};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const test::MemoryFiles files{{{"every_kind.yaml", text}}, "c0ffee"};
    Settings settings;
    settings.targets.emplace("prod", TargetSettings{"prod", subscription_endpoint(), {}, {}, {}});
    Expanders expanders;
    for (const std::string& kind : azure_kinds()) expanders.emplace(kind, expand_azure_resource);
    test::ToyVault vault;
    const test::ToySecrets secrets{{{"pg-password", "s3cret"}}};
    const Loaded loaded = load(files, {settings, expanders, secrets, vault, {}, {}});
    std::string wrong;
    for (const Finding& finding : loaded.unparsed) wrong += to_string(finding) + "\n";
    for (const Finding& finding : loaded.targets.at("prod").findings) {
        wrong += to_string(finding) + "\n";
    }
    ASSERT_EQ(wrong, "");
    std::set<std::string> kinds;
    std::string needs;
    for (const Declared& declared : (*loaded.targets.at("prod").desired)->resources) {
        kinds.insert(declared.origin.manifest.kind);
        needs += declared.key.name + "\n";
        std::set<std::string> names;
        for (const Need& need : declared.needs) names.insert(need.key.name);
        for (const std::string& name : names) needs += "    " + name + "\n";
    }
    for (const std::string& kind : azure_kinds()) EXPECT_TRUE(kinds.contains(kind)) << kind;
    test::expect_golden("azure/every_kind_needs.txt", needs);
}

TEST(ContainerAppManifest, WhatAzureWouldRefuseOfItsRevisionsIsToldWithItsPlace) {
    const auto spec = [](const std::string& traffic, const std::string& suffix) {
        return R"({properties: {environmentId: /subscriptions/s/resourceGroups/rg-app/providers/Microsoft.App/managedEnvironments/env,
  configuration: {activeRevisionsMode: Multiple, ingress: {external: true, targetPort: 80, traffic: )" +
               traffic + R"(}},
  template: {revisionSuffix: ")" +
               suffix + R"(", containers: [{name: web, image: "web:1"}]}}})";
    };
    const auto refusals = [&](const std::string& traffic, const std::string& suffix) {
        return ManifestScene{"ContainerApp", "api"}.refusals(spec(traffic, suffix));
    };
    const std::string newest = "[{latestRevision: true, weight: 100}]";
    EXPECT_EQ(refusals(newest, "v1-2"), "");
    EXPECT_EQ(refusals("[{latestRevision: true}]", ""), "");
    EXPECT_EQ(
        refusals("[{revisionName: api--v1, weight: 60}, {latestRevision: true, weight: 40}]", "v2"),
        "");
    EXPECT_THAT(
        refusals("[{revisionName: api--v1, weight: 60}, {latestRevision: true, weight: 30}]", ""),
        AllOf(HasSubstr("app.yaml:2:"), HasSubstr("the weights are 90 together")));
    EXPECT_THAT(refusals("[{revisionName: web--v1, weight: 100}]", ""),
                HasSubstr("\"web--v1\" is no revision of api"));
    EXPECT_THAT(refusals("[{revisionName: api--v1, latestRevision: true, weight: 100}]", ""),
                HasSubstr("not both"));
    for (const char* bad : {"V1", "-a", "a--b", "1.2", "a_b"}) {
        EXPECT_THAT(refusals(newest, bad), HasSubstr("app.yaml:3:")) << bad;
    }
    EXPECT_THAT(refusals(newest, std::string(50, 'a')), HasSubstr("52 characters at most"));
}

TEST(ContainerAppManifest, RevisionsByLabelsAloneAreRefusedWithTheWayOut) {
    const auto refusals = [](const std::string& mode) {
        return ManifestScene{"ContainerApp", "api"}.refusals(
            "properties:\n  environmentId: /subscriptions/s/resourceGroups/rg-app/providers/"
            "Microsoft.App/managedEnvironments/env\n  configuration: {activeRevisionsMode: " +
            mode + "}\n  template: {containers: [{name: web, image: web}]}");
    };
    EXPECT_THAT(refusals("Labels"), AllOf(HasSubstr("app.yaml:"), HasSubstr("write Multiple")));
    EXPECT_EQ(refusals("Multiple"), "");
}

TEST(AzureManifest, ADirectoryIsLinkedAndNeverMade) {
    const auto refusals = [](const std::string& properties) {
        return ManifestScene{"B2cDirectory", "bnx.onmicrosoft.com"}.refusals(
            "location: Europe\nsku: {name: PremiumP1, tier: A0}\n" + properties);
    };
    EXPECT_EQ(refusals("properties: {}"), "");
    EXPECT_THAT(
        refusals("properties: {createTenantProperties: {displayName: BNX, countryCode: GB}}"),
        AllOf(HasSubstr("app.yaml:3:"),
              HasSubstr("spec.properties.createTenantProperties: driftless links a tenant")));
}

TEST(ContainerAppManifest, SharesThatGitDoesNotNameAreTheNewests) {
    const auto traffic_of = [](const std::string& configuration) {
        const Declared app = ManifestScene{"ContainerApp", "api"}.declared(
            "{properties: {environmentId: /subscriptions/s/resourceGroups/rg-app/providers/"
            "Microsoft.App/managedEnvironments/env, configuration: " +
            configuration + ", template: {containers: [{name: web, image: web}]}}}");
        const json::json_pointer at{"/properties/configuration/ingress/traffic"};
        return app.spec.contains(at) ? app.spec.at(at) : json();
    };
    const json newest = json::array({{{"latestRevision", true}, {"weight", 100}}});
    EXPECT_EQ(traffic_of("{activeRevisionsMode: multiple, ingress: {targetPort: 80}}"), newest);
    EXPECT_EQ(traffic_of("{activeRevisionsMode: Single, ingress: {targetPort: 80}}"), json());
    EXPECT_EQ(traffic_of("{activeRevisionsMode: Multiple}"), json());
}

}  // namespace
}  // namespace driftless::azure
