// Rules of a zone, by the whole daemon on the simulated Cloudflare. Somebody else has one there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulation/stage.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

/// "- {ref: a, …}"
std::string rule(const std::string& ref, const std::string& expression = "",
                 const std::string& action = "block") {
    return fmt::format("    - {{ref: {0}, action: {1}, expression: '{2}'}}\n", ref, action,
                       expression.empty() ? "http.host eq \"" + ref + "\"" : expression);
}

const std::string theirs = "ip.src eq 192.0.2.7";

class RulesetTest : public ::testing::Test {
protected:
    std::string path() {
        const json zones = account.ask(net::Method::get, "/zones").at("result");
        return "/zones/" + zones.at(0).at("id").get<std::string>() +
               "/rulesets/phases/http_request_firewall_custom/entrypoint";
    }
    json entry() { return account.ask(net::Method::get, path()).at("result"); }
    /// In their order: our refs without the mark, "theirs" for another's.
    std::vector<std::string> order() {
        std::vector<std::string> list;
        const json shown = entry();
        for (const json& one : shown.at("rules")) {
            const std::string ref = one.at("ref");
            const bool ours = ref.starts_with("driftless.sim.");
            list.push_back(ours ? ref.substr(14) : "theirs");
        }
        return list;
    }
    json named(const std::string& ref) {
        const json shown = entry();
        for (const json& one : shown.at("rules")) {
            if (one.at("ref") == "driftless.sim." + ref) return one;
        }
        return nullptr;
    }
    /// What a person at the dashboard makes of the rules.
    void by_hand(const std::function<void(json&)>& change) {
        json rules = entry().at("rules");
        change(rules);
        const json answer = account.ask(net::Method::put, path(), {{"rules", rules}});
        ASSERT_EQ(answer.at("success"), true) << answer.dump();
    }
    ResourceStatus status(const std::string& ref) {
        return stage.world.resource(
            "edge/cloudflare.ruleset_rule/bnx.dev/http_request_firewall_custom/" + ref);
    }
    void converge(const Commit& commit) {
        stage.world.clear_logs();
        stage.push(commit);
        stage.world.run_for(settled_after);
    }
    std::size_t dry_runs() {
        std::size_t count = 0;
        for (const CloudflareLogged& logged : account.log()) {
            if (logged.request.query_or("dry_run", "") == "true") ++count;
        }
        return count;
    }

    Stage stage{{edge}};
    FakeCloudflare& account = *stage.world.cloudflare();
};

TEST_F(RulesetTest, StandsAboveTheRulesOfOthersInOnePutAndIsThenQuiet) {
    const json before = entry();
    stage.begin(ruleset("waf", rule("a") + rule("b")));
    EXPECT_THAT(order(), ElementsAre("a", "b", "theirs"));
    EXPECT_THAT(account.writes(), ElementsAre(StartsWith("PUT /zones/")));
    EXPECT_EQ(entry().at("rules").at(2), before.at("rules").at(0));
    EXPECT_EQ(status("a").status, Status::in_sync) << status("a").why;
    account.clear_log();
    stage.expect_quiet();
    EXPECT_EQ(dry_runs(), 0u);
    EXPECT_THAT(account.calls(), SizeIs(1));  // one look at the entry point, now and then
}

TEST_F(RulesetTest, AtTheBottomStandsBelowThem) {
    stage.begin(ruleset("waf", rule("a") + rule("b"), "  at: bottom\n"));
    EXPECT_THAT(order(), ElementsAre("theirs", "a", "b"));
    stage.expect_quiet();
}

TEST_F(RulesetTest, AChangeAMoveANewAndADroppedRuleKeepTheOthersIds) {
    stage.begin(ruleset("waf", rule("a") + rule("b") + rule("gone")));
    const json a = named("a");
    const json b = named("b");
    converge(ruleset("waf", rule("b", "", "log") + rule("new") + rule("a")));
    EXPECT_THAT(order(), ElementsAre("b", "new", "a", "theirs"));
    EXPECT_EQ(named("a").at("id"), a.at("id"));
    EXPECT_EQ(named("b").at("id"), b.at("id"));
    EXPECT_EQ(named("b").at("action"), "log");
    EXPECT_THAT(account.writes(), SizeIs(2));  // removals go last, alone
    stage.expect_quiet();
}

