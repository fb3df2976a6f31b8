// Tunnels, by the whole daemon on the simulated Cloudflare and, where a cloudflared runs, an
// engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "daemon/http/views.hpp"
#include "tests/simulation/stage.hpp"
#include "tests/support/temp_folder.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

const std::string app = "    - {hostname: app.bnx.dev, service: \"http://app:80\"}\n";
const std::string wiki = "    - {hostname: wiki.bnx.dev, service: \"http://wiki:80\"}\n";
const std::string anchor = "  - {name: anchor, type: TXT, value: stays}\n";

class TunnelTest : public ::testing::Test {
protected:
    explicit TunnelTest(const std::vector<std::string>& targets = {edge}) : stage(targets) {}

    [[nodiscard]] std::string tunnels() const {
        return "/accounts/" + account.account() + "/cfd_tunnel";
    }
    /// What lives and has this name; null where nothing does.
    json named(const std::string& name) {
        const std::string query = "?is_deleted=false&name=" + name;
        const json found = account.ask(net::Method::get, tunnels() + query).at("result");
        return found.empty() ? json{} : found.at(0);
    }
    std::string at(const std::string& name, const std::string& below) {
        return tunnels() + "/" + named(name).at("id").get<std::string>() + below;
    }
    json configuration(const std::string& name = "driftless.sim.home") {
        return account.ask(net::Method::get, at(name, "/configurations")).at("result");
    }
    /// "app.bnx.dev http://app:80" of each rule.
    std::vector<std::string> rules(const std::string& name = "driftless.sim.home") {
        std::vector<std::string> list;
        const json config = configuration(name);
        for (const json& rule : config.at("config").at("ingress")) {
            list.push_back(rule.value("hostname", "*") + " " +
                           rule.at("service").get<std::string>());
        }
        return list;
    }
    std::string token(const std::string& name = "driftless.sim.home") {
        return account.ask(net::Method::get, at(name, "/token")).at("result");
    }
    json record(const std::string& name) {
        const json zones = account.ask(net::Method::get, "/zones").at("result");
        for (const json& each : account.records(zones.at(0).at("id"))) {
            if (each.at("name") == name) return each;
        }
        return nullptr;
    }
    ResourceStatus status(const std::string& kind, const std::string& name = "home") {
        return stage.world.resource("edge/cloudflare." + kind + "/" + name);
    }
    void converge(const Commit& commit, std::chrono::nanoseconds time = settled_after) {
        stage.world.clear_logs();
        stage.push(commit);
        stage.world.run_for(time);
    }
    /// "POST /accounts/{}/cfd_tunnel" of each write, in order.
    std::vector<std::string> written() {
        std::vector<std::string> routes;
        for (const CloudflareLogged& logged : account.log()) {
            if (logged.request.writes()) routes.push_back(logged.request.route);
        }
        return routes;
    }

    Stage stage;
    FakeCloudflare& account = *stage.world.cloudflare();
};

TEST_F(TunnelTest, IsMadeThenConfiguredThenPublishedAndIsThenQuiet) {
    stage.begin(tunnel("home", app + wiki));
    EXPECT_THAT(written(), ElementsAre("POST /accounts/{}/cfd_tunnel",
                                       "PUT /accounts/{}/cfd_tunnel/{}/configurations",
                                       "POST /zones/{}/dns_records/batch"));
    EXPECT_THAT(rules(), ElementsAre("app.bnx.dev http://app:80", "wiki.bnx.dev http://wiki:80",
                                     "* http_status:404"));
    const std::string id = named("driftless.sim.home").at("id");
    EXPECT_EQ(record("app.bnx.dev")["content"], id + ".cfargotunnel.com");
    EXPECT_EQ(record("app.bnx.dev")["proxied"], true);
    EXPECT_EQ(status("tunnel").status, Status::in_sync) << status("tunnel").why;
    EXPECT_EQ(status("tunnel_config").status, Status::in_sync) << status("tunnel_config").why;
    EXPECT_EQ(status("dns_record", "app.bnx.dev/CNAME").status, Status::in_sync);
    stage.expect_quiet();
}

