// What lives at an account is written down, and a plan of that only adopts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulation/import_scene.hpp"
#include "tests/support/golden.hpp"

namespace driftless::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class ImportEdge : public ::testing::Test, protected ImportScene {
protected:
    ImportEdge() : ImportScene{stage} {}
    /// Access, Pages and rules are tests of their own.
    void SetUp() override { clear_what_others_have(); }
    json put(const std::string& type, const std::string& name, const std::string& content,
             json more = json::object(), const json& meta = json::object()) {
        more.update({{"type", type}, {"name", name}, {"content", content}});
        return account.put_record(zone, more, meta);
    }
    void set(const std::string& setting, const json& value) {
        account.ask(net::Method::patch, "/zones/" + zone + "/settings/" + setting,
                    {{"value", value}});
    }
    [[nodiscard]] std::string tunnels() const {
        return "/accounts/" + account.account() + "/cfd_tunnel";
    }
    /// A tunnel as somebody made it at the dashboard, which publishes its hostnames itself.
    std::string make_tunnel(const std::string& name, const json& ingress,
                            const std::vector<std::string>& published) {
        const json made = account.ask(net::Method::post, tunnels(),
                                      {{"name", name}, {"config_src", "cloudflare"}});
        const std::string id = made.at("result").at("id");
        account.ask(net::Method::put, tunnels() + "/" + id + "/configurations",
                    {{"config", {{"ingress", ingress}}}});
        for (const std::string& host : published)
            put("CNAME", host, id + ".cfargotunnel.com", {{"proxied", true}});
        return id;
    }
    void make_home() {
        make_tunnel("Home sweet home",
                    {{{"hostname", "git.bnx.dev"}, {"service", "http://gitea:3000"}},
                     {{"hostname", "nas.home.bnx.dev"},
                      {"service", "https://nas:5001"},
                      {"originRequest", {{"noTLSVerify", true}}}},
                     {{"service", "http_status:404"}}},
                    {"git", "nas.home"});
    }

    Stage stage{{edge}};
    FakeCloudflare& account = *stage.world.cloudflare();
    std::string zone = account.ask(net::Method::get, "/zones").at("result").at(0).at("id");
};

TEST_F(ImportEdge, WritesAnAccountAsAPersonWould) {
    put("MX", "@", "mx2.example.com", {{"priority", 20}});
    put("MX", "@", "mx1.example.com", {{"priority", 10}});
    put("A", "www", "203.0.113.9", {{"proxied", true}, {"comment", "the web server"}});
    put("TXT", "long", "\"" + std::string(250, 'a') + "\" \"" + std::string(50, 'b') + "\"");
    account.put_record(zone, {{"type", "CAA"},
                              {"name", "@"},
                              {"ttl", 300},
                              {"data", {{"flags", 0}, {"tag", "issue"}, {"value", "ca.example"}}}});
    put("MX", "mail", "route1.mx.cloudflare.net", {{"priority", 5}},
        {{"read_only", true}, {"email_routing", true}});
    set("ssl", "strict");
    set("min_tls_version", "1.2");
    set("development_mode", "on");
    make_home();
    expect_golden("cloudflare/imported.txt", text_and_files(import()));
}

TEST_F(ImportEdge, AndAllOfItIsAdoptedWithoutAWriteAndStaysQuiet) {
    put("MX", "@", "mx1.example.com", {{"priority", 10}});
    put("A", "www", "203.0.113.9", {{"proxied", true}, {"comment", "the web server"}});
    put("TXT", "quoted", "\"\\\"in quotes\\\"\"");
    put("CNAME", "deep.bnx.dev.bnx.dev", "elsewhere.example");
    account.put_record(zone,
                       {{"type", "HTTPS"},
                        {"name", "svc"},
                        {"data", {{"priority", 1}, {"target", "."}, {"value", "alpn=\"h3,h2\""}}}});
    set("ssl", "strict");
    make_home();
    const auto report = import();
    EXPECT_THAT(names(report), UnorderedElementsAre("tunnel Home sweet home", "zone bnx.dev",
                                                    "settings of zone bnx.dev"))
        << text_of(report);
    expect_all_adopted(commit_of(report));
    // The stage's own two records first.
    EXPECT_THAT(stage.world.status(edge).resources, SizeIs(2u + 5u + 2u + 1u + 2u));
}