TEST_F(RulesetTest, WhatSomebodyChangedMovedAndDeletedIsRepaired) {
    stage.begin(ruleset("waf", rule("a") + rule("b") + rule("c")));
    by_hand([](json& rules) {  // a b c theirs -> theirs c a, and a does nothing any more
        const json a = rules[0];
        rules = {rules[3], rules[2], a};
        rules[2]["enabled"] = false;
    });
    stage.world.clear_logs();
    stage.world.run_for(settled_after);
    EXPECT_THAT(order(), ElementsAre("a", "b", "c", "theirs"));
    EXPECT_EQ(named("a").at("enabled"), true);
    EXPECT_THAT(account.writes(), SizeIs(1));
    stage.expect_quiet();
}

TEST_F(RulesetTest, ARuleThatSomebodyElseAddsStaysWhereItIs) {
    stage.begin(ruleset("waf", rule("a")));
    by_hand([](json& rules) {
        rules.push_back({{"action", "log"}, {"expression", "ip.src eq 192.0.2.8"}});
    });
    stage.world.clear_logs();
    stage.world.run_for(settled_after);
    EXPECT_THAT(account.writes(), IsEmpty());
    EXPECT_THAT(order(), ElementsAre("a", "theirs", "theirs"));
}

TEST_F(RulesetTest, WithoutItsManifestLeavesOthersAndAnEmptyListAlone) {
    const Commit anchor = zone("  - {name: anchor, type: TXT, value: stays}\n");
    stage.begin(joined(anchor, ruleset("waf", rule("a") + rule("b"))));
    converge(anchor);
    EXPECT_THAT(order(), ElementsAre("theirs"));
    stage.world.clear_logs();
    stage.world.run_for(quiet_for);
    EXPECT_THAT(account.writes(), IsEmpty());
    EXPECT_FALSE(account.calls().contains("GET /zones/{}/rulesets/phases/{}/entrypoint"));
}

TEST_F(RulesetTest, AllRulesOfAManifestThatStaysWaitForAPerson) {
    const Commit anchor = zone("  - {name: anchor, type: TXT, value: stays}\n");
    stage.begin(joined(anchor, ruleset("waf", rule("a") + rule("b") + rule("c"))));
    converge(joined(anchor, ruleset("waf", "    []\n")));
    EXPECT_THAT(order(), ElementsAre("a", "b", "c", "theirs"));
    EXPECT_EQ(status("a").status, Status::held);
}

TEST_F(RulesetTest, AWrongExpressionIsToldWithItsPlaceBeforeAnythingHappensAndTheOthersGo) {
    stage.begin(ruleset("waf", rule("a") + rule("bad", "http.host eq (") + rule("c")));
    EXPECT_EQ(status("bad").status, Status::failed);
    EXPECT_THAT(status("bad").why, HasSubstr("waf.yaml:10:7: "));
    EXPECT_THAT(status("bad").why, HasSubstr("Filter parsing error"));
    EXPECT_THAT(order(), ElementsAre("a", "c", "theirs"));
    EXPECT_THAT(account.writes(), SizeIs(1));
    account.clear_log();
    stage.expect_quiet();
    EXPECT_EQ(dry_runs(), 0u);  // nothing has changed since it was asked
    converge(ruleset("waf", rule("a") + rule("bad", "http.host eq \"x\"") + rule("c")));
    EXPECT_THAT(order(), ElementsAre("a", "bad", "c", "theirs"));
}

TEST_F(RulesetTest, AChangeThatIsRefusedLeavesWhatWorked) {
    stage.begin(ruleset("waf", rule("a") + rule("b")));
    converge(ruleset("waf", rule("a", "ssl matches \"x\"") + rule("b")));
    EXPECT_EQ(status("a").status, Status::failed);
    EXPECT_THAT(status("a").why, HasSubstr("Business plan"));
    EXPECT_EQ(named("a").at("expression"), "http.host eq \"a\"");
    EXPECT_THAT(account.writes(), IsEmpty());
}

