// The simulated Cloudflare's products of an account: tunnels, Access, rulesets, Pages.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulation/cloudflare_fixture.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
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

class Rulesets : public Cloudflare {
protected:
    static json block(const std::string& ref, const std::string& host) {
        return {{"ref", ref},
                {"action", "block"},
                {"expression", fmt::format("(http.host eq \"{}\")", host)}};
    }
    Given put(const json& rules, const std::string& query = "") {
        return send(Method::put, entry + query, {{"rules", rules}});
    }
    /// The members of all rules, joined.
    static std::string all(const Given& given, const char* member) {
        std::string text;
        for (const json& rule : given.result().at("rules")) {
            text += (text.empty() ? "" : " ") + rule.at(member).get<std::string>();
        }
        return text;
    }

    const std::string rulesets = "/zones/" + zone + "/rulesets";
    const std::string entry = rulesets + "/phases/http_request_firewall_custom/entrypoint";
};

TEST_F(Rulesets, AnEntryPointIsMadeByItsFirstPut) {
    EXPECT_EQ(send(Method::get, entry).code(), 10003);
    const Given first = put(json::array({block("a", "a.bnx.dev"), block("b", "b.bnx.dev")}));
    ASSERT_EQ(first.status, 200) << first.text;
    EXPECT_EQ(first.result()["version"], "1");
    EXPECT_EQ(first.result()["kind"], "zone");
    EXPECT_EQ(first.result()["rules"][0]["enabled"], true);
    EXPECT_EQ(send(Method::get, rulesets).result().size(), 3u) << "two are Cloudflare's own";
    EXPECT_FALSE(send(Method::get, rulesets).result()[0].contains("rules"));
    const json second = {
        {"kind", "zone"}, {"phase", "http_request_firewall_custom"}, {"name", "x"}};
    EXPECT_EQ(send(Method::post, rulesets, second).code(), 20217);
    EXPECT_EQ(put(json::array()).result()["rules"], json::array()) << "empty, but there";
    EXPECT_EQ(send(Method::get, entry).status, 200);
}

TEST_F(Rulesets, ARefKeepsItsIdAndWithoutItIsNew) {
    json bare = block("", "c.bnx.dev");
    bare.erase("ref");
    const Given first = put(json::array({block("a", "a.bnx.dev"), bare}));
    clock.run_for(io, 1min);
    const Given second = put(json::array({bare, block("a", "other.bnx.dev")}));
    EXPECT_EQ(second.result()["version"], "2");
    EXPECT_EQ(second.result()["rules"][1]["id"], first.result()["rules"][0]["id"]);
    EXPECT_EQ(second.result()["rules"][1]["version"], "2");
    EXPECT_NE(second.result()["rules"][0]["id"], first.result()["rules"][1]["id"]);
    EXPECT_EQ(second.result()["rules"][0]["ref"], second.result()["rules"][0]["id"]);
    const Given third = put(second.result()["rules"]);  // verbatim
    EXPECT_EQ(third.result()["rules"], second.result()["rules"]);
    EXPECT_EQ(third.result()["version"], "3");
    EXPECT_EQ(put(json::array({block("a", "x"), block("a", "y")})).code(), 20120);
}

TEST_F(Rulesets, ADryRunChecksAndKeepsNothing) {
    const Given dry = put(json::array({block("a", "a.bnx.dev")}), "?dry_run=true");
    EXPECT_EQ(dry.status, 200);
    EXPECT_EQ(dry.result(), nullptr);
    EXPECT_EQ(send(Method::get, entry).code(), 10003);
    EXPECT_THAT(cloudflare.writes(), IsEmpty());
    EXPECT_EQ(
        put(json::array({{{"action", "block"}, {"expression", "(a eq"}}}), "?dry_run=true").code(),
        20127);
}