TEST_F(TunnelTest, OlderAnswersThatKnowOnlyRemoteConfigAreNoDrift) {
    account.habits().shows_config_src = false;
    account.habits().fills_tunnel_config = false;
    stage.begin(tunnel("home", app, "  originRequest: {connectTimeout: 30, noTLSVerify: true}\n"));
    EXPECT_EQ(status("tunnel_config").status, Status::in_sync) << status("tunnel_config").why;
    stage.expect_quiet();
}

TEST_F(TunnelTest, AChangedRuleIsOnePut) {
    stage.begin(tunnel("home", app));
    converge(tunnel("home",
                    "    - {hostname: app.bnx.dev, service: \"http://app:81\", "
                    "originRequest: {noTLSVerify: true, connectTimeout: 30}}\n"));
    EXPECT_THAT(rules(), ElementsAre("app.bnx.dev http://app:81", "* http_status:404"));
    EXPECT_THAT(written(), ElementsAre("PUT /accounts/{}/cfd_tunnel/{}/configurations"));
    stage.expect_quiet();
}

TEST_F(TunnelTest, WhatSomebodyElseWritesIsRepairedAndWhatGitDoesNotNameStays) {
    stage.begin(tunnel("home", app));
    json config = configuration().at("config");
    config["warp-routing"] = {{"enabled", true}};
    config["ingress"][0]["service"] = "http://elsewhere:80";
    account.ask(net::Method::put, at("driftless.sim.home", "/configurations"),
                {{"config", config}});
    stage.world.run_for(settled_after);
    EXPECT_THAT(rules(), ElementsAre("app.bnx.dev http://app:80", "* http_status:404"));
    EXPECT_EQ(configuration()["config"]["warp-routing"]["enabled"], true);
    stage.expect_quiet();
}

TEST_F(TunnelTest, ASwitchThatGitDroppedGoesBackToAsUsual) {
    stage.begin(tunnel("home", app, "  originRequest: {noTLSVerify: true}\n"));
    EXPECT_EQ(configuration()["config"]["originRequest"]["noTLSVerify"], true);
    converge(tunnel("home", app));
    EXPECT_EQ(configuration()["config"]["originRequest"]["noTLSVerify"], false);
    stage.expect_quiet();
}

TEST_F(TunnelTest, OfADroppedHostnameTheRecordGoesFirst) {
    stage.begin(tunnel("home", app + wiki));
    converge(tunnel("home", app));
    EXPECT_THAT(written(), ElementsAre("POST /zones/{}/dns_records/batch",
                                       "PUT /accounts/{}/cfd_tunnel/{}/configurations"));
    EXPECT_EQ(record("wiki.bnx.dev"), nullptr);
    EXPECT_THAT(rules(), ElementsAre("app.bnx.dev http://app:80", "* http_status:404"));
    stage.expect_quiet();
}

TEST_F(TunnelTest, ARuleStaysAsLongAsItsRecordMustStayAndHoldsUpNoOther) {
    stage.world.settings().targets.at(edge).policy.prune = false;
    stage.begin(tunnel("home", app + wiki));
    converge(tunnel("home",
                    "    - {hostname: app.bnx.dev, service: \"http://app:81\"}\n"
                    "    - {hostname: new.bnx.dev, service: \"http://new:80\"}\n"));
    EXPECT_NE(record("wiki.bnx.dev"), nullptr);
    EXPECT_NE(record("new.bnx.dev"), nullptr);
    EXPECT_THAT(rules(), ElementsAre("wiki.bnx.dev http://wiki:80", "app.bnx.dev http://app:81",
                                     "new.bnx.dev http://new:80", "* http_status:404"));
    EXPECT_THAT(status("tunnel_config").why, HasSubstr("wiki.bnx.dev"));
    stage.expect_quiet();
}

