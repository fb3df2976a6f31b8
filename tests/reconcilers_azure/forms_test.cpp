// One form of a body on both sides: what is no difference, and what is one.
#include "reconcilers/azure/forms.hpp"

#include <gmock/gmock.h>

#include "config/base/vault.hpp"
#include "reconcilers/azure/ignored_fields.hpp"

namespace driftless::azure {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* id =
    "/subscriptions/0f/resourceGroups/rg/providers/Microsoft.App/containerApps/a";

struct Case {
    std::string name;
    std::string type;
    std::string want;
    std::string live;
    std::vector<std::string> changed;  ///< paths; "!" behind one that cannot change in place
};

std::vector<std::string> changes(const std::string& type, const json& want, const json& live) {
    const TypeRow row = row_for(type, "");
    const json wanted = wanted_form(row, want);
    json told = live;
    told["id"] = id;
    std::vector<std::string> paths;
    for (const FieldChange& change :
         changed_fields(wanted, live_form(row, wanted, told), rules_of(row))) {
        paths.push_back(change.path + (change.replaces ? "!" : ""));
    }
    return paths;
}

const std::string app = "Microsoft.App/containerApps";
const std::string environment = "Microsoft.App/managedEnvironments";
const std::string server = "Microsoft.DBforPostgreSQL/flexibleServers";
const std::string network = "Microsoft.Network/virtualNetworks";
const std::string deployment = "Microsoft.CognitiveServices/accounts/deployments";
const std::string route = "Microsoft.Cdn/profiles/afdEndpoints/routes";

// Rows: name, type, what git says, what Azure answers, the paths that differ.
const std::vector<Case> cases{
    {"same", app, R"({"location":"uksouth"})", R"({"location":"uksouth"})", {}},
    {"a_place_by_its_other_name",
     app,
     R"({"location":"uksouth"})",
     R"({"location":"UK South"})",
     {}},
    {"another_place",
     app,
     R"({"location":"uksouth"})",
     R"({"location":"UK West"})",
     {"/location!"}},
    {"what_git_does_not_name",
     app,
     R"({"tags":{"team":"bnx"}})",
     R"({"tags":{"team":"bnx","by":"policy"},"properties":{"workloadProfileName":"Consumption"}})",
     {}},
    {"a_tag_in_other_letters", app, R"({"tags":{"Team":"bnx"}})", R"({"tags":{"team":"bnx"}})", {}},
    {"a_tag_with_another_value",
     app,
     R"({"tags":{"team":"bnx"}})",
     R"({"tags":{"team":"BNX"}})",
     {"/tags/team"}},
    {"our_marks_are_no_tags", app, R"({"tags":{}})", R"({"tags":{"driftless.key":"x"}})", {}},
    {"an_id_in_other_letters",
     app,
     R"({"properties":{"environmentId":"/subscriptions/0F/resourcegroups/rg/providers/microsoft.app/managedenvironments/Env"}})",
     R"({"properties":{"environmentId":"/subscriptions/0f/resourceGroups/RG/providers/Microsoft.App/managedEnvironments/env"}})",
     {}},
    {"another_id",
     app,
     R"({"properties":{"environmentId":"/subscriptions/0f/resourceGroups/rg/providers/Microsoft.App/managedEnvironments/a"}})",
     R"({"properties":{"environmentId":"/subscriptions/0f/resourceGroups/rg/providers/Microsoft.App/managedEnvironments/b"}})",
     {"/properties/environmentId!"}},
    {"a_known_value_in_other_letters",
     app,
     R"({"properties":{"configuration":{"activeRevisionsMode":"single","ingress":{"transport":"Auto"}}}})",
     R"({"properties":{"configuration":{"activeRevisionsMode":"Single","ingress":{"transport":"auto"}}}})",
     {}},
    {"two_identities_with_a_blank_between",
     app,
     R"({"identity":{"type":"SystemAssigned,UserAssigned"}})",
     R"({"identity":{"type":"SystemAssigned, UserAssigned"}})",
     {}},
    {"quantities_and_numbers",
     app,
     R"({"properties":{"template":{"containers":[{"name":"a","resources":{"cpu":0.50,"memory":"1.0Gi"}}]}}})",
     R"({"properties":{"template":{"containers":[{"name":"a","resources":{"cpu":0.5,"memory":"1Gi"}}]}}})",
     {}},
    {"another_quantity",
     app,
     R"({"properties":{"template":{"containers":[{"name":"a","resources":{"cpu":1,"memory":"2Gi"}}]}}})",
     R"({"properties":{"template":{"containers":[{"name":"a","resources":{"cpu":0.5,"memory":"1Gi"}}]}}})",
     {"/properties/template/containers/a/resources/cpu",
      "/properties/template/containers/a/resources/memory"}},
    {"containers_and_their_variables_in_another_order",
     app,
     R"({"properties":{"template":{"containers":[{"name":"a","env":[{"name":"X","value":"1"},{"name":"Y","value":"2"}]},{"name":"b"}]}}})",
     R"({"properties":{"template":{"containers":[{"name":"b"},{"name":"a","env":[{"name":"Y","value":"2"},{"name":"X","value":"1"}]}]}}})",
     {}},
    {"a_variable_that_git_dropped",
     app,
     R"({"properties":{"template":{"containers":[{"name":"a","env":[{"name":"X","value":"1"}]}]}}})",
     R"({"properties":{"template":{"containers":[{"name":"a","env":[{"name":"X","value":"1"},{"name":"Y","value":"2"}]}]}}})",
     {"/properties/template/containers/a/env/Y"}},
    {"a_share_without_its_false",
     app,
     R"({"properties":{"configuration":{"ingress":{"traffic":[{"revisionName":"a--1","weight":100,"latestRevision":false}]}}}})",
     R"({"properties":{"configuration":{"ingress":{"traffic":[{"revisionName":"a--1","weight":100,"label":null}]}}}})",
     {}},
    {"a_number_that_is_told_as_a_text",
     app,
     R"({"properties":{"configuration":{"ingress":{"traffic":[{"latestRevision":true,"weight":"50"}]}}}})",
     R"({"properties":{"configuration":{"ingress":{"traffic":[{"latestRevision":true,"weight":50}]}}}})",
     {}},
    {"null_is_absent",
     app,
     R"({"properties":{"configuration":{"dapr":null,"secrets":[]}}})",
     R"({"properties":{"configuration":{"secrets":null}}})",
     {}},
    {"an_identity_in_other_letters",
     app,
     R"({"identity":{"type":"UserAssigned","userAssignedIdentities":{"/subscriptions/0f/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/me":{}}}})",
     R"({"identity":{"type":"userAssigned","userAssignedIdentities":{"/subscriptions/0f/resourcegroups/rg/providers/microsoft.managedidentity/userassignedidentities/Me":{"clientId":"1","principalId":"2"}}}})",
     {}},
    {"an_identity_that_is_not_there",
     app,
     R"({"identity":{"userAssignedIdentities":{"/subscriptions/0f/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/me":null}}})",
     R"({"identity":{"userAssignedIdentities":null}})",
     {"/identity/userAssignedIdentities/"
      "~1subscriptions~10f~1resourceGroups~1rg~1providers~1Microsoft.ManagedIdentity~"
      "1userAssignedIdentities~1me"}},
    {"a_profile_that_the_service_adds",
     environment,
     R"({"properties":{"workloadProfiles":[{"name":"d4","workloadProfileType":"D4"}]}})",
     R"({"properties":{"workloadProfiles":[{"name":"Consumption","workloadProfileType":"Consumption"},{"name":"d4","workloadProfileType":"D4"}]}})",
     {}},
    {"a_profile_that_a_person_added",
     environment,
     R"({"properties":{"workloadProfiles":[{"name":"Consumption","workloadProfileType":"Consumption"}]}})",
     R"({"properties":{"workloadProfiles":[{"name":"Consumption","workloadProfileType":"Consumption"},{"name":"d4","workloadProfileType":"D4"}]}})",
     {"/properties/workloadProfiles/d4"}},
    {"subnets_that_others_made",
     network,
     R"({"properties":{"subnets":[{"name":"apps","properties":{"addressPrefix":"10.0.0.0/23"}}]}})",
     R"({"properties":{"subnets":[{"name":"db","properties":{}},{"name":"Apps","properties":{"addressPrefix":"10.0.0.0/23"}}]}})",
     {}},
    {"prefixes_in_another_order",
     network,
     R"({"properties":{"addressSpace":{"addressPrefixes":["10.0.0.0/16","10.1.0.0/16"]}}})",
     R"({"properties":{"addressSpace":{"addressPrefixes":["10.1.0.0/16","10.0.0.0/16"]}}})",
     {}},
    {"storage_that_grew",
     server,
     R"({"properties":{"storage":{"storageSizeGB":32}}})",
     R"({"properties":{"storage":{"storageSizeGB":64,"autoGrow":"Enabled"}}})",
     {}},
    {"storage_that_cannot_have_grown",
     server,
     R"({"properties":{"storage":{"storageSizeGB":32}}})",
     R"({"properties":{"storage":{"storageSizeGB":64,"autoGrow":"Disabled"}}})",
     {"/properties/storage/storageSizeGB"}},
    {"zones_after_a_failover",
     server,
     R"({"properties":{"availabilityZone":"1","highAvailability":{"standbyAvailabilityZone":"2"}}})",
     R"({"properties":{"availabilityZone":"2","highAvailability":{"standbyAvailabilityZone":"1"}}})",
     {}},
    {"another_zone",
     server,
     R"({"properties":{"availabilityZone":"1"}})",
     R"({"properties":{"availabilityZone":"3","highAvailability":{"standbyAvailabilityZone":"2"}}})",
     {"/properties/availabilityZone"}},
    {"a_character_set_in_capitals",
     server + "/databases",
     R"({"properties":{"charset":"utf8"}})",
     R"({"properties":{"charset":"UTF8"}})",
     {}},
    {"another_character_set",
     server + "/databases",
     R"({"properties":{"charset":"utf8"}})",
     R"({"properties":{"charset":"LATIN1"}})",
     {"/properties/charset!"}},
    {"a_replaced_sku",
     "Microsoft.OperationalInsights/workspaces",
     R"({"properties":{"sku":{"name":"Standalone"}}})",
     R"({"properties":{"sku":{"name":"PerGB2018"}}})",
     {}},
    {"a_model_that_moved_on",
     deployment,
     R"({"properties":{"model":{"version":"2024-05-13"}}})",
     R"({"properties":{"model":{"version":"2024-08-06"},"versionUpgradeOption":"OnceNewDefaultVersionAvailable"}})",
     {}},
    {"a_model_that_must_not_move",
     deployment,
     R"({"properties":{"model":{"version":"2024-05-13"}}})",
     R"({"properties":{"model":{"version":"2024-08-06"},"versionUpgradeOption":"NoAutoUpgrade"}})",
     {"/properties/model/version"}},
    {"a_model_that_git_moves_on",
     deployment,
     R"({"properties":{"model":{"version":"2024-11-20"}}})",
     R"({"properties":{"model":{"version":"2024-08-06"},"versionUpgradeOption":"OnceNewDefaultVersionAvailable"}})",
     {"/properties/model/version"}},
    {"days_as_a_period",
     "Microsoft.Insights/components",
     R"({"properties":{"RetentionInDays":60}})",
     R"({"properties":{"Retention":"P60D"}})",
     {}},
    {"domains_of_a_route",
     route,
     R"({"properties":{"supportedProtocols":["Http","Https"],"customDomains":[{"id":"/subscriptions/0f/resourceGroups/rg/providers/Microsoft.Cdn/profiles/p/customDomains/d"}]}})",
     R"({"properties":{"supportedProtocols":["Https","Http"],"customDomains":[{"isActive":true,"id":"/subscriptions/0f/resourcegroups/rg/providers/Microsoft.Cdn/profiles/p/customdomains/d"}]}})",
     {}},
    {"a_scope_told_without_a_slash_in_front",
     "Microsoft.Consumption/budgets",
     R"({"properties":{"amount":100.0}})",
     R"({"eTag":"1","properties":{"amount":100,"currentSpend":{"amount":3}}})",
     {}},
    {"a_type_without_data",
     "Microsoft.Web/sites",
     R"({"location":"UK South","kind":"app"})",
     R"({"location":"uksouth","kind":"App","etag":"1"})",
     {"/kind"}},
};
struct Forms : testing::TestWithParam<Case> {};
TEST_P(Forms, DifferWhereTheyShould) {
    const Case& one = GetParam();
    EXPECT_EQ(changes(one.type, json::parse(one.want), json::parse(one.live)), one.changed);
}
std::string case_name(const testing::TestParamInfo<Case>& one) {
    return one.param.name;
}
INSTANTIATE_TEST_SUITE_P(, Forms, testing::ValuesIn(cases), case_name);

TEST(Ids, HaveOneForm) {
    EXPECT_EQ(
        id_form("/subscriptions/ABC/resourcegroups/Rg/providers/microsoft.app/containerapps/Api"),
        "/subscriptions/abc/resourceGroups/Rg/providers/Microsoft.App/containerApps/Api");
    EXPECT_EQ(id_form("subscriptions/abc/providers/microsoft.consumption/Budgets/b"),
              "/subscriptions/abc/providers/Microsoft.Consumption/budgets/b");
    EXPECT_EQ(
        id_form(
            "/subscriptions/abc/resourceGroups/g/providers/microsoft.keyvault/vaults/v/providers/"
            "microsoft.authorization/roleassignments/r"),
        "/subscriptions/abc/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v/providers/"
        "Microsoft.Authorization/roleAssignments/r");
    EXPECT_EQ(id_form("/subscriptions/abc/resourceGroups/g/providers/Microsoft.Web/sites/s"),
              "/subscriptions/abc/resourceGroups/g/providers/Microsoft.Web/sites/s");
    EXPECT_EQ(id_form("/not/an/id"), "/not/an/id");
    EXPECT_EQ(id_form(""), "");
}

TEST(Quantities, HaveOneForm) {
    EXPECT_EQ(quantity_form("1.0Gi"), "1Gi");
    EXPECT_EQ(quantity_form("0.50Gi"), "0.5Gi");
    EXPECT_EQ(quantity_form("100Gi"), "100Gi");
    EXPECT_EQ(quantity_form("2"), "2");
    EXPECT_EQ(quantity_form(""), "");
}

json spec_with_secrets(const std::string& first, const std::string& second) {
    return {{"properties",
             {{"configuration",
               {{"secrets",
                 {{{"name", "db"}, {"value", first}}, {{"name", "api"}, {"value", second}}}}}}}}};
}

TEST(UnseenValues, AreFoundByTheKeyOfTheirElement) {
    const TypeRow row = row_for(app, "");
    const json want = spec_with_secrets("x", "y");
    EXPECT_THAT(write_only_paths(row, want),
                ElementsAre("/properties/configuration/secrets/0/value",
                            "/properties/configuration/secrets/1/value"));
    json live = {{"id", id},
                 {"properties", {{"configuration", {{"secrets", {{{"name", "api"}}}}}}}}};
    live = with_unseen(row, want, live_form(row, want, live));
    EXPECT_EQ(live["properties"]["configuration"]["secrets"],
              json::parse(R"([{"name":"api","value":"y"}])"));
    EXPECT_EQ(without_unseen(row, want)["properties"]["configuration"]["secrets"],
              json::parse(R"([{"name":"db"},{"name":"api"}])"));
}

TEST(UnseenValues, ThatAreToldMaskedAreNotCompared) {
    const TypeRow row = row_for(server, "");
    const json live = live_form(
        row, nullptr, {{"id", id}, {"properties", {{"administratorLoginPassword", "***"}}}});
    EXPECT_THAT(live["properties"], IsEmpty());
}

TEST(LiveForms, TellIdTypeAndVersionAndNothingThatIsReadOnly) {
    const TypeRow row = row_for(app, "");
    const json live = live_form(
        row, nullptr,
        {{"id", "/subscriptions/0F/resourcegroups/rg/providers/microsoft.app/containerapps/a"},
         {"name", "a"},
         {"type", "Microsoft.App/containerApps"},
         {"systemData", {{"createdBy", "me"}}},
         {"properties", {{"provisioningState", "Succeeded"}, {"workloadProfileName", "c"}}}});
    EXPECT_EQ(
        live,
        json::parse(
            R"({"/id":"/subscriptions/0f/resourceGroups/rg/providers/Microsoft.App/containerApps/a",
        "/type":"Microsoft.App/containerApps","/apiVersion":"2026-01-01","properties":{"workloadProfileName":"c"}})"));
}

/// Which variant an object is, one of its members says, which comes before the others.
TEST(WantedForms, WriteTheWordsOfAVariantAsAzureDoes) {
    const json action = json::parse(R"({"name": "ModifyResponseHeader", "parameters": {
        "typeName": "DeliveryRuleHeaderActionParameters", "headerAction": "overwrite"}})");
    const json form = wanted_form(row_for("Microsoft.Cdn/profiles/ruleSets/rules", ""),
                                  {{"properties", {{"actions", {action}}}}});
    EXPECT_EQ(form.at("/properties/actions/0/parameters/headerAction"_json_pointer), "Overwrite");
}

