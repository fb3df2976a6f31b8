// From a Tunnel to its resources, and what is wrong with one.
#include "reconcilers/cloudflare/tunnel_manifest.hpp"

#include <gmock/gmock.h>

#include "reconcilers/cloudflare/tunnel_lint.hpp"
#include "tests/reconcilers_cloudflare/manifest_scene.hpp"
#include "tests/support/golden.hpp"

namespace driftless::cloudflare {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ManifestScene tunnel_scene() {
    ManifestScene scene{.expander = expand_tunnel, .file = "home.yaml", .manifest = {}};
    scene.manifest.kind = "Tunnel";
    scene.manifest.name = "home";
    scene.manifest.was = {"house"};
    scene.manifest.place = {"home.yaml", 1, 1};
    return scene;
}

TEST(Tunnel, BecomesATunnelAConfigurationAndARecordForEachHostname) {
    ManifestScene scene = tunnel_scene();
    const Expanded tunnel = scene.expand(R"(
ingress:
  - {hostname: App.BNX.dev, path: /api, service: "http://api:80"}
  - {hostname: app.bnx.dev, service: "https://app:443", originRequest: {noTLSVerify: true, tlsTimeout: 10}}
  - {hostname: "*.lab.bnx.dev", service: "unix:/run/lab.sock"}
)");
    EXPECT_THAT(tunnel.findings, IsEmpty());
    ASSERT_EQ(tunnel.resources.size(), 4u);
    const Declared& itself = tunnel.resources.at(0);
    const Declared& config = tunnel.resources.at(1);
    const Declared& app = tunnel.resources.at(2);
    EXPECT_EQ(to_string(itself.key), "edge/cloudflare.tunnel/home");
    EXPECT_EQ(itself.spec, json::parse(R"({"name":"driftless.sim.home"})"));
    EXPECT_EQ(to_string(itself.was.front()), "edge/cloudflare.tunnel/house");
    EXPECT_EQ(config.spec, json::parse(R"({"originRequest":{},"ingress":[
        {"hostname":"app.bnx.dev","path":"/api","service":"http://api:80"},
        {"hostname":"app.bnx.dev","service":"https://app:443","originRequest":{"noTLSVerify":true}},
        {"hostname":"*.lab.bnx.dev","service":"unix:/run/lab.sock"},
        {"service":"http_status:404"}]})"));
    EXPECT_EQ(config.needs.front().key, itself.key);
    EXPECT_EQ(to_string(app.key), "edge/cloudflare.dns_record/app.bnx.dev/CNAME");
    EXPECT_EQ(app.collection, "zone bnx.dev");
    EXPECT_EQ(app.needs.front().key, config.key);
    EXPECT_EQ(app.spec["proxied"], true);
    EXPECT_EQ(app.spec["values"], json::array({late_mark({itself.key, "cname"})}));
    EXPECT_EQ(app.origin.place, (Place{"home.yaml", 3, 5}));
    EXPECT_EQ(tunnel.resources.at(3).key.name, "*.lab.bnx.dev/CNAME");
}

TEST(Tunnel, AHostnameNeedsWhatAnyOfItsRulesNeedsAndTheTunnelDoesNot) {
    ManifestScene scene = tunnel_scene();
    const Expanded tunnel = scene.expand(R"(
ingress:
  - {hostname: app.bnx.dev, path: /api, service: "http://api", dependsOn: [ComposeProject/api@mini1]}
  - {hostname: app.bnx.dev, service: "http://app", dependsOn: [ComposeProject/app@mini1, DnsZone/bnx.dev]}
)");
    EXPECT_THAT(tunnel.findings, IsEmpty());
    ASSERT_EQ(tunnel.resources.size(), 3u);
    std::vector<std::string> needs;
    for (const Need& need : tunnel.resources.at(2).needs) needs.push_back(to_string(need.key));
    EXPECT_THAT(needs, ElementsAre("edge/cloudflare.tunnel_config/home", "mini1/ComposeProject/api",
                                   "mini1/ComposeProject/app", "edge/DnsZone/bnx.dev"));
    EXPECT_THAT(tunnel.resources.at(0).needs, IsEmpty());
    EXPECT_EQ(tunnel.resources.at(1).needs.size(), 1u);
}