TEST_F(Rulesets, ThePlanBoundsRulesPhasesAndOperators) {
    json rules = json::array();
    for (int i = 0; i < 6; ++i) rules.push_back(block(fmt::format("r{}", i), "a"));
    EXPECT_EQ(put(rules).code(), 20217);
    const std::string at_pro = "/zones/" + pro + "/rulesets/phases/";
    EXPECT_EQ(
        send(Method::put, at_pro + "http_request_firewall_custom/entrypoint", {{"rules", rules}})
            .status,
        200);
    const json regex = {{"action", "block"}, {"expression", "http.host matches \".*\""}};
    EXPECT_EQ(put(json::array({regex})).code(), 20127);
    EXPECT_EQ(send(Method::put, rulesets + "/phases/http_custom_errors/entrypoint",
                   {{"rules", json::array()}})
                  .code(),
              50002);
    EXPECT_EQ(put(json::array({{{"action", "redirect"}, {"expression", "true"}}})).code(), 20120);
}

TEST_F(Rulesets, SingleRulesGoWhereTheySay) {
    const json made = put(json::array({block("a", "a"), block("b", "b")})).result();
    const std::string rules = rulesets + "/" + made["id"].get<std::string>() + "/rules";
    json rule = block("c", "c");
    rule["position"] = {{"index", 1}};
    const Given added = send(Method::post, rules, rule);
    EXPECT_EQ(all(added, "ref"), "c a b");
    const std::string c = rules + "/" + added.result()["rules"][0]["id"].get<std::string>();
    EXPECT_EQ(
        all(send(Method::patch, c, {{"position", {{"after", made["rules"][1]["id"]}}}}), "ref"),
        "a b c");
    EXPECT_EQ(all(send(Method::del, c), "ref"), "a b");
    EXPECT_EQ(send(Method::del, c).code(), 10002);
    const std::string versions = entry + "/versions";
    EXPECT_EQ(send(Method::get, versions).result().size(), 4u);
    EXPECT_EQ(all(send(Method::get, versions + "/2"), "ref"), "c a b");
    EXPECT_EQ(send(Method::del, rulesets + "/" + made["id"].get<std::string>()).status, 204);
    EXPECT_EQ(send(Method::get, rulesets + "/" + made["id"].get<std::string>()).code(), 10001);
}

TEST_F(Rulesets, ListsGoByCursor) {
    put(json::array());
    std::string cursor;
    std::size_t seen = 0;
    for (int i = 0; i < 3; ++i) {
        const Given page = send(Method::get, rulesets + "?per_page=1" + cursor);
        seen += page.result().size();
        const json after = page.body.value("/result_info/cursors/after"_json_pointer, json{});
        EXPECT_EQ(after.is_null(), i == 2);
        if (!after.is_null()) cursor = "&cursor=" + after.get<std::string>();
    }
    EXPECT_EQ(seen, 3u);
}

class Pages : public Cloudflare {
protected:
    void SetUp() override {
        const Given made =
            send(Method::post, projects, {{"name", "site"}, {"production_branch", "main"}});
        ASSERT_EQ(made.status, 200) << made.text;
        account_token = token;
        jwt = send(Method::get, site + "/upload-token").result().at("jwt");
    }
    /// With the token for uploads.
    Given asset_call(const std::string& what, const json& body) {
        token = jwt;
        const Given given = send(Method::post, "/pages/assets/" + what, body);
        token = account_token;
        return given;
    }
    Given upload(const std::string& key, const std::string& bytes) {
        return asset_call("upload", json::array({{{"key", key},
                                                  {"value", base64_of(bytes)},
                                                  {"metadata", {{"contentType", "text/plain"}}},
                                                  {"base64", true}}}));
    }
    Given deploy(const json& manifest, const std::string& branch = "main") {
        net::Request request{Method::post, "/client/v4" + site + "/deployments"};
        request.headers = {{"Authorization", "Bearer " + token},
                           {"Content-Type", "multipart/form-data; boundary=xyz"}};
        for (const auto& [name, content] : std::map<std::string, std::string>{
                 {"manifest", manifest.dump()}, {"branch", branch}, {"commit_message", "m"}}) {
            request.body +=
                fmt::format("--xyz\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n",
                            name, content);
        }
        request.body += "--xyz--\r\n";
        const auto answer = testing::run_on(io, clock, transport->send(std::move(request)));
        return {answer->status, json::parse(answer->body), answer->headers, answer->body};
    }
    std::string status_of(const Given& deployment) {
        const std::string id = deployment.result().at("id");
        return send(Method::get, site + "/deployments/" + id).result()["latest_stage"]["status"];
    }

