// Groups, policies and applications of Access, imported: what is written declares just what was
// told.
#include "reconcilers/cloudflare/import_access.hpp"

#include <gmock/gmock.h>

#include "providers/cloudflare/answers.hpp"
#include "reconcilers/cloudflare/access_application.hpp"
#include "reconcilers/cloudflare/access_application_manifest.hpp"
#include "reconcilers/cloudflare/access_fields.hpp"
#include "reconcilers/cloudflare/access_manifest.hpp"
#include "reconcilers/cloudflare/access_object.hpp"
#include "tests/reconcilers_cloudflare/import_tables.hpp"

namespace driftless::cloudflare {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto group = AccessSort::group;
constexpr auto policy = AccessSort::policy;
constexpr auto application = AccessSort::application;

AccessObject object_of(const json& shown) {
    return {text_of(shown, "id"), text_of(shown, "name"), shown};
}

Imported imported(const LiveAccess& live) {
    Imported made;
    import_access(live, {.target = "edge", .installation = "sim"}, made);
    return made;
}

Expander expander_of(AccessSort sort) {
    if (sort == group) return expand_access_group;
    return sort == policy ? expand_access_policy : expand_access_application;
}

/// Alone, so that it names others by their ids.
void expect_declared_as_it_is(AccessSort sort, const json& shown) {
    const AccessObject object = object_of(shown);
    const Imported made = imported({{sort, {object}}});
    EXPECT_THAT(left_out_of(made), IsEmpty());
    ASSERT_THAT(made.manifests, SizeIs(1));
    const std::string& text = made.manifests.front().files.begin()->second;
    const Expanded expanded = read_back(made.manifests.front(), expander_of(sort));
    for (const Finding& finding : expanded.findings) ADD_FAILURE() << to_string(finding) << text;
    ASSERT_THAT(expanded.resources, SizeIs(1)) << text;
    json want = expanded.resources.front().spec;
    want.erase("mark");
    const json have =
        sort == application ? spec_of(object, "driftless-sim") : spec_of(sort, object);
    for (const FieldChange& change : changed_fields(want, have, access_field_rules(sort)))
        ADD_FAILURE() << change.path << ": " << change.have << " is not " << change.want << text;
    EXPECT_TRUE(looks_as_declared(sort, want, have));
}

// ---- recorded answers

struct Recorded {
    std::string file;
    AccessSort sort;
    std::size_t written;
    std::size_t left_out = 0;
};

class RecordedAccess : public ::testing::TestWithParam<Recorded> {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(recorded_answers()))
            GTEST_SKIP() << "no recorded answers at " << recorded_answers();
    }
};

TEST_P(RecordedAccess, IsDeclaredJustAsItIsOrLeftOut) {
    const Recorded& row = GetParam();
    std::size_t written = 0;
    std::size_t left_out = 0;
    for (const json& shown : recorded(row.file)) {
        const Imported made = imported({{row.sort, {object_of(shown)}}});
        left_out += made.left_out.size();
        written += made.manifests.size();
        if (made.left_out.empty()) expect_declared_as_it_is(row.sort, shown);
    }
    EXPECT_EQ(written, row.written);
    EXPECT_EQ(left_out, row.left_out);
}
INSTANTIATE_TEST_SUITE_P(
    , RecordedAccess,
    ::testing::Values(
        Recorded{"cf-terraforming/v4-cloudflare_access_group_account.json", group, 1},
        Recorded{"cf-terraforming/v5-cloudflare_zero_trust_access_group.json", group, 1},
        Recorded{"cloudflare-go/access_group_tests.json", group, 2},
        Recorded{"cf-terraforming/v5-cloudflare_zero_trust_access_policy.json", policy, 2},
        Recorded{"cloudflare-go/access_policy_tests.json", policy, 2},
        Recorded{"cf-terraforming/v4-cloudflare_access_application_simple_account.json",
                 application, 0, 1},  // it has no type
        Recorded{"cloudflare-go/access_application_tests.json", application, 3}),
    [](const auto& row) { return std::to_string(row.index); });

// ---- one each