/// Rows: what is ignored, and what is sent then of git's and of what is there.
TEST(IgnoredFields, AreSentAsTheyAreThere) {
    const json live = json::parse(R"({"properties": {"template": {"scale": {"maxReplicas": 9},
        "containers": [{"name": "side", "image": "s:1"}, {"name": "web", "image": "web:7"}]}}})");
    const json git = json::parse(R"({"properties": {"template": {
        "scale": {"maxReplicas": 3, "minReplicas": 1},
        "containers": [{"name": "web", "image": "web:1"}, {"name": "side", "image": "s:2"}]}}})");
    const std::vector<std::pair<std::string, json>> rows{
        {"/properties/template/scale/maxReplicas", {{"maxReplicas", 9}, {"minReplicas", 1}}},
        {"/properties/template/scale/minReplicas", {{"maxReplicas", 3}}},
        {"/properties/template/scale", {{"maxReplicas", 9}}},
        {"/properties/template/scale/*", {{"maxReplicas", 9}}},
        {"/tags/team", {{"maxReplicas", 3}, {"minReplicas", 1}}}};
    for (const auto& [path, scale] : rows) {
        json sent = git;
        keep_ignored(row_for(app, ""), {path}, live, sent);
        EXPECT_EQ(sent["/properties/template/scale"_json_pointer], scale) << path;
    }
    json sent = git;
    keep_ignored(row_for(app, ""), {"/properties/template/containers/web/image"}, live, sent);
    const json containers =
        json::parse(R"([{"name": "web", "image": "web:7"}, {"name": "side", "image": "s:2"}])");
    EXPECT_EQ(sent["/properties/template/containers"_json_pointer], containers);
}

TEST(LateValues, StayAsTheyAre) {
    const std::string mark = late_mark({{"prod", "ManagedEnvironment", "env"}, "id"});
    const json spec = wanted_form(row_for(app, ""), {{"properties", {{"environmentId", mark}}}});
    EXPECT_EQ(spec["properties"]["environmentId"], mark);
}

TEST(Outputs, AreTheOnesThatAreThere) {
    const TypeRow row = row_for("Microsoft.Insights/components", "");
    const auto outputs = outputs_of(
        row,
        {{"id", "/subscriptions/0F/resourcegroups/g/providers/microsoft.insights/components/c"},
         {"name", "c"},
         {"properties", {{"ConnectionString", "k"}}}});
    ASSERT_EQ(outputs.size(), 3U);
    EXPECT_EQ(outputs[0].value,
              "/subscriptions/0f/resourceGroups/g/providers/Microsoft.Insights/components/c");
    EXPECT_EQ(outputs[2].field, "connectionString");
    EXPECT_TRUE(outputs[2].secret);
}

}  // namespace
}  // namespace driftless::azure
