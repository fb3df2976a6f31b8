// From a DnsZone to its resources, and what is wrong with one.
#include "reconcilers/cloudflare/dns_zone.hpp"

#include <gmock/gmock.h>

#include "reconcilers/cloudflare/zone_setting.hpp"
#include "tests/reconcilers_cloudflare/manifest_scene.hpp"
#include "tests/support/golden.hpp"

namespace driftless::cloudflare {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ManifestScene scene_of(const Expander& expander) {
    ManifestScene scene{.expander = expander, .file = "zone.yaml", .manifest = {}};
    scene.manifest.kind = "DnsZone";
    scene.manifest.name = "bnx.dev";
    return scene;
}

TEST(DnsZone, MakesOneResourceOfAllRecordsOfANameAndType) {
    ManifestScene scene = scene_of(expand_dns_zone);
    const Expanded zone = scene.expand(R"(
records:
  - {name: www, type: A, value: 203.0.113.2, ttl: 300}
  - {name: www, type: A, value: 203.0.113.1, ttl: 300}
  - {name: "@", type: MX, values: ["20 b.example.com", "10 a.example.com"]}
)");
    EXPECT_THAT(zone.findings, IsEmpty());
    ASSERT_EQ(zone.resources.size(), 2u);
    const Declared& mx = zone.resources.at(0);
    const Declared& www = zone.resources.at(1);
    EXPECT_EQ(to_string(www.key), "edge/cloudflare.dns_record/www.bnx.dev/A");
    EXPECT_EQ(www.collection, "zone bnx.dev");
    EXPECT_EQ(www.spec, json::parse(R"({"zone":"bnx.dev","name":"www.bnx.dev","type":"A",
                                        "ttl":300,"values":["203.0.113.1","203.0.113.2"]})"));
    EXPECT_EQ(mx.spec["values"], json::parse(R"([{"priority":10,"target":"a.example.com"},
                                                 {"priority":20,"target":"b.example.com"}])"));
    EXPECT_THAT(www.claims, ElementsAre("A www.bnx.dev"));
    EXPECT_EQ(www.origin.place, (Place{"zone.yaml", 3, 5}));
}

TEST(DnsZone, AProxiedRecordHasNoTtlOfItsOwn) {
    ManifestScene scene = scene_of(expand_dns_zone);
    const Expanded zone = scene.expand(
        "records: [{name: www, type: A, value: 203.0.113.2, ttl: 300, proxied: true}]");
    EXPECT_THAT(zone.findings, IsEmpty());
    EXPECT_FALSE(zone.resources.front().spec.contains("ttl"));
}

TEST(DnsZone, ARecordOfAnotherTypeIsItsSuccessor) {
    ManifestScene scene = scene_of(expand_dns_zone);
    const Expanded zone = scene.expand("records: [{name: www, type: CNAME, value: x.example.com}]");
    ASSERT_EQ(zone.resources.size(), 1u);
    std::vector<std::string> was;
    for (const ResourceKey& key : zone.resources.front().was) was.push_back(key.name);
    EXPECT_THAT(was, ElementsAre("www.bnx.dev/A", "www.bnx.dev/AAAA"));
}

TEST(DnsZone, TellsAllThatIsWrongWithItsPlace) {
    ManifestScene scene = scene_of(expand_dns_zone);
    test::expect_golden("cloudflare/zone_faults.txt", scene.refusals(R"(
foreign: remove
records:
  - {name: a, type: AA, value: 203.0.113.2}
  - {name: a..b, type: A, value: 203.0.113.2}
  - {name: c, type: A, value: nonsense}
  - {name: d, type: A}
  - {name: e, type: A, value: 203.0.113.2, values: [203.0.113.3]}
  - {name: f, type: A, values: [203.0.113.3, 203.0.113.3]}
  - {name: g, type: A, value: 203.0.113.2, ttl: 5}
  - {name: h, type: TXT, value: x, proxied: true}
  - {name: i, type: A, value: 10.0.0.1, proxied: true}
  - {name: j, type: AAAA, value: "fd00::1", proxied: true}
  - {name: k, type: CNAME, values: [a.example.com, b.example.com]}
  - {name: "@", type: NS, value: ns.example.com}
  - {name: l, type: TXT, value: ""}
  - {name: m, type: A, value: 203.0.113.2, comment: "driftless:other"}
  - {name: n, type: A, value: 203.0.113.2, coment: "x"}
  - {name: o, type: A, value: 203.0.113.2, ttl: 300}
  - {name: o, type: A, value: 203.0.113.3, ttl: 600}
  - {name: p, type: A, value: 203.0.113.2}
  - {name: p, type: A, value: 203.0.113.2}
  - {name: q.other.dev., type: A, value: 203.0.113.2}
  - {name: r, type: CNAME, value: a.example.com, proxied: true, settings: {flatten_cname: true}}
  - {name: s, type: TXT, values: [{secret: token}, other]}
  - {name: t, type: MX, value: mail.example.com}
)"));
    EXPECT_FALSE(
        scene.refusals("records: [{name: l, type: TXT, value: '" + std::string(5'000, 'x') + "'}]")
            .empty());
}

TEST(ZoneSettings, AreOneResourceEachWithTheValueThatYamlMeans) {
    ManifestScene scene = scene_of(expand_zone_settings);
    const Expanded zone = scene.expand(R"(
settings: {ssl: strict, min_tls_version: 1.2, browser_cache_ttl: 14400, always_use_https: on,
           security_header: {strict_transport_security: {enabled: true}}}
)");
    EXPECT_THAT(zone.findings, IsEmpty());
    json values = json::object();
    for (const Declared& one : zone.resources) values[one.key.name] = one.spec["value"];
    EXPECT_EQ(values, json::parse(R"({
        "bnx.dev/ssl": "strict", "bnx.dev/min_tls_version": "1.2",
        "bnx.dev/browser_cache_ttl": 14400, "bnx.dev/always_use_https": "on",
        "bnx.dev/security_header": {"strict_transport_security": {"enabled": true}}})"));
}

TEST(ZoneSettings, ThatNoCommitCanKeepAreRefused) {
    ManifestScene scene = scene_of(expand_zone_settings);
    const Expanded zone = scene.expand("settings: {development_mode: on, ssl: strict}");
    ASSERT_EQ(zone.findings.size(), 1u);
    EXPECT_EQ(to_string(zone.findings.front()),
              "zone.yaml:1:12: spec.settings.development_mode: can't be kept: it ends by itself "
              "after three hours; switch it on by hand");
}

}  // namespace
}  // namespace driftless::cloudflare
