// The simulated Cloudflare's products of an account: tunnels, Access, rulesets, Pages.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulation/cloudflare_fixture.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Tunnels : public Cloudflare {
protected:
    json create(const std::string& name, json with = json::object()) {
        with["name"] = name;
        with["config_src"] = "cloudflare";
        const Given given = send(Method::post, tunnels, with);
        EXPECT_EQ(given.status, 200) << given.text;
        return given.result();
    }
    std::string at(const json& tunnel, const std::string& below = "") const {
        return tunnels + "/" + tunnel["id"].get<std::string>() + below;
    }
    Given put(const json& tunnel, const json& rules) {
        return send(Method::put, at(tunnel, "/configurations"), {{"config", {{"ingress", rules}}}});
    }

    const std::string tunnels = "/accounts/" + cloudflare.account() + "/cfd_tunnel";
    const json ingress{{{"hostname", "app.bnx.dev"}, {"service", "http://app:80"}},
                       {{"service", "http_status:404"}}};
};

TEST_F(Tunnels, AreSoftlyDeletedAndFreeTheirName) {
    const json first = create("home");
    EXPECT_EQ(first["status"], "inactive");
    EXPECT_EQ(send(Method::post, tunnels, {{"name", "home"}}).code(), 1013);
    const Given gone = send(Method::del, at(first));
    EXPECT_TRUE(gone.result()["deleted_at"].is_string());
    EXPECT_TRUE(send(Method::get, at(first)).result()["deleted_at"].is_string());
    create("home");
    EXPECT_EQ(send(Method::get, tunnels).result().size(), 2u) << "without is_deleted: both";
    EXPECT_EQ(send(Method::get, tunnels + "?is_deleted=false").result().size(), 1u);
    EXPECT_EQ(send(Method::get, tunnels + "?is_deleted=true&name=home").result().size(), 1u);
    EXPECT_EQ(send(Method::del, at(first)).code(), 1002);
    EXPECT_EQ(send(Method::get, at(first, "/token")).code(), 1054);
}

TEST_F(Tunnels, ATokenTellsAccountTunnelAndSecret) {
    const json tunnel = create("home");
    const std::string given = send(Method::get, at(tunnel, "/token")).result();
    const json content = json::parse(*from_base64(given));
    EXPECT_EQ(content["a"], cloudflare.account());
    EXPECT_EQ(content["t"], tunnel["id"]);
    EXPECT_GE(from_base64(content["s"].get<std::string>())->size(), 32u);
    EXPECT_FALSE(send(Method::get, at(tunnel)).text.find(content["s"]) != std::string::npos);
    cloudflare.deny("tunnel_token");
    EXPECT_EQ(send(Method::get, at(tunnel, "/token")).code(), 10000);
}

TEST_F(Tunnels, ARotatedSecretLetsNobodyInWithTheOld) {
    const json tunnel = create("home");
    const std::string old = send(Method::get, at(tunnel, "/token")).result();
    EXPECT_NE(cloudflare.connect(old), "");
    EXPECT_EQ(send(Method::patch, at(tunnel), {{"tunnel_secret", "c2hvcnQ="}}).code(), 1001);
    const std::string secret = base64_of(std::string(32, 'k'));
    EXPECT_EQ(send(Method::patch, at(tunnel), {{"tunnel_secret", secret}}).status, 200);
    EXPECT_EQ(send(Method::get, at(tunnel)).result()["status"], "healthy") << "it stays connected";
    EXPECT_EQ(cloudflare.connect(old), "");
    EXPECT_NE(cloudflare.connect(send(Method::get, at(tunnel, "/token")).result()), "");
}

TEST_F(Tunnels, OneWithConnectionsIsNotDeleted) {
    const json tunnel = create("home");
    cloudflare.connect(send(Method::get, at(tunnel, "/token")).result());
    EXPECT_EQ(send(Method::del, at(tunnel)).code(), 1022);
    send(Method::del, at(tunnel, "/connections"));
    EXPECT_EQ(send(Method::del, at(tunnel)).code(), 1022) << "who runs is back at once";
    cloudflare.disconnect(tunnel["id"], true);
    EXPECT_EQ(send(Method::del, at(tunnel)).code(), 1022) << "it is still shown";
    send(Method::del, at(tunnel, "/connections"));
    EXPECT_EQ(send(Method::get, at(tunnel)).result()["status"], "down");
    EXPECT_EQ(send(Method::del, at(tunnel)).status, 200);
}

