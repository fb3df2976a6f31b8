// A list of rules, ours and others': whose each is, where it stands, and what is put in its place.
#include "reconcilers/cloudflare/live_rules.hpp"

#include <gmock/gmock.h>

#include <map>

namespace driftless::cloudflare {
namespace {

using ::testing::ElementsAre;

constexpr const char* collection = "rules bnx.dev/http_request_firewall_custom";

json plain(const std::string& expression) {
    return {{"action", "block"}, {"expression", expression}};
}

/// What git says, and what is there. A letter is a rule: small ones are ours by their ref, capital
/// ones are others'.
class Rules : public ::testing::Test {
protected:
    /// @param order  "ab" at the top, in this order
    void declare(const std::string& order, const std::string& at = "top",
                 const std::string& manifest = "waf") {
        std::int64_t position = 0;
        for (const char letter : order) {
            Declared declared;
            declared.key = key(letter);
            declared.collection = collection;
            declared.spec = form_of_rule(plain(std::string{letter}));
            declared.spec["at"] = at;
            declared.spec["position"] = ++position;
            declared.origin.manifest = {"edge", "Ruleset", manifest};
            desired_.resources.push_back(declared);
        }
        facts_.desired = Complete<DesiredState>::vouched(desired_);
    }
    static ResourceKey key(char letter) {
        return {"edge", std::string{rule_kind},
                "bnx.dev/http_request_firewall_custom/" + std::string{letter}};
    }
    static EntryPoint there(const std::string& letters) {
        EntryPoint entry;
        for (const char letter : letters) {
            const bool ours = letter >= 'a';
            json rule = plain(std::string{letter});
            rule["id"] = "id-" + std::string{letter};
            rule["ref"] = (ours ? "driftless.sim." : "id-") + std::string{letter};
            rule["version"] = "1";
            rule["enabled"] = true;
            entry.rules.push_back(std::move(rule));
        }
        return entry;
    }
    [[nodiscard]] RulesView view() const {
        return {"edge", "sim", {"bnx.dev", "http_request_firewall_custom"}, facts_};
    }
    /// "a at: below rules of others" of each that is not where it should be.
    std::vector<std::string> astray(const std::string& letters) {
        std::vector<std::string> found;
        for (const Live& live : live_rules(view(), there(letters))) {
            if (!live.spec.contains("at")) continue;
            const std::string& full = live.key.name;
            const std::string name = full.substr(full.rfind('/') + 1);
            const json& at = live.spec["at"];
            if (at != "top" && at != "bottom") found.push_back(name + ": " + at.dump());
            if (live.spec["position"].is_string()) {
                found.push_back(name + ": " + live.spec["position"].dump());
            }
        }
        return found;
    }
    /// The letters of the list afterwards; what is new or changed has its expression.
    std::string after(const std::string& letters, const RuleChanges& changes) {
        std::string all;
        for (const json& rule : arranged(view(), there(letters), changes)) {
            all += rule.at("expression").get<std::string>();
        }
        return all;
    }
    RuleChanges put(const std::string& letters) {
        RuleChanges changes;
        for (const char letter : letters) {
            changes.put[key(letter).name] = form_of_rule(plain(std::string{letter}));
        }
        return changes;
    }

