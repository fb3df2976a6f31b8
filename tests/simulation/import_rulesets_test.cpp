// Rules that live at an account are written down, and a plan of that only adopts.
#include "tests/simulation/import_scene.hpp"
#include "tests/support/golden.hpp"

namespace driftless::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

json rule(const std::string& expression, json more = {}) {
    json rule{{"action", "block"}, {"expression", expression}};
    if (!more.is_null()) rule.update(more);
    return rule;
}

class ImportRulesets : public ::testing::Test, protected ImportScene {
protected:
    ImportRulesets() : ImportScene{stage} {}
    void SetUp() override {
        clear_what_others_have();
        for (auto& [id, one] : account.world().state.zones) {
            one.records.clear();
            one.by_name.clear();
        }
    }

    [[nodiscard]] std::string entry_of(const std::string& phase, bool of_account = false) const {
        const std::string whose = of_account ? "/accounts/" + account.account() : "/zones/" + zone;
        return fmt::format("{}/rulesets/phases/{}/entrypoint", whose, phase);
    }
    void put(const std::string& phase, const std::vector<json>& rules, bool of_account = false) {
        const json answer =
            account.ask(net::Method::put, entry_of(phase, of_account), {{"rules", rules}});
        ASSERT_EQ(answer.at("success"), true) << answer.dump();
    }
    json rules(const std::string& phase, bool of_account = false) {
        return account.ask(net::Method::get, entry_of(phase, of_account)).at("result").at("rules");
    }
    /// "a mine b" by their refs, our mark cut off; by their expressions where they have none.
    std::vector<std::string> order(const std::string& phase) {
        std::vector<std::string> all;
        const json list = rules(phase);
        for (const json& one : list) {
            const std::string ref = one.at("ref");
            if (ref.starts_with("driftless.sim.")) {
                all.push_back(ref.substr(14));
            } else {
                all.push_back(one.at("expression"));
            }
        }
        return all;
    }
    void make_rules() {
        const json skip{{"action", "skip"},
                        {"description", "Let the monitors in"},
                        {"action_parameters", {{"ruleset", "current"}}},
                        {"logging", {{"enabled", false}}}};
        put(custom, {rule("ip.src in $monitors", skip),
                     rule("http.host eq \"a.bnx.dev\"", {{"description", "No bots: at all!"}}),
                     rule("true", {{"enabled", false}, {"ref", "panic"}, {"action", "log"}}),
                     rule("ip.src eq 192.0.2.9")});
        const json limit{{"ratelimit",
                          {{"characteristics", {"ip.src", "cf.colo.id"}},
                           {"period", 10},
                           {"requests_per_period", 20},
                           {"mitigation_timeout", 10}}}};
        put("http_ratelimit", {rule("http.request.uri.path eq \"/login\"", limit)});
        const json redirect{{"action", "redirect"},
                            {"action_parameters",
                             {{"from_value",
                               {{"status_code", 301},
                                {"preserve_query_string", false},
                                {"target_url", {{"value", "https://bnx.dev"}}}}}}}};
        put("http_request_dynamic_redirect", {rule("http.host eq \"www.bnx.dev\"", redirect)});
        const json list{{"action", "redirect"},
                        {"action_parameters",
                         {{"from_list", {{"name", "moved"}, {"key", "http.request.full_uri"}}}}}};
        put("http_request_redirect", {rule("http.request.full_uri in $moved", list)}, true);
    }
    ResourceStatus status(const std::string& name) {
        return stage.world.resource("edge/cloudflare.ruleset_rule/" + name);
    }
    void converge(const Commit& commit) {
        stage.world.clear_logs();
        stage.push(commit);
        stage.world.run_for(settled_after);
    }

    Stage stage{{edge}};
    FakeCloudflare& account = *stage.world.cloudflare();
    std::string zone = account.ask(net::Method::get, "/zones").at("result").at(0).at("id");
    const std::string custom = "http_request_firewall_custom";
    const std::string file = "ruleset-bnx.dev-http_request_firewall_custom.yaml";
};

TEST_F(ImportRulesets, WritesRulesAsAPersonWould) {
    make_rules();
    expect_golden("cloudflare/imported_rulesets.txt", text_and_files(import()));
}