TEST_F(Tunnels, AConfigurationHasVersionsAndDefaults) {
    const json tunnel = create("home");
    EXPECT_EQ(send(Method::get, at(tunnel, "/configurations")).code(), 1055);
    EXPECT_EQ(put(tunnel, ingress).result()["version"], 1);
    cloudflare.connect(send(Method::get, at(tunnel, "/token")).result());
    clock.run_for(io, 5s);
    EXPECT_EQ(put(tunnel, ingress).result()["version"], 2);
    const auto reached = [&] {
        return send(Method::get, at(tunnel, "/connections")).result()[0]["config_version"];
    };
    EXPECT_EQ(reached(), 1);
    clock.run_for(io, 5s);
    EXPECT_EQ(reached(), 2);
    const json config = send(Method::get, at(tunnel, "/configurations")).result()["config"];
    EXPECT_EQ(config["originRequest"]["connectTimeout"], 30);
    EXPECT_EQ(config["ingress"], ingress);
    cloudflare.habits().fills_tunnel_config = false;
    EXPECT_EQ(put(tunnel, ingress).result()["config"], (json{{"ingress", ingress}}));
}

TEST_F(Tunnels, AConfigurationIsChecked) {
    const json tunnel = create("home");
    const json all = {{"service", "http_status:404"}};
    const auto with = [&all](json rule) { return json::array({std::move(rule), all}); };
    EXPECT_EQ(put(tunnel, json::array()).code(), 1056);
    EXPECT_EQ(
        put(tunnel, json::array({{{"hostname", "a.bnx.dev"}, {"service", "http://a"}}})).code(),
        1056);
    EXPECT_EQ(put(tunnel, with({{"service", "http://a"}})).code(), 1056);
    EXPECT_EQ(put(tunnel, with({{"hostname", "a:80"}, {"service", "http://a"}})).code(), 1056);
    EXPECT_EQ(put(tunnel, with({{"hostname", "a.*.dev"}, {"service", "http://a"}})).code(), 1056);
    EXPECT_EQ(put(tunnel, with({{"hostname", "a.dev"}, {"service", "http://a/b"}})).code(), 1056);
    EXPECT_EQ(put(tunnel, with({{"hostname", "a.dev"}, {"service", "app"}})).code(), 1056);
    EXPECT_EQ(put(tunnel, with({{"hostname", "*.dev"}, {"service", "unix:/run/a"}})).status, 200);
}

TEST_F(Tunnels, OlderAnswersSayRemoteConfigOnly) {
    cloudflare.habits().shows_config_src = false;
    const json tunnel = create("home");
    EXPECT_FALSE(tunnel.contains("config_src"));
    EXPECT_EQ(tunnel["remote_config"], true);
}

class Access : public Cloudflare {
protected:
    json made(const std::string& sort, const json& body) {
        const Given given = send(Method::post, access + sort, body);
        EXPECT_EQ(given.status, 201) << given.text;
        return given.status == 201 ? given.result() : json{{"id", ""}};
    }
    Given at(Method method, const std::string& sort, const json& object,
             const json& body = nullptr) {
        return send(method, access + sort + "/" + object["id"].get<std::string>(), body);
    }
    static json policy(const std::string& called, const json& include) {
        return {{"name", called}, {"decision", "allow"}, {"include", include}};
    }
    static json app(const std::string& called, const std::string& domain,
                    const json& policies = json::array()) {
        return {
            {"name", called}, {"type", "self_hosted"}, {"domain", domain}, {"policies", policies}};
    }

    const std::string access = "/accounts/" + cloudflare.account() + "/access";
    const json people = json::array({{{"email", {{"email", "Ann@BNX.dev"}}}}});
};

TEST_F(Access, AnAppShowsItsPoliciesInFull) {
    const json first = made("/policies", policy("people", people));
    const json second = made("/policies", policy("office", {{{"ip", {{"ip", "203.0.113.1"}}}}}));
    const json grafana = made("/apps", app("grafana", "grafana.bnx.dev",
                                           {{{"id", first["id"]}, {"precedence", 2}},
                                            {{"id", second["id"]}, {"precedence", 1}}}));
    const json& policies = grafana["policies"];
    EXPECT_EQ(policies[0]["name"], "office");
    EXPECT_EQ(policies[0]["include"][0]["ip"]["ip"], "203.0.113.1/32");
    EXPECT_EQ(policies[1]["include"][0]["email"]["email"], "ann@bnx.dev");
    EXPECT_EQ(policies[1]["precedence"], 2);
    EXPECT_EQ(grafana["aud"].get<std::string>().size(), 64u);
    EXPECT_EQ(grafana["session_duration"], "24h");
    EXPECT_EQ(grafana["destinations"], (json{{{"type", "public"}, {"uri", "grafana.bnx.dev"}}}));
    EXPECT_EQ(at(Method::get, "/policies", first).result()["app_count"], 1);
    EXPECT_EQ(at(Method::del, "/policies", first).code(), 12130) << "in use";
    EXPECT_EQ(at(Method::put, "/apps", grafana, app("grafana", "grafana.bnx.dev", {second["id"]}))
                  .result()["policies"]
                  .size(),
              1u);
    EXPECT_EQ(at(Method::del, "/policies", first).status, 202);
    EXPECT_EQ(at(Method::del, "/apps", grafana).result(), (json{{"id", grafana["id"]}}));
    EXPECT_EQ(at(Method::get, "/apps", grafana).code(), 11021);
}