TEST_F(RulesetTest, MoreRulesThanThePlanHasAreToldAndThoseThatFitGo) {
    stage.begin(ruleset("waf", rule("a") + rule("b") + rule("c") + rule("d") + rule("e")));
    EXPECT_THAT(order(), ElementsAre("a", "b", "c", "d", "theirs"));
    EXPECT_EQ(status("e").status, Status::failed);
    EXPECT_THAT(status("e").why, HasSubstr("6 out of 5"));
    stage.expect_quiet();
}

TEST_F(RulesetTest, InAFullPlanANewRuleComesOnceTheDroppedOneIsGone) {
    stage.begin(ruleset("waf", rule("a") + rule("b") + rule("c") + rule("d")));
    converge(ruleset("waf", rule("a") + rule("b") + rule("c") + rule("e")));
    EXPECT_THAT(order(), ElementsAre("a", "b", "c", "e", "theirs"));
    stage.expect_quiet();
}

TEST_F(RulesetTest, WhatIsThereAsDeclaredIsAdoptedWithoutAWrite) {
    by_hand([](json& rules) {
        const json same{{"action", "block"}, {"expression", "http.host eq \"a\""}};
        rules.insert(rules.begin(), same);
    });
    const json before = entry();
    stage.begin(ruleset("waf", rule("a")));
    EXPECT_EQ(status("a").status, Status::in_sync) << status("a").why;
    EXPECT_EQ(entry(), before);
    stage.world.clear_logs();
    converge(ruleset("waf", rule("a", "", "log")));
    EXPECT_THAT(order(), ElementsAre("a", "theirs"));
    EXPECT_EQ(named("a").at("id"), before.at("rules").at(0).at("id"));
}

TEST_F(RulesetTest, WhoWritesAtTheSameMomentIsNoticed) {
    stage.begin(ruleset("waf", rule("a")));
    bool once = true;
    account.before = [&](const CloudflareRequest& request) {
        const bool puts =
            request.method == net::Method::put && request.query_or("dry_run", "") != "true";
        if (!puts || !std::exchange(once, false)) return;
        by_hand([](json& rules) {
            rules.push_back({{"action", "log"}, {"expression", "ip.src eq 192.0.2.9"}});
        });
    };
    stage.push(ruleset("waf", rule("a", "", "log")));
    bool told = false;
    for (int second = 0; second < 120; ++second) {
        stage.world.run_for(1s);
        told = told || status("a").why.find("somebody else wrote") != std::string::npos;
    }
    account.before = nullptr;
    EXPECT_FALSE(once);
    EXPECT_TRUE(told);
    stage.world.run_for(settled_after);
    EXPECT_EQ(status("a").status, Status::in_sync) << status("a").why;
    EXPECT_EQ(named("a").at("action"), "log");
}

TEST_F(RulesetTest, ALostReplyIsSettledByLookingAgain) {
    stage.begin(zone("  - {name: anchor, type: TXT, value: stays}\n"));
    account.faults().planned.push_back(
        {CloudflareFault::lost_reply, "PUT /zones/{}/rulesets/phases/{}/entrypoint", 2});
    converge(
        joined(zone("  - {name: anchor, type: TXT, value: stays}\n"), ruleset("waf", rule("a"))));
    EXPECT_THAT(order(), ElementsAre("a", "theirs"));
    EXPECT_EQ(status("a").status, Status::in_sync) << status("a").why;
    stage.expect_quiet();
}

TEST_F(RulesetTest, WithoutThePermissionItIsNamed) {
    account.deny("rulesets");
    stage.begin(ruleset("waf", rule("a")));
    EXPECT_EQ(status("a").status, Status::unknown);
    EXPECT_THAT(status("a").why, HasSubstr("Zone WAF Read"));
}

TEST_F(RulesetTest, IsKnownAgainAfterALostDatabase) {
    stage.begin(ruleset("waf", rule("a") + rule("b")));
    stage.world.end();
    stage.world.lose_database();
    stage.world.clear_logs();
    stage.world.start();
    stage.world.run_for(settled_after);
    EXPECT_THAT(account.writes(), IsEmpty());
    EXPECT_EQ(status("a").status, Status::in_sync) << status("a").why;
}

}  // namespace
}  // namespace driftless::test