TEST_F(ImportRulesets, AllOfItIsAdoptedWithoutAWriteAndStaysQuiet) {
    make_rules();
    expect_all_adopted(commit_of(import()));
    EXPECT_THAT(stage.world.status(edge).resources, SizeIs(4u + 1u + 1u + 1u));
}

TEST_F(ImportRulesets, AfterALostDatabaseAllOfItIsAdoptedAnew) {
    make_rules();
    stage.begin(commit_of(import()));
    lose_database();
}

TEST_F(ImportRulesets, ARuleGetsItsRefWithItsFirstChangeAndKeepsItsId) {
    make_rules();
    Commit commit = commit_of(import());
    stage.begin(commit);
    const json before = rules(custom);
    std::string& text = commit.at(file);
    text.replace(text.find("a.bnx.dev"), 9, "b.bnx.dev");
    converge(commit);
    EXPECT_THAT(stage.world.writes(), SizeIs(1));
    EXPECT_THAT(order(custom), ElementsAre("ip.src in $monitors", "no-bots-at-all", "true",
                                           "ip.src eq 192.0.2.9"));
    const json now = rules(custom);
    EXPECT_EQ(now.at(1).at("id"), before.at(1).at("id"));
    EXPECT_EQ(now.at(1).at("expression"), "http.host eq \"b.bnx.dev\"");
    for (const std::size_t at : {0u, 2u, 3u}) EXPECT_EQ(now.at(at), before.at(at));
    expect_quiet();
}

TEST_F(ImportRulesets, OneThatGitDropsIsRemovedAndOneThatSomebodyAddsStays) {
    make_rules();
    Commit commit = commit_of(import());
    stage.begin(commit);
    json list = rules(custom);
    list.push_back(rule("ip.src eq 192.0.2.10"));
    put(custom, list.get<std::vector<json>>());
    std::string& text = commit.at(file);
    const std::size_t begin = text.find("    - ref: panic");
    text.erase(begin, text.find("    - ref:", begin + 1) - begin);
    converge(commit);
    EXPECT_THAT(order(custom), ElementsAre("ip.src in $monitors", "http.host eq \"a.bnx.dev\"",
                                           "ip.src eq 192.0.2.9", "ip.src eq 192.0.2.10"));
    expect_quiet();
}

/// Above and below it there is a manifest each; what stands between two such is left out, too.
TEST_F(ImportRulesets, ARuleThatNoManifestCanSayStaysWhereItIs) {
    const json odd{{"score_threshold", 40}};
    put(custom, {rule("ip.src eq 192.0.2.1"), rule("ip.src eq 192.0.2.2", odd),
                 rule("ip.src eq 192.0.2.3", {{"description", "between"}}),
                 rule("ip.src eq 192.0.2.4", {{"ref", "driftless.other.a"}})});
    const auto report = import();
    EXPECT_THAT(names(report), ElementsAre(custom + " of zone bnx.dev"));
    const std::string id = rules(custom).at(1).at("id");
    const std::string of = "\" of bnx.dev/" + custom;
    EXPECT_THAT(why_left_out(report, "rule \"" + id + of), HasSubstr("\"score_threshold\""));
    EXPECT_THAT(why_left_out(report, "rule \"between" + of), HasSubstr("stands between"));
    EXPECT_THAT(text_of(report), HasSubstr("\"driftless.other.a\""));
    expect_all_adopted(commit_of(report));

    put(custom, {rule("ip.src eq 192.0.2.1"), rule("ip.src eq 192.0.2.2", odd),
                 rule("ip.src eq 192.0.2.3"), rule("ip.src eq 192.0.2.4")});
    const auto again = import();
    EXPECT_THAT(names(again), ElementsAre(custom + " of zone bnx.dev",
                                          custom + " of zone bnx.dev, at the bottom"));
    EXPECT_THAT(commit_of(again).at("ruleset-bnx.dev-" + custom + "-bottom.yaml"),
                AllOf(HasSubstr("at: bottom"), HasSubstr("192.0.2.3"), HasSubstr("192.0.2.4"),
                      HasSubstr("ref: block-3"), Not(HasSubstr("192.0.2.1"))));
}