TEST(Tunnel, AHostnameThatIsNotPublishedGetsNoRecord) {
    ManifestScene scene = tunnel_scene();
    const Expanded tunnel = scene.expand(R"(
ingress:
  - {hostname: app.bnx.dev, path: /api, service: "http://api:80", publish: false}
  - {hostname: app.bnx.dev, service: "http://app:80"}
  - {hostname: any.where.example, service: "http://app:80", publish: false}
)");
    EXPECT_THAT(tunnel.findings, IsEmpty());
    ASSERT_EQ(tunnel.resources.size(), 3u);  // one rule of app.bnx.dev publishes it
    EXPECT_EQ(tunnel.resources.at(1).spec.dump().find("publish"), std::string::npos);
    EXPECT_EQ(tunnel.resources.at(2).key.name, "app.bnx.dev/CNAME");
}

TEST(Tunnel, ItsLastRuleMayTakeTheRest) {
    ManifestScene scene = tunnel_scene();
    const Expanded tunnel = scene.expand("ingress: [{service: hello_world}]");
    EXPECT_THAT(tunnel.findings, IsEmpty());
    ASSERT_EQ(tunnel.resources.size(), 2u);
    EXPECT_EQ(tunnel.resources.at(1).spec["ingress"],
              json::parse(R"([{"service":"hello_world"}])"));
}

TEST(Tunnel, TellsAllThatIsWrongWithItsPlace) {
    ManifestScene scene = tunnel_scene();
    test::expect_golden("cloudflare/tunnel_faults.txt", scene.refusals(R"(
zones: [bnx.dev, "a..b"]
ingress:
  - {hostname: "a.bnx.dev:443", service: "http://a"}
  - {hostname: "b.*.bnx.dev", service: "http://b"}
  - {hostname: "*c.bnx.dev", service: "http://c"}
  - {hostname: d.other.dev, service: "http://d"}
  - {hostname: e.bnx.dev, service: "http://e/path"}
  - {hostname: f.bnx.dev, service: "f:80"}
  - {hostname: g.bnx.dev, service: "ftp://g"}
  - {hostname: h.bnx.dev, service: "http://"}
  - {hostname: i.bnx.dev, service: "http_status:4040"}
  - {hostname: j.bnx.dev, service: "unix:run.sock"}
  - {hostname: k.bnx.dev}
  - {hostname: k2.bnx.dev, service: "http://k", dependsOn: [shop, ComposeProject/web]}
  - {hostname: l.bnx.dev, service: "http://l"}
  - {hostname: l.bnx.dev, path: /api, service: "http://l"}
  - {service: "http_status:404"}
  - {hostname: m.bnx.dev, service: "http://m", originRequest: {noTlsVerify: true}}
  - {hostname: n.bnx.dev, service: "http://n", originRequest: {connectTimeout: 30s}}
  - {hostname: o.bnx.dev, service: "http://o", originRequest: {access: {audTags: [x]}}}
)"));
    test::expect_golden("cloudflare/tunnel_zone_faults.txt", scene.refusals(R"(
ingress:
  - {hostname: app, service: "http://a"}
  - {hostname: app.example.co.uk, service: "http://b"}
  - {hostname: "*.dev", service: "http://c"}
)"));
}

TEST(ZoneFor, IsTheLongestThatIsNamedOrElseTheLastTwoLabels) {
    EXPECT_EQ(*zone_for("a.b.bnx.dev", {}), "bnx.dev");
    EXPECT_EQ(*zone_for("bnx.dev", {}), "bnx.dev");
    EXPECT_EQ(*zone_for("*.bnx.dev", {}), "bnx.dev");
    EXPECT_EQ(*zone_for("a.b.bnx.dev", {"bnx.dev", "b.bnx.dev"}), "b.bnx.dev");
    EXPECT_EQ(*zone_for("a.example.co.uk", {"example.co.uk"}), "example.co.uk");
    EXPECT_FALSE(zone_for("nobnx.dev", {"bnx.dev"}));
}

}  // namespace
}  // namespace driftless::cloudflare
