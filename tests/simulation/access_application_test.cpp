// Applications of Access, by the whole daemon on the simulated Cloudflare: what they protect is
// published after them.
#include <gmock/gmock.h>

#include "tests/simulation/access_fixture.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string wiki_rule = "    - {hostname: wiki.bnx.dev, service: \"http://wiki:80\"}\n";

Commit application(const std::string& more = "", const std::string& domain = "wiki.bnx.dev") {
    return access("AccessApplication", "wiki",
                  "  domain: " + domain + "\n  policies: [AccessPolicy/staff]\n" + more);
}
Commit protected_wiki() {
    return joined(staff(), application());
}

class AccessApplicationTest : public AccessTest {
protected:
    json app(const std::string& name = "wiki") { return named("apps", name); }
    std::vector<std::string> tags_of(const json& object) {
        return object.at("tags").get<std::vector<std::string>>();
    }
    ResourceStatus record(const std::string& name = "wiki.bnx.dev/CNAME") {
        return stage.world.resource("edge/cloudflare.dns_record/" + name);
    }
    /// The place of this write among those of the run; all of them where it is none.
    std::size_t place_of(const std::string& route) {
        const auto all = written();
        return static_cast<std::size_t>(std::find(all.begin(), all.end(), route) - all.begin());
    }
};

TEST_F(AccessApplicationTest, ComesAfterItsPoliciesWithItsTagAndIsThenQuiet) {
    stage.begin(protected_wiki());
    EXPECT_THAT(written(), ElementsAre("POST groups", "POST policies", "POST tags", "POST apps"));
    EXPECT_EQ(app()["policies"][0]["id"], policy_there()["id"]);
    EXPECT_THAT(tags_of(app()), ElementsAre("driftless-sim"));
    EXPECT_EQ(app()["self_hosted_domains"], json::array({"wiki.bnx.dev"}));
    EXPECT_EQ(status("application", "wiki").status, Status::in_sync)
        << status("application", "wiki").why;
    stage.expect_quiet();
}

TEST_F(AccessApplicationTest, WhatTheServiceRewritesIsNoDrift) {
    stage.begin(joined(staff(), access("AccessApplication", "wiki",
                                       "  destinations: [{uri: Wiki.BNX.dev/Admin}, "
                                       "{type: public, uri: docs.bnx.dev}]\n"
                                       "  policies: [AccessPolicy/staff]\n"
                                       "  tags: [zebra, apple]\n"
                                       "  session_duration: 1440m\n"
                                       "  allowed_idps: []\n"
                                       "  enable_binding_cookie: false\n"
                                       "  cors_headers: {allow_all_origins: true, "
                                       "allow_credentials: false}\n")));
    EXPECT_THAT(tags_of(app()), ElementsAre("apple", "driftless-sim", "zebra"));
    EXPECT_EQ(app()["domain"], "wiki.bnx.dev/Admin");
    EXPECT_EQ(status("application", "wiki").status, Status::in_sync)
        << status("application", "wiki").why;
    stage.expect_quiet();
}

TEST_F(AccessApplicationTest, AChangeIsOnePutAndWhatGitDoesNotNameStays) {
    stage.begin(protected_wiki());
    put("apps", app(), "custom_deny_message", "ask Ada");
    const std::string id = app()["id"];
    converge(joined(staff(), application("  session_duration: 8h\n")));
    EXPECT_THAT(written(), ElementsAre("PUT apps/{}"));
    EXPECT_EQ(app()["id"], id);
    EXPECT_EQ(app()["session_duration"], "8h");
    EXPECT_EQ(app()["custom_deny_message"], "ask Ada");
    EXPECT_THAT(tags_of(app()), ElementsAre("driftless-sim"));
    stage.expect_quiet();
}

TEST_F(AccessApplicationTest, WhatSomebodyElseChangesIsRepaired) {
    stage.begin(joined(protected_wiki(), policy("more", "{geo: GB}")));
    json there = app();
    there["policies"] =
        json::array({policy_there("driftless.sim.more")["id"], policy_there()["id"]});
    there["tags"] = json::array();
    for (const char* view : {"destinations", "self_hosted_domains"}) there.erase(view);
    put("apps", there, "domain", "elsewhere.bnx.dev");
    stage.world.run_for(settled_after);
    EXPECT_EQ(app()["policies"].size(), 1u);
    EXPECT_EQ(app()["domain"], "wiki.bnx.dev");
    EXPECT_THAT(tags_of(app()), ElementsAre("driftless-sim"));
    stage.expect_quiet();
}

TEST_F(AccessApplicationTest, TheOrderOfItsPoliciesIsKept) {
    const Commit rest = joined(staff(), policy("more", "{geo: GB}"));
    const auto with = [&](const std::string& policies) {
        return joined(rest, access("AccessApplication", "wiki",
                                   "  domain: wiki.bnx.dev\n  policies: [" + policies + "]\n"));
    };
    stage.begin(with("AccessPolicy/staff, AccessPolicy/more"));
    EXPECT_EQ(app()["policies"][0]["id"], policy_there()["id"]);
    converge(with("AccessPolicy/more, AccessPolicy/staff"));
    EXPECT_THAT(written(), ElementsAre("PUT apps/{}"));
    EXPECT_EQ(app()["policies"][1]["id"], policy_there()["id"]);
    stage.expect_quiet();
}

TEST_F(AccessApplicationTest, WhatGitDropsGoesInReverse) {
    stage.begin(joined(protected_wiki(), anchor));
    converge(anchor);
    EXPECT_THAT(written(), ElementsAre("DELETE apps/{}", "DELETE policies/{}", "DELETE groups/{}"));
    EXPECT_TRUE(app().is_null());
    EXPECT_FALSE(app("others").is_null());
    stage.expect_quiet();
}