TEST_F(TunnelTest, AHostnameThatIsNoLongerPublishedLosesItsRecordAndKeepsItsRule) {
    stage.begin(tunnel("home", app + wiki));
    converge(tunnel("home", app + "    - {hostname: wiki.bnx.dev, service: \"http://wiki:80\", "
                                  "publish: false}\n"));
    EXPECT_THAT(written(), ElementsAre("POST /zones/{}/dns_records/batch"));
    EXPECT_EQ(record("wiki.bnx.dev"), nullptr);
    EXPECT_THAT(rules(), ElementsAre("app.bnx.dev http://app:80", "wiki.bnx.dev http://wiki:80",
                                     "* http_status:404"));
    stage.expect_quiet();
}

TEST_F(TunnelTest, ADroppedTunnelStaysWhileACloudflaredIsConnectedAndSaysSo) {
    stage.begin(joined(tunnel("home", app), zone(anchor)));
    ASSERT_NE(account.connect(token()), "");
    converge(zone(anchor));
    EXPECT_EQ(record("app.bnx.dev"), nullptr) << status("dns_record", "app.bnx.dev/CNAME").why;
    ASSERT_FALSE(named("driftless.sim.home").is_null());
    EXPECT_EQ(status("tunnel").status, Status::progressing);
    EXPECT_THAT(status("tunnel").why, HasSubstr("1 cloudflared is connected"));
    EXPECT_THAT(written(), ElementsAre("POST /zones/{}/dns_records/batch"));
    // Ended, but the service goes on telling of it: a clean-up comes first.
    account.disconnect(named("driftless.sim.home").at("id"), true);
    stage.world.clear_logs();
    stage.world.run_for(settled_after);
    EXPECT_TRUE(named("driftless.sim.home").is_null());
    EXPECT_THAT(written(), ElementsAre("DELETE /accounts/{}/cfd_tunnel/{}",
                                       "DELETE /accounts/{}/cfd_tunnel/{}/connections",
                                       "DELETE /accounts/{}/cfd_tunnel/{}"));
    stage.expect_quiet();
}

TEST_F(TunnelTest, ADroppedOneThatNobodyUsesGoesAfterItsRecords) {
    stage.begin(joined(tunnel("home", app), zone(anchor)));
    converge(zone(anchor));
    EXPECT_THAT(written(), ElementsAre("POST /zones/{}/dns_records/batch",
                                       "DELETE /accounts/{}/cfd_tunnel/{}"));
    EXPECT_TRUE(named("driftless.sim.home").is_null());
    stage.expect_quiet();
    converge(joined(tunnel("home", app), zone(anchor)));  // the deleted one is no obstacle
    EXPECT_FALSE(named("driftless.sim.home").is_null());
    EXPECT_NE(record("app.bnx.dev"), nullptr);
}

TEST_F(TunnelTest, OneThatSomebodyDeletedIsMadeAnewAndItsHostnamesFollow) {
    stage.begin(tunnel("home", app));
    const std::string id = named("driftless.sim.home").at("id");
    account.ask(net::Method::del, tunnels() + "/" + id);
    stage.world.run_for(settled_after);
    const std::string now = named("driftless.sim.home").at("id");
    EXPECT_NE(now, id);
    EXPECT_EQ(record("app.bnx.dev")["content"], now + ".cfargotunnel.com");
    stage.expect_quiet();
}

TEST_F(TunnelTest, ALostReplyMakesNoSecondTunnel) {
    for (const char* more : {"", "  name: front door\n"}) {
        Stage fresh{{edge}};
        FakeCloudflare& there = *fresh.world.cloudflare();
        there.fail_next(CloudflareFault::lost_reply, "POST /accounts/{}/cfd_tunnel");
        fresh.begin(tunnel("home", app, more));
        EXPECT_THAT(there.ask(net::Method::get, tunnels()).at("result"), SizeIs(2)) << more;
        fresh.expect_quiet();
    }
}