struct Row {
    std::string name;
    AccessSort sort;
    std::string shown;  ///< JSON, less its id
    std::string why;    ///< a part of it; empty: it is written
};
void PrintTo(const Row& row, std::ostream* out) {
    *out << row.name;
}
const std::vector<Row> rows{
    {"group_of_all_sorts", group,
     R"({"name":"All","include":[{"everyone":{}},{"email":{"email":"Me@bnx.dev"}},
         {"ip":{"ip":"192.0.2.1/32"}},{"geo":{"country_code":"GB"}},{"certificate":{}},
         {"github-organization":{"name":"bnx","identity_provider_id":"p1"}},
         {"saml":{"attribute_name":"a","attribute_value":"b","identity_provider_id":"p1"}}],
         "exclude":[{"group":{"id":"g1"}}],"require":[{"login_method":{"id":"p1"}}]})",
     ""},
    {"group_that_everyone_is_in_at_first", group,
     R"({"name":"Default","is_default":true,"include":[{"everyone":{}}]})", ""},
    {"group_with_a_rule_that_nobody_knows", group,
     R"({"name":"New","include":[{"moon_phase":{"phase":"full"}}]})", "moon_phase"},
    {"group_of_nobody", group, R"({"name":"None","include":[]})", "include"},
    {"ours", group, R"({"name":"driftless.sim.a","include":[{"everyone":{}}]})",
     "looks after it already"},
    {"of_another", policy,
     R"({"name":"driftless.other.a","decision":"allow","include":[{"everyone":{}}]})",
     "another driftless"},
    {"policy_with_all_it_can_have", policy,
     R"({"name":"Full","decision":"allow","include":[{"everyone":{}}],"session_duration":"90m",
         "approval_required":true,"isolation_required":true,
         "approval_groups":[{"approvals_needed":2,"email_addresses":["a@bnx.dev"]}],
         "purpose_justification_required":true,"purpose_justification_prompt":"Why: #?"})",
     ""},
    {"policy_of_a_decision_that_nobody_knows", policy,
     R"({"name":"Odd","decision":"perhaps","include":[{"everyone":{}}]})", "decision"},
    {"application_by_its_domain", application,
     R"({"name":"Wiki","type":"self_hosted","domain":"Wiki.bnx.dev/admin","policies":[]})", ""},
    {"application_with_destinations", application,
     R"({"name":"Two","type":"self_hosted","domain":"a.bnx.dev","policies":[],
         "destinations":[{"type":"public","uri":"a.bnx.dev"},{"type":"public","uri":"*.b.dev/x"},
           {"type":"private","hostname":"db.internal","l4_protocol":"tcp","port_range":"5432"}]})",
     ""},
    {"policies_in_the_order_in_which_they_decide", application,
     R"({"name":"Order","type":"self_hosted","domain":"a.bnx.dev",
         "policies":[{"id":"p2","precedence":2,"reusable":true},
                     {"id":"p1","precedence":1,"reusable":true}]})",
     ""},
    {"application_with_maps_and_tags", application,
     R"({"name":"Maps","type":"self_hosted","domain":"a.bnx.dev","policies":[],
         "tags":["b","a"],"same_site_cookie_attribute":"strict","app_launcher_visible":false,
         "cors_headers":{"allow_all_origins":true,"max_age":600,"allowed_methods":["GET"]}})",
     ""},
    {"application_with_a_policy_of_its_own", application,
     R"({"name":"Own","type":"self_hosted","domain":"a.bnx.dev",
         "policies":[{"id":"p1","precedence":1,"reusable":false}]})",
     "a policy of its own"},
    {"application_of_another_type", application,
     R"({"name":"Links","type":"bookmark","domain":"a.bnx.dev"})", "bookmark"},
    {"application_of_ours", application,
     R"({"name":"Ours","type":"self_hosted","domain":"a.bnx.dev","tags":["driftless-sim"]})",
     "looks after it already"},
    {"text_that_no_yaml_holds", application,
     R"({"name":"Nul","type":"self_hosted","domain":"a.bnx.dev","custom_deny_message":"\u0000"})",
     "NUL"},
    {"what_a_manifest_takes_for_a_secret", application,
     R"({"name":"S","type":"self_hosted","domain":"a.bnx.dev","cors_headers":{"secret":"x"}})",
     "secret"},
};

class OneOfAccess : public ::testing::TestWithParam<Row> {};

TEST_P(OneOfAccess, IsDeclaredJustAsItIsOrLeftOutWithTheReason) {
    const Row& row = GetParam();
    json shown = json::parse(row.shown);
    shown["id"] = "699d98642c564d2e855e9661899b7252";
    if (row.why.empty()) return expect_declared_as_it_is(row.sort, shown);
    const Imported made = imported({{row.sort, {object_of(shown)}}});
    EXPECT_THAT(made.manifests, IsEmpty());
    ASSERT_THAT(made.left_out, SizeIs(1));
    EXPECT_THAT(made.left_out.front().why, HasSubstr(row.why));
}
INSTANTIATE_TEST_SUITE_P(, OneOfAccess, ::testing::ValuesIn(rows),
                         [](const auto& row) { return row.param.name; });

TEST(ImportedAccess, OfTwoWithOneNameTheYoungerIsLeftOut) {
    const auto made_at = [](const char* id, const char* when) {
        return object_of({{"id", id},
                          {"name", "Staff"},
                          {"created_at", when},
                          {"include", {{{"everyone", json::object()}}}}});
    };
    const Imported made =
        imported({{group, {made_at("b", "2026-02-01"), made_at("a", "2026-01-01")}}});
    EXPECT_THAT(made.manifests, SizeIs(1));
    EXPECT_THAT(left_out_of(made), ElementsAre(HasSubstr("an earlier one has")));
}

}  // namespace
}  // namespace driftless::cloudflare
