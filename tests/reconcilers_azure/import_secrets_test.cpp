#include "reconcilers/azure/import_secrets.hpp"

#include <gmock/gmock.h>

namespace driftless::azure {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// The places of what is found, those whose value is shown with a "!" behind.
std::vector<std::string> places(std::string_view type, const json& body,
                                const std::set<std::string>& plain = {}) {
    std::vector<std::string> all;
    for (const SecretPlace& place : secret_places(row_for(type, ""), body, plain))
        all.push_back(place.at + (place.value ? "!" : ""));
    return all;
}

json variable(const std::string& name, const std::string& value) {
    return {{"properties",
             {{"template",
               {{"containers",
                 json::array({{{"name", "web"},
                               {"env", json::array({{{"name", name}, {"value", value}}})}}})}}}}}};
}

struct VariableCase {
    std::string name;
    std::string value;
    bool is_secret;
};

class Variables : public ::testing::TestWithParam<VariableCase> {};

TEST_P(Variables, AreSecretsByTheirNameOrByTheirLook) {
    const auto& [name, value, is_secret] = GetParam();
    const auto found = places("Microsoft.App/containerApps", variable(name, value));
    EXPECT_EQ(!found.empty(), is_secret) << name << "=" << value;
    EXPECT_THAT(places("Microsoft.App/containerApps", variable(name, value), {name}), IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(
    , Variables,
    ::testing::Values(VariableCase{"LEVEL", "info", false},
                      VariableCase{"KEY_VAULT_URI", "https://kv.vault.azure.net/", false},
                      VariableCase{"KEYCLOAK_REALM", "bnx", false},
                      VariableCase{"API_KEY", "k", true}, VariableCase{"DbPassword", "k", true},
                      VariableCase{"GITHUB_TOKEN", "k", true},
                      VariableCase{"DATABASE_URL", "postgres://app:word@pg/app", true},
                      VariableCase{"DATABASE_URL", "postgres://pg/app", false},
                      VariableCase{"STORE", "AccountName=x;AccountKey=abc", true},
                      VariableCase{"INSIGHTS", "InstrumentationKey=1;IngestionEndpoint=x", true},
                      VariableCase{"HOOK", "https://x.dev/hook?sig=abc", true},
                      VariableCase{"EMPTY_SECRET", "", false}));

TEST(ImportSecrets, OfAnAppAreThoseThatNoVaultHolds) {
    const json body{{"properties",
                     {{"configuration",
                       {{"secrets", json::array({{{"name", "db"}},
                                                 {{"name", "kept"},
                                                  {"keyVaultUrl", "https://kv/secrets/kept"},
                                                  {"identity", "System"}}})}}}}}};
    EXPECT_THAT(places("Microsoft.App/containerApps", body),
                ElementsAre("/properties/configuration/secrets/0/value"));
    EXPECT_THAT(places("Microsoft.App/jobs", body),
                ElementsAre("/properties/configuration/secrets/0/value"));
}

TEST(ImportSecrets, OfAServerIsItsPasswordWhereItLetsPeopleInByOne) {
    const std::string type = "Microsoft.DBforPostgreSQL/flexibleServers";
    json body{{"properties", {{"administratorLogin", "bnx"}}}};
    EXPECT_THAT(places(type, body), ElementsAre("/properties/administratorLoginPassword"));
    body["properties"]["authConfig"] = {{"passwordAuth", "Disabled"}};
    EXPECT_THAT(places(type, body), IsEmpty());
}

}  // namespace
}  // namespace driftless::azure
