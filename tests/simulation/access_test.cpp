// Access, by the whole daemon on the simulated Cloudflare.
#include <gmock/gmock.h>

#include "tests/simulation/access_fixture.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST_F(AccessTest, AGroupIsMadeThenThePolicyThatNamesItAndThenItIsQuiet) {
    stage.begin(staff());
    EXPECT_THAT(written(), ElementsAre("POST groups", "POST policies"));
    EXPECT_EQ(policy_there()["include"], json::array({{{"group", {{"id", group_there()["id"]}}}}}));
    EXPECT_EQ(policy_there()["decision"], "allow");
    EXPECT_EQ(status("group").status, Status::in_sync) << status("group").why;
    EXPECT_EQ(status("policy").status, Status::in_sync) << status("policy").why;
    stage.expect_quiet();
}

TEST_F(AccessTest, WhatTheServiceRewritesIsNoDrift) {
    stage.begin(joined(
        group("staff",
              "{email: Me@BNX.dev}, {ip: 203.0.113.7}, {ip: \"2001:DB8::1\"}, {everyone: {}}, "
              "{geo: GB}",
              "  exclude: [{email_domain: Example.COM}]\n"),
        policy("staff", "{everyone: {}}",
               "  session_duration: 1440m\n"
               "  approval_required: false\n"
               "  purpose_justification_prompt: \"\"\n"
               "  mfa_config: {mfa_disabled: false}\n")));
    EXPECT_EQ(status("group").status, Status::in_sync) << status("group").why;
    EXPECT_EQ(status("policy").status, Status::in_sync) << status("policy").why;
    EXPECT_THAT(written(), UnorderedElementsAre("POST groups", "POST policies"));
    stage.expect_quiet();
}

TEST_F(AccessTest, AChangeIsOnePutAndWhatGitDoesNotNameStays) {
    stage.begin(staff());
    put("policies", policy_there(), "purpose_justification_prompt", "why?");
    const std::string id = policy_there()["id"];
    converge(joined(group("staff", "{email_domain: bnx.dev}, {email: guest@example.com}"),
                    policy("staff", "{group: AccessGroup/staff}", "  session_duration: 12h\n")));
    EXPECT_THAT(written(), UnorderedElementsAre("PUT groups/{}", "PUT policies/{}"));
    EXPECT_EQ(group_there()["include"].size(), 2u);
    EXPECT_EQ(policy_there()["id"], id);
    EXPECT_EQ(policy_there()["session_duration"], "12h");
    EXPECT_EQ(policy_there()["purpose_justification_prompt"], "why?");
    stage.expect_quiet();
}

TEST_F(AccessTest, WhatSomebodyElseLetsInIsRepaired) {
    stage.begin(staff());
    const json everyone{{"everyone", json::object()}};
    put("groups", group_there(), "include", json::array({everyone}));
    put("policies", policy_there(), "include",
        json::array({everyone, policy_there()["include"][0]}));
    put("policies", policy_there(), "decision", "bypass");
    stage.world.run_for(settled_after);
    EXPECT_EQ(group_there()["include"], json::array({{{"email_domain", {{"domain", "bnx.dev"}}}}}));
    EXPECT_EQ(policy_there()["include"].size(), 1u);
    EXPECT_EQ(policy_there()["decision"], "allow");
    stage.expect_quiet();
}

TEST_F(AccessTest, ADroppedRuleIsDroppedThereToo) {
    stage.begin(group("staff", "{everyone: {}}", "  exclude: [{geo: US}]\n"));
    converge(group("staff", "{everyone: {}}"));
    EXPECT_EQ(group_there()["exclude"], json::array());
    stage.expect_quiet();
}

TEST_F(AccessTest, WhatGitDropsGoesInReverse) {
    stage.begin(joined(staff(), anchor));
    converge(anchor);
    EXPECT_THAT(written(), ElementsAre("DELETE policies/{}", "DELETE groups/{}"));
    EXPECT_TRUE(group_there().is_null());
    EXPECT_TRUE(policy_there().is_null());
    stage.expect_quiet();
}

TEST_F(AccessTest, AGroupThatAPolicyLetsGoOfGoesAfterThat) {
    stage.begin(joined(staff(), group("guests", "{geo: GB}")));
    converge(joined(group("guests", "{geo: GB}"), policy("staff", "{group: AccessGroup/guests}")));
    EXPECT_THAT(written(), ElementsAre("PUT policies/{}", "DELETE groups/{}"));
    EXPECT_EQ(policy_there()["include"][0]["group"]["id"],
              group_there("driftless.sim.guests")["id"]);
    stage.expect_quiet();
}