TEST_F(TunnelTest, ANameOfItsOwnIsGivenAndMayChange) {
    stage.begin(tunnel("home", app, "  name: front door\n"));
    const json made = named("front%20door");
    ASSERT_FALSE(made.is_null());
    converge(tunnel("home", app));
    EXPECT_EQ(named("driftless.sim.home").value("id", ""), made.at("id"));
    stage.expect_quiet();
}

TEST_F(TunnelTest, ARenamedManifestKeepsItsTunnel) {
    stage.begin(tunnel("home", app));
    const std::string id = named("driftless.sim.home").at("id");
    Commit renamed = tunnel("house", app);
    std::string& text = renamed.at("house.yaml");
    text.replace(text.find("{name: house}"), 13, "{name: house, was: [home]}");
    converge(renamed);
    EXPECT_EQ(named("driftless.sim.house").value("id", ""), id);
    EXPECT_EQ(status("tunnel_config", "house").status, Status::in_sync);
    EXPECT_THAT(written(), ElementsAre("PATCH /accounts/{}/cfd_tunnel/{}"));
    stage.expect_quiet();
}

TEST_F(TunnelTest, AnothersWithItsNameIsAConflictUntilAPersonGivesIt) {
    stage.begin(tunnel("home", app, "  name: others\n"));
    EXPECT_EQ(status("tunnel").status, Status::conflict) << status("tunnel").why;
    EXPECT_THAT(written(), IsEmpty());
    EXPECT_EQ(record("app.bnx.dev"), nullptr);
    const auto key = parse_resource_key("edge/cloudflare.tunnel/home");
    ASSERT_TRUE(stage.world.wait_for(stage.world.daemon().adopt(*key)));
    stage.world.run_for(settled_after);
    EXPECT_EQ(status("tunnel").status, Status::in_sync) << status("tunnel").why;
    EXPECT_THAT(rules("others"), ElementsAre("app.bnx.dev http://app:80", "* http_status:404"));
    EXPECT_NE(record("app.bnx.dev"), nullptr);
}

TEST_F(TunnelTest, OneThatIsConfiguredBesideItsCloudflaredIsLeftAlone) {
    account.ask(net::Method::post, tunnels(),
                {{"name", "driftless.sim.home"}, {"config_src", "local"}});
    stage.begin(tunnel("home", app));
    EXPECT_EQ(status("tunnel").status, Status::suspended);
    EXPECT_THAT(status("tunnel").why, HasSubstr("config_src: local"));
    EXPECT_THAT(written(), IsEmpty());
}

TEST_F(TunnelTest, NothingIsRemovedWhileTheListCannotBeRead) {
    stage.begin(joined(tunnel("home", app), joined(tunnel("away", wiki), zone(anchor))));
    for (const CloudflareFault fault : {CloudflareFault::html, CloudflareFault::bad_gateway,
                                        CloudflareFault::forbidden, CloudflareFault::half_body}) {
        account.fail_next(fault, "GET /accounts/{}/cfd_tunnel", 1);
        stage.world.clear_logs();
        stage.world.run_for(10min);
        EXPECT_THAT(stage.world.writes(), IsEmpty());
    }
}

TEST_F(TunnelTest, AnAccountWithoutTunnelsNeedsNoPermissionForThem) {
    account.deny("tunnels");
    stage.begin(zone(anchor));
    EXPECT_EQ(status("dns_record", "anchor.bnx.dev/TXT").status, Status::in_sync);
    converge(joined(tunnel("home", app), zone(anchor)));
    EXPECT_EQ(status("tunnel").status, Status::unknown);
    EXPECT_THAT(status("tunnel").why, HasSubstr("Cloudflare Tunnel Read"));
}

TEST_F(TunnelTest, AQuietLookIsOneCallForAllTunnelsAndOneForEachConfiguration) {
    stage.begin(joined(tunnel("home", app), tunnel("away", wiki)));
    stage.world.clear_logs();
    stage.world.run_for(5min);
    EXPECT_EQ(account.calls()["GET /accounts/{}/cfd_tunnel"], 1u);
    EXPECT_EQ(account.calls()["GET /accounts/{}/cfd_tunnel/{}/configurations"], 2u);
    EXPECT_EQ(account.calls()["GET /accounts/{}/cfd_tunnel/{}/token"], 0u);
}