TEST_F(ImportEdge, WhatWasAdoptedIsOursFromThenOn) {
    make_home();
    const auto report = import();
    stage.begin(commit_of(report));
    Commit changed = commit_of(report);
    std::string& text = changed.at("tunnel-home-sweet-home.yaml");
    text.replace(text.find("http://gitea:3000"), 17, "http://gitea:3001");
    stage.world.clear_logs();
    stage.push(changed);
    stage.world.run_for(settled_after);
    EXPECT_THAT(stage.world.writes(), ElementsAre(HasSubstr("/configurations")));
}

TEST_F(ImportEdge, LeavesOutWithTheReasonWhatItCanNotTakeOver) {
    put("TXT", "mine", "\"a\"", {{"comment", "driftless:sim; mine"}});
    put("TXT", "theirs", "\"a\"", {{"comment", "driftless:other"}});
    put("TXT", "raw", "\"\\255\\254\"");
    put("MX", "@", "route1.mx.cloudflare.net", {{"priority", 5}}, {{"read_only", true}});
    put("MX", "@", "mx1.example.com", {{"priority", 10}});
    account.ask(net::Method::post, tunnels(), {{"name", "beside"}, {"config_src", "local"}});
    const auto report = import();
    EXPECT_THAT(names(report), ElementsAre("zone bnx.dev"));
    EXPECT_THAT(why_left_out(report, "record mine.bnx.dev/TXT"),
                HasSubstr("looks after it already"));
    EXPECT_THAT(why_left_out(report, "record theirs.bnx.dev/TXT"), HasSubstr("\"other\""));
    EXPECT_THAT(why_left_out(report, "record raw.bnx.dev/TXT"), HasSubstr("no UTF-8"));
    EXPECT_THAT(why_left_out(report, "record bnx.dev/MX"), HasSubstr("a service of Cloudflare's"));
    EXPECT_THAT(why_left_out(report, "tunnel beside"), HasSubstr("config_src: local"));
    EXPECT_THAT(why_left_out(report, "tunnel others"), HasSubstr("nobody has configured it"));
}

TEST_F(ImportEdge, ATunnelThatIsLeftOutLeavesItsRecordsToTheZone) {
    const json made =
        account.ask(net::Method::post, tunnels(), {{"name", "beside"}, {"config_src", "local"}});
    put("CNAME", "here", made.at("result").at("id").get<std::string>() + ".cfargotunnel.com",
        {{"proxied", true}});
    const auto report = import();
    EXPECT_THAT(commit_of(report).at("bnx.dev.yaml"), HasSubstr(".cfargotunnel.com"));
    stage.begin(commit_of(report));
    EXPECT_EQ(stage.world.resource("edge/cloudflare.dns_record/here.bnx.dev/CNAME").status,
              Status::in_sync);
    expect_quiet();
}

/// As a wildcard, a record of another zone, or none at all leads to it.
TEST_F(ImportEdge, AHostnameWithoutARecordOfItsOwnGetsNone) {
    make_tunnel("half",
                {{{"hostname", "here.bnx.dev"}, {"service", "http://app:80"}},
                 {{"hostname", "there.bnx.dev"}, {"path", "/api"}, {"service", "http://api:80"}},
                 {{"hostname", "there.bnx.dev"}, {"service", "http://app:80"}},
                 {{"hostname", "away.elsewhere.dev"}, {"service", "http://app:80"}},
                 {{"service", "http_status:404"}}},
                {"here", "*"});
    const auto report = import();
    EXPECT_THAT(names(report), ElementsAre("tunnel half", "zone bnx.dev")) << text_of(report);
    EXPECT_THAT(text_of(report), HasSubstr("there.bnx.dev: no proxied CNAME"));
    stage.world.clear_logs();
    stage.begin(commit_of(report));
    EXPECT_THAT(stage.world.writes(), IsEmpty());
    for (const char* key : {"tunnel/half", "tunnel_config/half", "dns_record/here.bnx.dev/CNAME",
                            "dns_record/*.bnx.dev/CNAME"}) {
        EXPECT_EQ(stage.world.resource(std::string{"edge/cloudflare."} + key).status,
                  Status::in_sync)
            << key;
    }
    expect_quiet();
}