TEST_F(AccessTest, OneThatSomebodyDeletedIsMadeAnew) {
    stage.begin(staff());
    account.ask(net::Method::del, at("/policies/" + policy_there()["id"].get<std::string>()));
    stage.world.run_for(settled_after);
    EXPECT_FALSE(policy_there().is_null());
    stage.expect_quiet();
}

TEST_F(AccessTest, ALostReplyMakesNoSecondOne) {
    for (const char* more : {"", "  name: The staff\n"}) {
        for (const std::string sort : {"groups", "policies"}) {
            SCOPED_TRACE(sort + more);
            Stage fresh{{edge}};
            FakeCloudflare& there = *fresh.world.cloudflare();
            there.fail_next(CloudflareFault::lost_reply, "POST /accounts/{}/access/" + sort);
            fresh.begin(joined(group("staff", "{geo: GB}", more),
                               policy("staff", "{group: AccessGroup/staff}", more)));
            const json all =
                there.ask(net::Method::get, "/accounts/" + there.account() + "/access/" + sort);
            EXPECT_EQ(all.at("result").size(), 2u);  // ours, and the other's
            fresh.expect_quiet();
        }
    }
}

TEST_F(AccessTest, ANameOfItsOwnIsGivenAndMayChange) {
    stage.begin(group("staff", "{geo: GB}", "  name: The staff\n"));
    const json made = group_there("The staff");
    ASSERT_FALSE(made.is_null());
    converge(group("staff", "{geo: GB}"));
    EXPECT_EQ(group_there().value("id", ""), made.at("id"));
    stage.expect_quiet();
}

TEST_F(AccessTest, ARenamedManifestKeepsWhatItHad) {
    stage.begin(staff());
    const std::string id = policy_there()["id"];
    Commit renamed = joined(group("staff", "{email_domain: bnx.dev}"),
                            policy("crew", "{group: AccessGroup/staff}"));
    std::string& text = renamed.at("AccessPolicy/crew.yaml");
    text.replace(text.find("{name: crew}"), 12, "{name: crew, was: [staff]}");
    converge(renamed);
    EXPECT_EQ(policy_there("driftless.sim.crew").value("id", ""), id);
    EXPECT_THAT(written(), ElementsAre("PUT policies/{}"));
    stage.expect_quiet();
}

TEST_F(AccessTest, AnothersWithItsNameIsAConflictUntilAPersonGivesIt) {
    stage.begin(group("staff", "{geo: GB}", "  name: others\n"));
    EXPECT_EQ(status("group").status, Status::conflict) << status("group").why;
    EXPECT_THAT(written(), IsEmpty());
    const auto key = parse_resource_key("edge/cloudflare.access_group/staff");
    ASSERT_TRUE(stage.world.wait_for(stage.world.daemon().adopt(*key)));
    stage.world.run_for(settled_after);
    EXPECT_EQ(status("group").status, Status::in_sync) << status("group").why;
    EXPECT_THAT(written(), ElementsAre("PUT groups/{}"));
}

TEST_F(AccessTest, NothingIsRemovedWhileTheListCannotBeRead) {
    stage.begin(joined(joined(staff(), group("more", "{geo: GB}")), anchor));
    for (const CloudflareFault fault : {CloudflareFault::html, CloudflareFault::bad_gateway,
                                        CloudflareFault::forbidden, CloudflareFault::half_body}) {
        account.fail_next(fault, "GET /accounts/{}/access/groups", 1);
        stage.world.clear_logs();
        stage.world.run_for(10min);
        EXPECT_THAT(stage.world.writes(), IsEmpty());
    }
}

TEST_F(AccessTest, AnAccountWithoutItNeedsNoPermissionForItAndOneThatIsMissingIsNamed) {
    account.deny("access");
    account.deny("access_groups");
    stage.begin(anchor);
    EXPECT_EQ(stage.world.resource("edge/cloudflare.dns_record/anchor.bnx.dev/TXT").status,
              Status::in_sync);
    converge(joined(staff(), anchor));
    EXPECT_EQ(status("group").status, Status::unknown);
    EXPECT_THAT(status("group").why,
                HasSubstr("Access: Organizations, Identity Providers, and Groups Read"));
    EXPECT_THAT(status("policy").why, HasSubstr("Access: Apps and Policies Read"));
}

TEST_F(AccessTest, AQuietLookIsOneCallForEachSort) {
    stage.begin(joined(staff(), joined(group("more", "{geo: GB}"), policy("more", "{geo: GB}"))));
    stage.world.clear_logs();
    stage.world.run_for(5min);
    EXPECT_EQ(account.calls()["GET /accounts/{}/access/groups"], 1u);
    EXPECT_EQ(account.calls()["GET /accounts/{}/access/policies"], 1u);
    EXPECT_EQ(account.call_count(), 2u);
}

}  // namespace
}  // namespace driftless::test