/// A cloudflared on mini1 that takes its token from the tunnel.
Commit connector() {
    return {{"link.yaml",
             "apiVersion: driftless/v1\n"
             "kind: ComposeProject\n"
             "metadata: {name: link}\n"
             "target: mini1\n"
             "spec:\n"
             "  file: link/compose.yaml\n"
             "  provide: {link/token: {from: Tunnel/home@edge, field: token}}\n"},
            {"link/compose.yaml",
             "services:\n"
             "  cloudflared:\n"
             "    image: app:1\n"
             "    command: [tunnel, run]\n"
             "    volumes: [\"./token:/etc/token:ro\"]\n"}};
}

class TunnelToken : public TunnelTest {
protected:
    TunnelToken() : TunnelTest({edge, "mini1"}) {
        usual.swap(spdlog::default_logger()->sinks());
        spdlog::default_logger()->sinks().push_back(
            std::make_shared<spdlog::sinks::ostream_sink_mt>(log));
        spdlog::set_level(spdlog::level::trace);
    }
    ~TunnelToken() override {
        spdlog::set_level(spdlog::level::off);
        usual.swap(spdlog::default_logger()->sinks());
    }
    std::string given() {
        const FakeContainer* found =
            stage.world.engine().world.find_container("link-cloudflared-1");
        if (found == nullptr) return "";
        const auto file = found->files.find("/etc/token");
        return file == found->files.end() ? "" : file->second;
    }
    std::string id() {
        const FakeContainer* found =
            stage.world.engine().world.find_container("link-cloudflared-1");
        return found == nullptr ? "" : found->id;
    }
    /// All that is told to people or written down.
    std::string told() {
        const Overview& overview = stage.world.daemon().overview();
        std::string all = log.str() + http::view_of(overview).dump() +
                          http::targets_view(overview).dump() +
                          http::resources_view(overview, "").dump();
        for (const char* end : {"", "-wal"}) {
            all += testing::read_file(stage.world.settings().state + "/driftless.db" + end);
        }
        return all;
    }

    std::ostringstream log;
    std::vector<spdlog::sink_ptr> usual;
};

TEST_F(TunnelToken, ReachesAContainerOnAnotherTargetAndIsSeenNowhere) {
    stage.begin(joined(tunnel("home", app), connector()));
    EXPECT_EQ(given(), token());
    EXPECT_TRUE(stage.runs("link-cloudflared-1"));
    const std::string all = told();
    EXPECT_THAT(all, HasSubstr("cloudflared"));
    EXPECT_THAT(all, Not(HasSubstr(token())));
    stage.expect_quiet();
}

TEST_F(TunnelToken, AnotherSecretMakesAnotherContainerAndThenItIsQuiet) {
    stage.begin(joined(tunnel("home", app), connector()));
    const std::string before = token();
    const std::string first = id();
    account.ask(net::Method::patch, tunnels() + "/" + named("driftless.sim.home").value("id", ""),
                {{"tunnel_secret", base64_of(std::string(32, 'k'))}});
    stage.world.run_for(90min);
    EXPECT_NE(token(), before);
    EXPECT_EQ(given(), token());
    EXPECT_NE(id(), first);
    EXPECT_THAT(told(), Not(HasSubstr(token())));
    stage.expect_quiet();
}

TEST_F(TunnelToken, WhereItCannotBeReadTheTunnelSaysWhy) {
    account.deny("tunnel_token");
    stage.begin(joined(tunnel("home", app), connector()));
    EXPECT_THAT(status("tunnel").why, HasSubstr("Cloudflare Tunnel Write"));
    EXPECT_EQ(id(), "");
    account.allow("tunnel_token");
    stage.world.run_for(90min);
    EXPECT_EQ(given(), token());
}