TEST_F(ImportEdge, WhatNoManifestCanSayOfARuleIsNoted) {
    make_tunnel(
        "old",
        {{{"hostname", "old.bnx.dev"},
          {"service", "http://app:80"},
          {"originRequest",
           {{"ipRules", {{{"prefix", "10.0.0.0/8"}, {"allow", true}}}}, {"noTLSVerify", true}}}},
         {{"service", "http_status:404"}}},
        {"old"});
    EXPECT_THAT(text_of(import()), HasSubstr("rule 1: originRequest.ipRules is nothing that"));
}

TEST_F(ImportEdge, AfterALostDatabaseAllOfItIsAdoptedAnew) {
    make_home();
    set("ssl", "strict");
    const auto report = import();
    stage.begin(commit_of(report));
    lose_database();
}

TEST_F(ImportEdge, RecordsOfOneSetThatDifferInMoreThanTheirValuesStayAsTheyAre) {
    put("A", "multi", "203.0.113.1", {{"ttl", 60}, {"comment", "one"}});
    put("A", "multi", "203.0.113.2", {{"ttl", 300}, {"comment", "two"}});
    const auto report = import();
    EXPECT_THAT(text_of(report), HasSubstr("record multi.bnx.dev/A: its records differ"));
    stage.begin(commit_of(report));
    EXPECT_EQ(stage.world.resource("edge/cloudflare.dns_record/multi.bnx.dev/A").status,
              Status::in_sync);
    expect_quiet();
}

TEST_F(ImportEdge, APermissionThatIsMissingIsNamedAndHidesOnlyItsOwn) {
    make_home();
    account.deny("tunnels");
    account.deny("zone_settings");
    const auto report = import();
    EXPECT_THAT(names(report), ElementsAre("zone bnx.dev"));
    EXPECT_THAT(why_left_out(report, "the account's tunnels"), HasSubstr("Cloudflare Tunnel Read"));
    EXPECT_THAT(why_left_out(report, "settings of zone bnx.dev"), HasSubstr("Zone Settings Read"));
}

TEST_F(ImportEdge, OneAloneByItsName) {
    make_home();
    account.add_zone("other.dev");
    set("ssl", "strict");
    EXPECT_THAT(names(import({.only = "Home sweet home"})), ElementsAre("tunnel Home sweet home"));
    EXPECT_THAT(names(import({.only = "bnx.dev"})),
                ElementsAre("zone bnx.dev", "settings of zone bnx.dev"));
}

TEST_F(ImportEdge, NothingIsTakenForGoneThatCanNotBeRead) {
    make_home();
    for (const char* route :
         {"GET /zones", "GET /zones/{}/dns_records", "GET /zones/{}/settings",
          "GET /accounts/{}/cfd_tunnel", "GET /accounts/{}/cfd_tunnel/{}/configurations"})
        expect_fails_without(route);
}

/// Somebody else's tunnel of the declared name that does something else is nobody's to take.
TEST_F(ImportEdge, ATunnelThatChangedSinceIsAConflict) {
    make_home();
    const auto report = import();
    const json found =
        account.ask(net::Method::get, tunnels() + "?is_deleted=false&name=Home%20sweet%20home");
    account.ask(
        net::Method::put,
        tunnels() + "/" + found.at("result").at(0).at("id").get<std::string>() + "/configurations",
        {{"config", {{"ingress", {{{"service", "http_status:503"}}}}}}});
    stage.world.clear_logs();
    stage.begin(commit_of(report));
    EXPECT_EQ(stage.world.resource("edge/cloudflare.tunnel/home-sweet-home").status,
              Status::conflict);
    EXPECT_THAT(stage.world.writes(), IsEmpty());
}

}  // namespace
}  // namespace driftless::test