TEST_F(ImportRulesets, BothManifestsOfAPhaseAreAdoptedAroundWhatStays) {
    put(custom,
        {rule("ip.src eq 192.0.2.1"), rule("ip.src eq 192.0.2.2", {{"score_threshold", 40}}),
         rule("ip.src eq 192.0.2.3"), rule("ip.src eq 192.0.2.4")});
    Commit commit = commit_of(import());
    expect_all_adopted(commit);
    std::string& text = commit.at("ruleset-bnx.dev-" + custom + "-bottom.yaml");
    text.replace(text.find("192.0.2.3"), 9, "192.0.2.5");
    converge(commit);
    EXPECT_THAT(order(custom), ElementsAre("ip.src eq 192.0.2.1", "ip.src eq 192.0.2.2", "block-2",
                                           "ip.src eq 192.0.2.4"));
    EXPECT_EQ(rules(custom).at(1).at("score_threshold"), 40);
    expect_quiet();
}

TEST_F(ImportRulesets, TwoThatAreAlikeGetDistinctRefs) {
    const json same{{"description", "Twice"}};
    put(custom, {rule("ip.src eq 192.0.2.1", same), rule("ip.src eq 192.0.2.1", same)});
    const Commit commit = commit_of(import());
    EXPECT_THAT(commit.at(file), AllOf(HasSubstr("ref: twice\n"), HasSubstr("ref: twice-2\n")));
    expect_all_adopted(commit);
}

/// Where it would stand among ours only their manifest can say.
TEST_F(ImportRulesets, BesideRulesOfOursNothingIsWritten) {
    put(custom, {rule("ip.src eq 192.0.2.1", {{"ref", "driftless.sim.a"}, {"description", "ours"}}),
                 rule("ip.src eq 192.0.2.2", {{"description", "theirs"}})});
    const auto report = import();
    EXPECT_THAT(report.imported.manifests, IsEmpty());
    const std::string of = "\" of bnx.dev/" + custom;
    EXPECT_THAT(why_left_out(report, "rule \"ours" + of), HasSubstr("looks after it already"));
    EXPECT_THAT(why_left_out(report, "rule \"theirs" + of),
                HasSubstr("rules of this phase already"));
}

TEST_F(ImportRulesets, OtherRulesetsAreTold) {
    account.ask(net::Method::post, "/accounts/" + account.account() + "/rulesets",
                {{"name", "shared blocks"},
                 {"kind", "custom"},
                 {"phase", custom},
                 {"rules", json::array({rule("true")})}});
    put(custom, {rule("ip.src eq 192.0.2.1")});
    json& entry = account.world().state.zones.at(zone).rulesets.begin()->second;
    entry["phase"] = "ddos_l7";
    const auto report = import();
    EXPECT_THAT(report.imported.manifests, IsEmpty());
    EXPECT_THAT(why_left_out(report, "ruleset \"shared blocks\" of the account"),
                HasSubstr("a custom ruleset"));
    EXPECT_THAT(why_left_out(report, "rules of ddos_l7 of zone bnx.dev"),
                HasSubstr("keeps no rules of this phase"));
}

TEST_F(ImportRulesets, OneZoneAloneByItsName) {
    make_rules();
    EXPECT_THAT(names(import({.only = "bnx.dev"})), SizeIs(3));
    EXPECT_THAT(names(import({.only = "other.dev"})), IsEmpty());
}

TEST_F(ImportRulesets, APermissionThatIsMissingIsNamed) {
    make_rules();
    account.deny("rulesets");
    const auto report = import();
    EXPECT_THAT(report.imported.manifests, IsEmpty());
    EXPECT_THAT(why_left_out(report, "rulesets of zone bnx.dev"), HasSubstr("Zone WAF Read"));
    EXPECT_THAT(why_left_out(report, "rulesets of the account"),
                HasSubstr("Account Rulesets Read"));
}

TEST_F(ImportRulesets, NothingIsTakenForGoneThatCanNotBeRead) {
    make_rules();
    for (const char* route :
         {"GET /zones/{}/rulesets", "GET /zones/{}/rulesets/phases/{}/entrypoint",
          "GET /accounts/{}/rulesets", "GET /accounts/{}/rulesets/phases/{}/entrypoint"})
        expect_fails_without(route);
}

}  // namespace
}  // namespace driftless::test