TEST_F(AccessApplicationTest, ALostReplyMakesNoSecondOne) {
    for (const char* route : {"apps", "tags"}) {
        SCOPED_TRACE(route);
        Stage fresh{{edge}};
        FakeCloudflare& there = *fresh.world.cloudflare();
        there.fail_next(CloudflareFault::lost_reply,
                        std::string{"POST /accounts/{}/access/"} + route);
        fresh.begin(protected_wiki());
        const json all =
            there.ask(net::Method::get, "/accounts/" + there.account() + "/access/apps");
        EXPECT_EQ(all.at("result").size(), 2u);  // ours, and the other's
        fresh.expect_quiet();
    }
}

TEST_F(AccessApplicationTest, AnothersInItsPlaceIsAConflictUntilAPersonGivesIt) {
    stage.begin(joined(staff(), application("", "nas.bnx.dev")));
    EXPECT_EQ(status("application", "wiki").status, Status::conflict)
        << status("application", "wiki").why;
    EXPECT_THAT(written(), Not(Contains(HasSubstr("apps"))));
    EXPECT_FALSE(app("others").is_null());
}

TEST_F(AccessApplicationTest, OneOfAnotherTypeIsLeftAlone) {
    account.ask(net::Method::post, at("/tags"), {{"name", "driftless-sim"}});
    account.ask(net::Method::post, at("/apps"),
                {{"name", "wiki"}, {"type", "bookmark"}, {"tags", {"driftless-sim"}}});
    stage.begin(protected_wiki());
    EXPECT_EQ(status("application", "wiki").status, Status::suspended);
    EXPECT_THAT(status("application", "wiki").why, HasSubstr("bookmark"));
}

TEST_F(AccessApplicationTest, StandsBeforeAHostnameOfATunnelIsPublished) {
    stage.begin(joined(protected_wiki(), tunnel("home", wiki_rule)));
    const std::size_t app = place_of("POST apps");
    EXPECT_LT(app, place_of("PUT /accounts/{}/cfd_tunnel/{}/configurations"));
    EXPECT_LT(app, place_of("POST /zones/{}/dns_records/batch"));
    EXPECT_EQ(record().status, Status::in_sync) << record().why;
    stage.expect_quiet();
}

TEST_F(AccessApplicationTest, WhereItCannotStandNothingIsPublished) {
    account.fail_next(CloudflareFault::server_error, "POST /accounts/{}/access/apps", 1'000);
    stage.begin(joined(joined(protected_wiki(), tunnel("home", wiki_rule)),
                       zone("  - {name: anchor, type: TXT, value: stays}\n"
                            "  - {name: \"*\", type: A, value: 203.0.113.9}\n")));
    EXPECT_EQ(record().status, Status::blocked) << record().why;
    EXPECT_THAT(record().why, HasSubstr("cloudflare.access_application/wiki"));
    EXPECT_EQ(record("*.bnx.dev/A").status, Status::blocked);
    EXPECT_EQ(record("anchor.bnx.dev/TXT").status, Status::in_sync);
    EXPECT_THAT(written(), Not(Contains("PUT /accounts/{}/cfd_tunnel/{}/configurations")));
    account.faults().planned.clear();
    stage.world.run_for(30min);
    EXPECT_EQ(record().status, Status::in_sync) << record().why;
    stage.expect_quiet();
}

TEST_F(AccessApplicationTest, AHostThatItTakesOverIsPublishedOnlyThen) {
    stage.begin(joined(protected_wiki(), anchor));
    account.fail_next(CloudflareFault::server_error, "PUT /accounts/{}/access/apps/{}", 1'000);
    const Commit moved =
        joined(joined(staff(), application("", "docs.bnx.dev")),
               zone("  - {name: docs, type: A, value: 203.0.113.9, proxied: true}\n"));
    converge(moved);
    stage.world.run_for(30min);
    EXPECT_EQ(record("docs.bnx.dev/A").status, Status::blocked) << record("docs.bnx.dev/A").why;
    account.faults().planned.clear();
    stage.world.run_for(60min);
    EXPECT_EQ(record("docs.bnx.dev/A").status, Status::in_sync) << record("docs.bnx.dev/A").why;
}

TEST_F(AccessApplicationTest, OfADroppedHostnameTheRecordGoesFirst) {
    stage.begin(joined(joined(protected_wiki(), tunnel("home", wiki_rule)), anchor));
    converge(joined(staff(), joined(tunnel("home", "    - {service: hello_world}\n"), anchor)));
    EXPECT_LT(place_of("POST /zones/{}/dns_records/batch"), place_of("DELETE apps/{}"));
    EXPECT_TRUE(app().is_null());
    stage.expect_quiet();
}

TEST_F(AccessApplicationTest, WhoAsksForTheTunnelFirstGetsItFirst) {
    Commit commit = joined(protected_wiki(), tunnel("home", wiki_rule));
    std::string& text = commit.at("AccessApplication/wiki.yaml");
    text.replace(text.find("spec:"), 5, "dependsOn: [Tunnel/home]\nspec:");
    stage.begin(commit);
    EXPECT_EQ(status("application", "wiki").status, Status::in_sync)
        << status("application", "wiki").why;
    EXPECT_GT(place_of("POST apps"), place_of("POST /zones/{}/dns_records/batch"));
    stage.expect_quiet();
}

}  // namespace
}  // namespace driftless::test