    const std::string projects = "/accounts/" + cloudflare.account() + "/pages/projects";
    const std::string site = projects + "/site";
    const std::string hash = std::string(32, 'a');
    std::string account_token, jwt;
};

TEST_F(Pages, OnlyMissingFilesAreAskedFor) {
    EXPECT_EQ(asset_call("check-missing", {{"hashes", {hash}}}).result(), json{hash});
    EXPECT_EQ(upload(hash, "hello").status, 200);
    EXPECT_EQ(asset_call("check-missing", {{"hashes", {hash}}}).result(), json::array());
    EXPECT_EQ(cloudflare.world().state.assets.at(hash).bytes, "hello");
    EXPECT_EQ(upload("short", "hello").code(), 8000012);
    EXPECT_EQ(send(Method::post, "/pages/assets/check-missing", {{"hashes", {hash}}}).code(),
              8000013)
        << "the account's token isn't the one for uploads";
}

TEST_F(Pages, ATokenForUploadsEnds) {
    clock.run_for(io, 31min);
    EXPECT_EQ(upload(hash, "hello").code(), 8000013);
    cloudflare.habits().expired_jwt_in_words = true;
    const Given words = upload(hash, "hello");
    EXPECT_EQ(words.status, 403);
    EXPECT_EQ(words.text, "Expired JWT");
    jwt = send(Method::get, site + "/upload-token").result().at("jwt");
    EXPECT_EQ(upload(hash, "hello").status, 200);
}

TEST_F(Pages, ADeploymentTakesItsTime) {
    upload(hash, "hello");
    const Given given = deploy({{"/a.txt", hash}});
    EXPECT_EQ(given.result()["latest_stage"]["status"], "active");
    EXPECT_EQ(send(Method::get, site).result()["canonical_deployment"], nullptr);
    clock.run_for(io, 3s);
    EXPECT_EQ(status_of(given), "success");
    EXPECT_EQ(send(Method::get, site).result()["canonical_deployment"]["id"], given.result()["id"]);
    const Given lacking = deploy({{"/b.txt", std::string(32, 'b')}});
    clock.run_for(io, 3s);
    EXPECT_EQ(status_of(lacking), "failure") << "a file was never uploaded";
    EXPECT_EQ(send(Method::get, site).result()["canonical_deployment"]["id"], given.result()["id"]);
}

TEST_F(Pages, AProjectWithDomainsStays) {
    const Given attached = send(Method::post, site + "/domains", {{"name", "www.bnx.dev"}});
    EXPECT_EQ(attached.result()["status"], "initializing");
    EXPECT_EQ(send(Method::del, site).code(), 8000028);
    clock.run_for(io, 2min);
    EXPECT_EQ(send(Method::get, site + "/domains/www.bnx.dev").result()["status"], "pending");
    made({{"type", "CNAME"}, {"name", "www"}, {"content", "site.pages.dev"}, {"proxied", true}});
    EXPECT_EQ(send(Method::get, site + "/domains/www.bnx.dev").result()["status"], "active");
    EXPECT_EQ(send(Method::get, site).result()["domains"], (json{"site.pages.dev", "www.bnx.dev"}));
    send(Method::del, site + "/domains/www.bnx.dev");
    EXPECT_EQ(send(Method::del, site).status, 200);
}

TEST_F(Pages, ATakenLabelGetsASuffix) {
    cloudflare.habits().taken_pages_labels = {"blog"};
    const Given made =
        send(Method::post, projects, {{"name", "blog"}, {"production_branch", "main"}});
    EXPECT_NE(made.result()["subdomain"], "blog.pages.dev");
    EXPECT_EQ(send(Method::post, projects, {{"name", "No"}, {"production_branch", "main"}}).code(),
              8000004);
    EXPECT_EQ(send(Method::get, projects + "?per_page=26").code(), 8000024);
}

}  // namespace
}  // namespace driftless::test
