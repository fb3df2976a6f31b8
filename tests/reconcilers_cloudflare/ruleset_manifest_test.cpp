// From a Ruleset to its rules, and what is wrong with one.
#include "reconcilers/cloudflare/ruleset_manifest.hpp"

#include <gmock/gmock.h>

#include "tests/reconcilers_cloudflare/manifest_scene.hpp"
#include "tests/support/golden.hpp"

namespace driftless::cloudflare {
namespace {

using ::testing::IsEmpty;

ManifestScene ruleset_scene() {
    ManifestScene scene{.expander = expand_ruleset, .file = "waf.yaml", .manifest = {}};
    scene.manifest.kind = "Ruleset";
    scene.manifest.name = "waf";
    return scene;
}

TEST(Ruleset, BecomesARuleForEachInTheirOrder) {
    ManifestScene scene = ruleset_scene();
    const Expanded ruleset = scene.expand(R"(
zone: BNX.dev
phase: http_request_firewall_custom
at: bottom
rules:
  - {ref: bots, action: managed_challenge, expression: " cf.client.bot ", description: no bots}
  - ref: office
    action: skip
    enabled: false
    expression: ip.src eq 192.0.2.1
    action_parameters: {products: [waf, bic], phases: [], ruleset: current}
    logging: {enabled: true}
)");
    EXPECT_THAT(ruleset.findings, IsEmpty());
    ASSERT_EQ(ruleset.resources.size(), 2u);
    const Declared& bots = ruleset.resources.at(0);
    EXPECT_EQ(to_string(bots.key),
              "edge/cloudflare.ruleset_rule/bnx.dev/http_request_firewall_custom/bots");
    EXPECT_EQ(bots.collection, "rules bnx.dev/http_request_firewall_custom");
    EXPECT_EQ(bots.origin.place, (Place{"waf.yaml", 6, 5}));
    EXPECT_EQ(bots.spec, json::parse(R"({"at":"bottom","position":1,"action":"managed_challenge",
        "expression":"cf.client.bot","description":"no bots","enabled":true,
        "action_parameters":null,"ratelimit":null,"logging":null,
        "exposed_credential_check":null})"));
    const json& office = ruleset.resources.at(1).spec;
    EXPECT_EQ(office["position"], 2);
    EXPECT_EQ(office["enabled"], false);
    EXPECT_EQ(office["logging"], nullptr);
    EXPECT_EQ(office["action_parameters"],
              json::parse(R"({"products":["bic","waf"],"ruleset":"current"})"));
}

TEST(Ruleset, AValueWithinItsParametersIsTheApis) {
    ManifestScene scene = ruleset_scene();
    const Expanded ruleset = scene.expand(R"(
zone: bnx.dev
phase: http_request_dynamic_redirect
rules:
  - ref: moved
    action: redirect
    expression: http.request.uri.path eq "/a"
    action_parameters: {from_value: {status_code: 301, target_url: {value: "https://example.com/"}}}
)");
    EXPECT_THAT(ruleset.findings, IsEmpty());
    ASSERT_EQ(ruleset.resources.size(), 1u);
    EXPECT_EQ(ruleset.resources.at(0).spec["action_parameters"],
              json::parse(R"({"from_value":{"status_code":301,
                  "target_url":{"value":"https://example.com/"}}})"));
}

TEST(Ruleset, OfTheAccountSaysSo) {
    ManifestScene scene = ruleset_scene();
    const Expanded ruleset = scene.expand(R"(
account: true
phase: http_request_redirect
rules:
  - ref: old-names
    action: redirect
    expression: http.request.full_uri in $old
    action_parameters: {from_list: {name: old, key: http.request.full_uri}}
)");
    EXPECT_THAT(ruleset.findings, IsEmpty());
    ASSERT_EQ(ruleset.resources.size(), 1u);
    EXPECT_EQ(ruleset.resources.front().key.name, "account/http_request_redirect/old-names");
    EXPECT_EQ(ruleset.resources.front().spec["at"], "top");
}

TEST(Ruleset, TellsAllThatIsWrongWithItsPlace) {
    ManifestScene scene = ruleset_scene();
    test::expect_golden(
        "cloudflare/ruleset_faults.txt",
        scene.refusals(R"(
zone: bnx.dev
phase: http_ratelimit
at: middle
rules:
  - {ref: a, action: block, expression: "true"}
  - {ref: b, action: redirect, expression: "true", ratelimit: {characteristics: [ip.src], period: 10}}
  - {ref: c, action: blok, expression: "true", ratelimit: {period: 10}}
  - {ref: d, action: block, ratelimit: {characteristics: [ip.src], period: 10}}
  - {ref: d, action: block, expression: "", ratelimit: {characteristics: [ip.src], period: 10}}
  - {ref: Bad Ref, action: block, expression: "true", ratelimit: {characteristics: [ip.src], period: 10}}
  - {action: block, expression: "true", ratelimit: {characteristics: [ip.src], period: 10}}
  - {ref: e, action: block, expression: "true", enabled: maybe, ratelimit: {characteristics: [ip.src], period: 10}}
  - {ref: f, action: block, expression: "true", position: {index: 1}, ratelimit: {characteristics: [ip.src], period: 10}}
)") + scene.refusals(R"(
zone: bnx.dev
phase: http_request_dynamic_redirect
rules:
  - {ref: a, action: redirect, expression: "true"}
  - {ref: b, action: redirect, expression: "true", action_parameters: gone, ratelimit: {period: 10}}
)") + scene.refusals("phase: http_request_firewall\nrules: []") +
            scene.refusals("zone: bnx.dev\nphase: http_request_firewal_custom\nrules: {}") +
            scene.refusals("zone: bnx.dev\nphase: http_request_redirect\nrules: []") +
            scene.refusals("account: true\nphase: http_config_settings\nrules: []"));
}

}  // namespace
}  // namespace driftless::cloudflare
