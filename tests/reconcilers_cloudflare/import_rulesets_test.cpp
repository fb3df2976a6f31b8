// Rules, imported: what is written declares just what was told, and adopts it.
#include "reconcilers/cloudflare/import_rulesets.hpp"

#include <gmock/gmock.h>

#include "reconcilers/cloudflare/live_rules.hpp"
#include "reconcilers/cloudflare/ruleset_manifest.hpp"
#include "tests/reconcilers_cloudflare/import_tables.hpp"

namespace driftless::cloudflare {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Imported imported(const RulesetPlace& place, const json& rules) {
    Imported made;
    import_rulesets({{place, rules}}, {.target = "edge", .installation = "sim"}, made);
    return made;
}

/// Each live rule is either adopted as it is or left out.
void expect_adopted(const RulesetPlace& place, const json& rules, std::size_t left_out) {
    const Imported made = imported(place, rules);
    EXPECT_THAT(left_out_of(made), SizeIs(left_out));
    DesiredState wanted{.target = "edge", .commit = "c0ffee", .resources = {}};
    for (const ImportedManifest& manifest : made.manifests) {
        const Expanded expanded = read_back(manifest, expand_ruleset);
        for (const Finding& finding : expanded.findings) ADD_FAILURE() << to_string(finding);
        for (const Declared& declared : expanded.resources) wanted.resources.push_back(declared);
    }
    EXPECT_THAT(wanted.resources, SizeIs(rules.size() - left_out));
    Facts facts;
    facts.desired = Complete<DesiredState>::vouched(wanted);
    EntryPoint entry;
    entry.rules = rules;
    const LiveState live = live_rules({"edge", "sim", place, facts}, entry);
    for (const Declared& want : wanted.resources) {
        const auto have = std::ranges::find(live, want.key, &Live::key);
        ASSERT_NE(have, live.end()) << want.key.name;
        EXPECT_EQ(have->owner, Owner::kin) << want.key.name;
        EXPECT_EQ(have->spec, want.spec) << want.key.name;
    }
}

// ---- recorded answers

struct Recorded {
    std::string file;
    std::size_t rulesets;  ///< with rules of a phase that we keep
    std::size_t left_out = 0;
};

class RecordedRules : public ::testing::TestWithParam<Recorded> {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(recorded_answers()))
            GTEST_SKIP() << "no recorded answers at " << recorded_answers();
    }
};

TEST_P(RecordedRules, AreDeclaredJustAsTheyAre) {
    std::size_t rulesets = 0;
    for (const json& shown : recorded("cf-terraforming/" + GetParam().file)) {
        if (!shown.contains("rules")) continue;
        ++rulesets;
        const bool is_zone = shown.at("kind") == "zone";
        const RulesetPlace place{is_zone ? "bnx.dev" : "", shown.at("phase")};
        expect_adopted(place, shown.at("rules"), GetParam().left_out);
    }
    EXPECT_EQ(rulesets, GetParam().rulesets);
}
INSTANTIATE_TEST_SUITE_P(
    , RecordedRules,
    ::testing::Values(Recorded{"v4-cloudflare_ruleset_http_request_cache_settings.json", 1},
                      Recorded{"v4-cloudflare_ruleset_override_remapping_enabled.json", 1},
                      Recorded{"v4-cloudflare_ruleset_zone_http_ratelimit.json", 1},
                      Recorded{"v4-cloudflare_ruleset_zone_rewrite_to_empty_query_parameter.json",
                               1},
                      Recorded{"v5-cloudflare_ruleset_empty_rules_to_rulesets.json", 1}),
    [](const auto& row) { return std::to_string(row.index); });

// ---- one rule each