    DesiredState desired_{"edge", "c0ffee", {}, {}};
    Facts facts_;
};

TEST_F(Rules, InTheirOrderAreNowhereElse) {
    declare("abc");
    declare("yz", "bottom");
    EXPECT_THAT(astray("abcXYyz"), ElementsAre());
    EXPECT_THAT(astray("bXz"), ElementsAre());
    EXPECT_THAT(astray(""), ElementsAre());
}

TEST_F(Rules, AsFewAsPossibleCountAsMoved) {
    declare("abcd");
    EXPECT_THAT(astray("bcda"), ElementsAre("a: \"after d\""));
    EXPECT_THAT(astray("dabc"), ElementsAre("d: \"first\""));
    EXPECT_THAT(astray("cb"), ElementsAre("b: \"after c\""));
}

TEST_F(Rules, StandOnTheirSideOfTheRulesOfOthers) {
    declare("ab");
    declare("z", "bottom", "late");
    EXPECT_THAT(astray("aXbz"), ElementsAre("b: \"below rules of others\""));
    EXPECT_THAT(astray("abXzY"), ElementsAre("z: \"above rules of others\""));
}

TEST_F(Rules, OfWhichGitDroppedOneAreNotMovedByIt) {
    declare("ac");
    EXPECT_THAT(astray("abcX"), ElementsAre());
    EXPECT_THAT(astray("bacX"), ElementsAre());
}

TEST_F(Rules, OfOthersStayInTheirOrderAndAsTheyAre) {
    declare("ab");
    declare("z", "bottom");
    EXPECT_EQ(after("XYZ", put("abz")), "abXYZz");
    EXPECT_EQ(after("XaYzZ", put("b")), "abXYZz");
    const json rules = arranged(view(), there("X"), put("a"));
    EXPECT_EQ(rules.at(1), json::parse(R"({"id":"id-X","ref":"id-X","action":"block",
        "expression":"X","enabled":true})"));
}

TEST_F(Rules, AChangedOneKeepsItsIdAndTheOthersAreLeftAlone) {
    declare("ab");
    const json rules = arranged(view(), there("abX"), put("b"));
    EXPECT_EQ(rules.at(1), json::parse(R"({"id":"id-b","ref":"driftless.sim.b","action":"block",
        "expression":"b","enabled":true,"description":""})"));
    EXPECT_FALSE(rules.at(0).contains("description"));
}

TEST_F(Rules, OnlyWhatIsNamedIsDropped) {
    declare("a");
    RuleChanges changes;
    changes.drop = {"id-b"};
    EXPECT_EQ(after("abcX", changes), "acX");
}

TEST_F(Rules, EqualToADeclaredOneAreItsKinUntilTheInventoryKnowsThem) {
    declare("ab");
    EntryPoint entry = there("aX");
    entry.rules.at(1)["expression"] = "b";
    LiveState state = live_rules(view(), entry);
    EXPECT_EQ(state.at(1).owner, Owner::kin);
    EXPECT_EQ(state.at(1).key, key('b'));
    EXPECT_EQ(state.at(1).spec["at"], "top");
    entry.rules.at(1)["expression"] = "changed";
    EXPECT_EQ(live_rules(view(), entry).at(1).owner, Owner::foreign);
    InventoryEntry known;
    known.key = key('b');
    known.id = "id-X";
    facts_.inventory.emplace(known.key, known);
    state = live_rules(view(), entry);
    EXPECT_EQ(state.at(1).owner, Owner::ours);
    EXPECT_EQ(state.at(1).key, key('b'));
}

TEST_F(Rules, OfAnotherInstallationAreOthers) {
    declare("a");
    EntryPoint entry = there("a");
    entry.rules.at(0)["ref"] = "driftless.sim2.a";
    entry.rules.at(0)["expression"] = "theirs";
    EXPECT_EQ(live_rules(view(), entry).at(0).owner, Owner::foreign);
}

struct Form {
    std::string name;
    json git;
    json told;
};
void PrintTo(const Form& form, std::ostream* out) {
    *out << form.name;
}
const std::vector<Form> forms{
    {"space_around_an_expression", {{"expression", "\n a\n"}}, {{"expression", "a"}}},
    {"enabled_is_filled_in", {{"expression", "a"}}, {{"expression", "a"}, {"enabled", true}}},
    {"execute_gets_a_version",
     {{"action", "execute"}, {"action_parameters", {{"id", "x"}}}},
     {{"action", "execute"}, {"action_parameters", {{"id", "x"}, {"version", "latest"}}}}},
    {"skip_is_logged",
     {{"action", "skip"}},
     {{"action", "skip"}, {"logging", {{"enabled", true}}}}},
    {"a_description_of_nothing", {{"action", "log"}}, {{"action", "log"}, {"description", ""}}},
    {"empty_parts",
     {{"action", "block"}},
     {{"action", "block"}, {"action_parameters", {{"response", json::object()}}}}},
    {"sets_have_no_order",
     {{"ratelimit", {{"characteristics", {"cf.colo.id", "ip.src"}}, {"period", 10}}}},
     {{"ratelimit",
       {{"characteristics", {"ip.src", "cf.colo.id"}},
        {"period", 10},
        {"requests_to_origin", false},
        {"counting_expression", ""}}}}},
    {"a_query_is_not_kept",
     {{"action", "redirect"}, {"action_parameters", {{"from_value", {{"status_code", 301}}}}}},
     {{"action", "redirect"},
      {"action_parameters",
       {{"from_value", {{"status_code", 301}, {"preserve_query_string", false}}}}}}},
};
class RuleForms : public ::testing::TestWithParam<Form> {};
TEST_P(RuleForms, AreOneOnBothSides) {
    const Form& form = GetParam();
    EXPECT_EQ(form_of_rule(form.git), form_of_rule(form.told));
    EXPECT_EQ(form_of_rule(form_of_rule(form.told)), form_of_rule(form.told));
}
INSTANTIATE_TEST_SUITE_P(, RuleForms, ::testing::ValuesIn(forms),
                         [](const auto& form) { return form.param.name; });

TEST(RuleForm, WhatIsEmptyAndSaysSomethingIsKept) {
    const json query = json::parse(R"({"uri":{"query":{"value":""},"path":{"expression":""}}})");
    const json rewrite{{"action", "rewrite"}, {"action_parameters", query}};
    EXPECT_EQ(form_of_rule(rewrite)["action_parameters"],
              json::parse(R"({"uri":{"query":{"value":""}}})"));
    const json whole = json::parse(R"({"rules":{"4814":[],"efb7":["1"]}})");
    const json skip{{"action", "skip"}, {"action_parameters", whole}};
    EXPECT_EQ(form_of_rule(skip)["action_parameters"], whole);
}

TEST(RuleForm, BypassingTheCacheIsNoDefault) {
    const json bypass{{"action", "set_cache_settings"}, {"action_parameters", {{"cache", false}}}};
    EXPECT_EQ(form_of_rule(bypass)["action_parameters"]["cache"], false);
}

}  // namespace
}  // namespace driftless::cloudflare
