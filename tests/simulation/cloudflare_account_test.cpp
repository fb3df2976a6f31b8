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

}  // namespace
}  // namespace driftless::test
