// Fields and rules of Access: one form for what is the same.
#include <gtest/gtest.h>

#include <set>

#include "config/schemas.hpp"
#include "reconcilers/cloudflare/access_destinations.hpp"
#include "reconcilers/cloudflare/access_fields.hpp"
#include "reconcilers/cloudflare/access_rules.hpp"

namespace driftless::cloudflare {
namespace {

struct Case {
    std::string name;
    json one;
    json other;
};
void PrintTo(const Case& each, std::ostream* out) {
    *out << each.name;
}
std::string case_name(const ::testing::TestParamInfo<Case>& info) {
    return info.param.name;
}

class SameRules : public ::testing::TestWithParam<Case> {};

TEST_P(SameRules, AreOneForm) {
    EXPECT_EQ(canonical_access_rules(GetParam().one), canonical_access_rules(GetParam().other));
    const json once = canonical_access_rules(GetParam().one);
    EXPECT_EQ(canonical_access_rules(once), once);
}

const std::vector<Case> same_rules{
    {"none", nullptr, json::array()},
    {"pruned", {json::object(), {{"everyone", nullptr}}}, {{{"everyone", json::object()}}}},
    {"mail", {{{"email", {{"email", "A@B.dev"}}}}}, {{{"email", {{"email", "a@b.dev"}}}}}},
    {"address", {{{"ip", {{"ip", "203.0.113.1"}}}}}, {{{"ip", {{"ip", "203.0.113.1/32"}}}}}},
    {"address6", {{{"ip", {{"ip", "2001:DB8:0::1"}}}}}, {{{"ip", {{"ip", "2001:db8::1/128"}}}}}},
    {"team",
     {{{"github-organization", {{"name", "bnx"}, {"identity_provider_id", "x"}, {"team", ""}}}}},
     {{{"github-organization", {{"name", "bnx"}, {"identity_provider_id", "x"}}}}}},
};
INSTANTIATE_TEST_SUITE_P(, SameRules, ::testing::ValuesIn(same_rules), case_name);

class SameFields : public ::testing::TestWithParam<Case> {};

TEST_P(SameFields, AreOneForm) {
    const json one = plain_fields(AccessSort::application, GetParam().one);
    EXPECT_EQ(one, plain_fields(AccessSort::application, GetParam().other));
    EXPECT_EQ(plain_fields(AccessSort::application, one), one);
}

const std::vector<Case> same_fields{
    {"as_usual",
     json::object(),
     {{"session_duration", "24h"},
      {"app_launcher_visible", true},
      {"http_only_cookie_attribute", true},
      {"enable_binding_cookie", false},
      {"allowed_idps", json::array()},
      {"logo_url", nullptr}}},
    {"durations", {{"session_duration", "90m"}}, {{"session_duration", "1h30m0s"}}},
    {"what_is_off_within",
     {{"cors_headers", {{"allow_all_origins", true}, {"allow_credentials", false}}}},
     {{"cors_headers", {{"allow_all_origins", true}, {"allowed_headers", json::array()}}}}},
    {"nothing_within", {{"cors_headers", {{"allow_credentials", false}}}}, json::object()},
};
INSTANTIATE_TEST_SUITE_P(, SameFields, ::testing::ValuesIn(same_fields), case_name);

class SameDestinations : public ::testing::TestWithParam<Case> {};

TEST_P(SameDestinations, AreOneForm) {
    EXPECT_EQ(destinations_of(GetParam().one), destinations_of(GetParam().other));
    const json once = destinations_of(GetParam().one);
    EXPECT_EQ(destinations_of({{"destinations", once}}), once);
}

json shown(json destination) {
    return {{"destinations", json::array({std::move(destination)})}};
}

const std::vector<Case> same_destinations{
    {"views",
     {{"domain", "App.bnx.dev/Admin"}},
     {{"self_hosted_domains", json::array({"app.bnx.dev/Admin"})}, {"domain", "app.bnx.dev"}}},
    {"the_view_that_counts",
     {{"domain", "elsewhere.bnx.dev"},
      {"destinations", json::array({{{"type", "public"}, {"uri", "app.bnx.dev"}}})}},
     {{"domain", "app.bnx.dev"}, {"destinations", json::array()}}},
    {"one_address", shown({{"type", "private"}, {"cidr", "10.0.0.1"}}),
     shown({{"type", "private"}, {"cidr", "10.0.0.1/32"}, {"vnet_id", nullptr}})},
    {"nothing", json::object(), {{"domain", ""}}},
};
INSTANTIATE_TEST_SUITE_P(, SameDestinations, ::testing::ValuesIn(same_destinations), case_name);

TEST(AccessFields, ThatAreNotAsUsualAreSeen) {
    EXPECT_EQ(plain_fields(AccessSort::application,
                           {{"app_launcher_visible", false}})["app_launcher_visible"],
              false);
    const json want{{"app_launcher_visible", false}};
    const auto rules = access_field_rules(AccessSort::application);
    EXPECT_EQ(changed_fields(want, plain_fields(AccessSort::application, {}), rules).size(), 1u);
}

TEST(AccessFields, OfTheSchemaAreThoseThatAreRead) {
    const json schema = json::parse(manifest_schema());
    for (const auto& [sort, name] : std::vector<std::pair<AccessSort, std::string>>{
             {AccessSort::application, "accessApplication"},
             {AccessSort::group, "accessGroup"},
             {AccessSort::policy, "accessPolicy"},
             {AccessSort::service_token, "accessServiceToken"}}) {
        for (const AccessKey& key : access_keys(sort)) {
            EXPECT_TRUE(schema["$defs"][name]["properties"].contains(std::string{key.name}))
                << key.name;
        }
    }
    std::set<std::string> known;
    for (const RuleSort& sort : rule_sorts()) known.emplace(sort.name);
    const std::set<std::string> told =
        schema["$defs"]["accessRule"]["propertyNames"]["enum"].get<std::set<std::string>>();
    EXPECT_EQ(told, known);
}

}  // namespace
}  // namespace driftless::cloudflare