TEST_F(Access, DestinationsDomainsAndDomainAreOneThing) {
    json wish = app("many", "ignored.bnx.dev");
    wish["destinations"] = {{{"type", "public"}, {"uri", "a.bnx.dev"}},
                            {{"type", "public"}, {"uri", "b.bnx.dev/admin"}}};
    const json many = made("/apps", wish);
    EXPECT_EQ(many["domain"], "a.bnx.dev");
    EXPECT_EQ(many["self_hosted_domains"], (json{"a.bnx.dev", "b.bnx.dev/admin"}));
    wish["type"] = "bookmark";
    EXPECT_EQ(at(Method::put, "/apps", many, wish).code(), 12130);
    EXPECT_EQ(send(Method::post, access + "/apps", app("other", "a.bnx.dev")).code(), 12132);
    EXPECT_EQ(send(Method::post, access + "/apps", app("many", "c.bnx.dev")).code(), 12132);
}

TEST_F(Access, ATagMustExistBeforeItIsUsed) {
    json wish = app("grafana", "grafana.bnx.dev");
    wish["tags"] = {"driftless", "core"};
    EXPECT_EQ(send(Method::post, access + "/apps", wish).code(), 12130);
    made("/tags", {{"name", "driftless"}});
    made("/tags", {{"name", "core"}});
    EXPECT_EQ(made("/apps", wish)["tags"], (json{"core", "driftless"})) << "in their own order";
    EXPECT_EQ(send(Method::post, access + "/tags", {{"name", "core"}}).code(), 12132);
    EXPECT_EQ(send(Method::get, access + "/tags").result()[0]["app_count"], 1);
}

TEST_F(Access, AServiceTokensSecretIsShownOnce) {
    const json robot = made("/service_tokens", {{"name", "robot"}});
    EXPECT_EQ(robot["client_secret"].get<std::string>().size(), 64u);
    EXPECT_TRUE(robot["client_id"].get<std::string>().ends_with(".access"));
    EXPECT_EQ(robot["duration"], "8760h");
    const Given read = at(Method::get, "/service_tokens", robot);
    EXPECT_FALSE(read.result().contains("client_secret"));
    EXPECT_FALSE(
        send(Method::get, access + "/service_tokens").result()[0].contains("client_secret"));
    const std::string path = access + "/service_tokens/" + robot["id"].get<std::string>();
    const Given rotated = send(Method::post, path + "/rotate", json::object());
    EXPECT_NE(rotated.result()["client_secret"], robot["client_secret"]);
    EXPECT_EQ(rotated.result()["client_id"], robot["client_id"]);
    EXPECT_EQ(send(Method::post, access + "/service_tokens", {{"name", "robot"}}).code(), 12132);
    EXPECT_EQ(send(Method::put, path, {{"duration", "1 day"}}).code(), 12130);
    EXPECT_EQ(send(Method::put, path, {{"duration", "forever"}}).status, 200);
    const json used =
        made("/policies", policy("robots", {{{"service_token", {{"token_id", robot["id"]}}}}}));
    EXPECT_EQ(send(Method::del, path).code(), 12130) << "in use";
    at(Method::del, "/policies", used);
    EXPECT_EQ(send(Method::del, path).status, 200);
    EXPECT_EQ(send(Method::get, path).code(), 12135);
}

TEST_F(Access, RulesAreCheckedAndEmptyOnesGo) {
    EXPECT_EQ(send(Method::post, access + "/policies", policy("none", json::array())).code(),
              12130);
    EXPECT_EQ(
        send(Method::post, access + "/policies", policy("odd", {{{"emial", {{"a", 1}}}}})).code(),
        12130);
    EXPECT_EQ(
        send(Method::post, access + "/policies", policy("lost", {{{"group", {{"id", "none"}}}}}))
            .code(),
        12130);
    const json team = made("/groups", {{"name", "team"}, {"include", people}});
    EXPECT_EQ(team["require"], json::array());
    const json with =
        made("/policies", policy("team", {{{"group", {{"id", team["id"]}}}}, json::object()}));
    EXPECT_EQ(with["include"].size(), 1u);
    EXPECT_EQ(at(Method::del, "/groups", team).code(), 12130) << "in use";
    EXPECT_EQ(
        send(Method::post, access + "/groups", {{"name", "team"}, {"include", people}}).code(),
        12132);
    EXPECT_EQ(send(Method::get, access + "/groups/none").code(), 12152);
    cloudflare.deny("access_groups");
    EXPECT_EQ(send(Method::get, access + "/groups").code(), 10000);
    EXPECT_EQ(send(Method::get, access + "/policies").status, 200);
}

}  // namespace
}  // namespace driftless::test