struct Row {
    std::string name;
    std::string phase;
    std::string rule;  ///< JSON, less its id
    std::string why;   ///< a part of it; empty: it is written
};
void PrintTo(const Row& row, std::ostream* out) {
    *out << row.name;
}
const std::string waf = "http_request_firewall_custom";
const std::vector<Row> rows{
    {"plain", waf, R"({"action":"block","expression":"true"})", ""},
    {"switched_off", waf, R"({"action":"log","expression":"a","enabled":false})", ""},
    {"words_that_look_like_yaml", waf,
     R"({"action":"block","expression":"yes","description":"- [a]: {b} # c","ref":"null"})", ""},
    {"lines", waf, R"({"action":"block","expression":"a\n or b","description":"one\ntwo"})", ""},
    {"a_value", "http_request_dynamic_redirect",
     R"({"action":"redirect","expression":"a","action_parameters":{"from_value":
         {"status_code":302,"target_url":{"value":"https://x"},"preserve_query_string":true}}})",
     ""},
    {"a_header_of_nothing", "http_response_headers_transform",
     R"({"action":"rewrite","expression":"a","action_parameters":
         {"headers":{"X-A":{"operation":"set","value":""},"X-B":{"operation":"remove"}}}})",
     ""},
    {"numbers", "http_ratelimit",
     R"({"action":"block","expression":"a","ratelimit":{"characteristics":["ip.src"],"period":10,
         "requests_per_period":20,"mitigation_timeout":0}})",
     ""},
    {"numbers_with_fractions", "http_ratelimit",
     R"({"action":"block","expression":"a","ratelimit":{"characteristics":["ip.src"],"period":1.5,
         "score_per_period":0.1,"requests_per_period":1e-7,"mitigation_timeout":2.0}})",
     ""},
    {"texts_like_numbers", "http_response_headers_transform",
     R"({"action":"rewrite","expression":"a","action_parameters":
         {"headers":{"X-A":{"operation":"set","value":"1.50"},"X-B":{"operation":"set","value":"1e5"}}}})",
     ""},
    {"a_key_that_nobody_knows", waf, R"({"action":"block","expression":"a","score_threshold":40})",
     "\"score_threshold\""},
    {"an_action_of_another_phase", waf,
     R"({"action":"serve_error","expression":"a","action_parameters":{"content":"x"}})",
     "\"serve_error\" is no action of"},
    {"no_expression", waf, R"({"action":"block","expression":" "})", "expression"},
    {"an_empty_list", "http_request_cache_settings",
     R"({"action":"set_cache_settings","expression":"a","action_parameters":
         {"cache":true,"cache_key":{"custom_key":{"query_string":{"include":[]}}}}})",
     "an empty \"include\""},
    {"what_a_manifest_takes_for_a_reference", waf,
     R"({"action":"block","expression":"a","action_parameters":{"response":{"secret":"x"}}})",
     "secret"},
    {"no_text", waf, R"({"action":"block","expression":"a","description":"\u0000"})",
     "NUL character"},
};

class OneRule : public ::testing::TestWithParam<Row> {};

TEST_P(OneRule, IsDeclaredJustAsItIsOrLeftOutWithTheReason) {
    const Row& row = GetParam();
    json rule = json::parse(row.rule);
    rule["id"] = "0f24aab3002347a9a4ac01520e6893d0";
    if (!rule.contains("ref")) rule["ref"] = rule["id"];
    const bool is_written = row.why.empty();
    const RulesetPlace place{"bnx.dev", row.phase};
    expect_adopted(place, json::array({rule}), is_written ? 0 : 1);
    if (is_written) return;
    const Imported made = imported(place, json::array({rule}));
    EXPECT_THAT(made.manifests, IsEmpty());
    ASSERT_THAT(made.left_out, SizeIs(1));
    EXPECT_THAT(made.left_out.front().why, HasSubstr(row.why));
}
INSTANTIATE_TEST_SUITE_P(, OneRule, ::testing::ValuesIn(rows),
                         [](const auto& row) { return row.param.name; });

// ---- names

std::vector<std::string> refs(const json& rules) {
    std::vector<std::string> all;
    for (const ImportedManifest& manifest : imported({"bnx.dev", waf}, rules).manifests) {
        for (const Declared& declared : read_back(manifest, expand_ruleset).resources) {
            const std::string& name = declared.key.name;
            all.push_back(name.substr(name.rfind('/') + 1));
        }
    }
    return all;
}

TEST(ImportedRules, AreCalledAsTheyWereOrAsTheirWordsSay) {
    const auto rule = [](const std::string& id, const std::string& ref, const std::string& words) {
        return json{{"id", id},
                    {"ref", ref},
                    {"action", "block"},
                    {"expression", "a"},
                    {"description", words}};
    };
    EXPECT_THAT(refs({rule("1", "Given_by.Hand", "words"), rule("2", "2", "No bots!"),
                      rule("3", "3", ""), rule("4", "", "no BOTS"), rule("5", "5", "日本"),
                      rule("6", "6", std::string(90, 'x'))}),
                ElementsAre("given_by-hand", "no-bots", "block", "no-bots-2", "unnamed",
                            std::string(60, 'x')));
}

TEST(ImportedRules, OfTwoZonesWithNamesTooLongHaveManifestsOfTheirOwn) {
    const json rules = json::parse(R"([{"id":"1","ref":"1","action":"block","expression":"a"}])");
    const std::string label(60, 'a');
    Imported made;
    import_rulesets({{{label + ".bnx.dev", waf}, rules}, {{label + ".briefhours.com", waf}, rules}},
                    {.target = "edge", .installation = "sim"}, made);
    ASSERT_THAT(made.manifests, SizeIs(2));
    EXPECT_NE(made.manifests.at(0).name, made.manifests.at(1).name);
    EXPECT_THAT(read_back(made.manifests.at(1), expand_ruleset).resources, SizeIs(1));
}

TEST(ImportedRules, OfAPhaseWithoutAnyThereIsNoManifest) {
    EXPECT_THAT(imported({"bnx.dev", waf}, json::array()).manifests, IsEmpty());
}

}  // namespace
}  // namespace driftless::cloudflare