TEST_F(TunnelToken, ATunnelGoesAfterTheContainerThatNeedsIt) {
    const Commit rest =
        joined(zone(anchor), project("rest", "services:\n  a:\n    image: app:1\n"));
    stage.begin(joined(rest, joined(tunnel("home", app), connector())));
    account.connect(token());
    converge(rest, 3min);
    EXPECT_FALSE(named("driftless.sim.home").is_null()) << "a cloudflared is connected";
    account.disconnect(named("driftless.sim.home").value("id", ""));
    stage.world.run_for(settled_after);
    EXPECT_TRUE(named("driftless.sim.home").is_null());
    EXPECT_EQ(id(), "");
    stage.expect_quiet();
}

/// One project with what is published and the cloudflared that publishes it.
Commit published(const std::string& image) {
    return joined(tunnel("home",
                         "    - {hostname: app.bnx.dev, service: \"http://web:80\", dependsOn: "
                         "[ComposeProject/shop@mini1]}\n" +
                             wiki),
                  {{"shop.yaml",
                    "apiVersion: driftless/v1\n"
                    "kind: ComposeProject\n"
                    "metadata: {name: shop}\n"
                    "target: mini1\n"
                    "spec:\n"
                    "  file: shop/compose.yaml\n"
                    "  provide: {shop/token: {from: Tunnel/home@edge, field: token}}\n"},
                   {"shop/compose.yaml",
                    "services:\n"
                    "  web:\n"
                    "    image: " +
                        image +
                        "\n"
                        "    healthcheck: {test: [CMD, \"true\"], interval: 1s, retries: 2}\n"
                        "  cloudflared:\n"
                        "    image: app:1\n"
                        "    volumes: [\"./token:/etc/token:ro\"]\n"}});
}

TEST_F(TunnelToken, AHostnameIsPublishedWhenWhatItNeedsServesAndIsGoneBeforeThat) {
    const Commit rest =
        joined(zone(anchor), project("rest", "services:\n  a:\n    image: app:1\n"));
    stage.begin(joined(rest, published("app:1")));
    EXPECT_EQ(status("dns_record", "app.bnx.dev/CNAME").status, Status::in_sync)
        << status("dns_record", "app.bnx.dev/CNAME").why;
    EXPECT_TRUE(stage.runs("shop-cloudflared-1"));
    stage.expect_quiet();
    bool served_to_the_end = true;
    account.before = [&, before = account.before](const CloudflareRequest& request) {
        if (request.writes() && !record("app.bnx.dev").is_null()) {
            served_to_the_end = served_to_the_end && stage.runs("shop-web-1");
        }
        if (before) before(request);
    };
    converge(rest, 3 * settled_after);
    EXPECT_TRUE(record("app.bnx.dev").is_null());
    EXPECT_FALSE(stage.runs("shop-web-1"));
    EXPECT_TRUE(named("driftless.sim.home").is_null());
    EXPECT_TRUE(served_to_the_end) << "the name was there when its container was not";
}

TEST_F(TunnelToken, ABrokenContainerKeepsItsHostnameUnpublishedAndNoOther) {
    stage.begin(joined(zone(anchor), published("sick:1")));
    EXPECT_TRUE(record("app.bnx.dev").is_null());
    EXPECT_FALSE(record("wiki.bnx.dev").is_null());
    EXPECT_TRUE(stage.runs("shop-cloudflared-1"));
    const ResourceStatus waits = status("dns_record", "app.bnx.dev/CNAME");
    EXPECT_EQ(waits.status, Status::blocked);
    EXPECT_THAT(waits.why, HasSubstr("waits until mini1/ComposeProject/shop is ready: unhealthy"));
    converge(joined(zone(anchor), published("app:1")));
    EXPECT_FALSE(record("app.bnx.dev").is_null());
    stage.expect_quiet();
}

}  // namespace
}  // namespace driftless::test
