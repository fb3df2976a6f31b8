// From manifests of Access to their resources, and what is wrong with one.
#include "reconcilers/cloudflare/access_manifest.hpp"

#include <gmock/gmock.h>

#include "tests/reconcilers_cloudflare/manifest_scene.hpp"
#include "tests/support/golden.hpp"

namespace driftless::cloudflare {
namespace {

using ::testing::IsEmpty;

ManifestScene scene_of(Expander expander, const std::string& kind) {
    ManifestScene scene{.expander = std::move(expander), .file = "access.yaml", .manifest = {}};
    scene.manifest.kind = kind;
    scene.manifest.name = "staff";
    scene.manifest.was = {"crew"};
    scene.manifest.place = {"access.yaml", 1, 1};
    return scene;
}

TEST(AccessGroup, BecomesAGroupWithRulesInOneForm) {
    ManifestScene scene = scene_of(expand_access_group, "AccessGroup");
    const Expanded group = scene.expand(R"(
include:
  - email: Me@BNX.dev
  - {email_domain: {domain: bnx.dev}}
  - everyone:
require: [{ip: 203.0.113.7}, {github-organization: {name: bnx, identity_provider_id: p1}}]
)");
    EXPECT_THAT(group.findings, IsEmpty());
    ASSERT_EQ(group.resources.size(), 1u);
    const Declared& declared = group.resources.front();
    EXPECT_EQ(to_string(declared.key), "edge/cloudflare.access_group/staff");
    EXPECT_EQ(to_string(declared.was.front()), "edge/cloudflare.access_group/crew");
    EXPECT_EQ(declared.spec, json::parse(R"({"name":"driftless.sim.staff","exclude":[],
        "include":[{"email":{"email":"me@bnx.dev"}},{"email_domain":{"domain":"bnx.dev"}},
                   {"everyone":{}}],
        "require":[{"ip":{"ip":"203.0.113.7/32"}},
                   {"github-organization":{"name":"bnx","identity_provider_id":"p1"}}]})"));
}

TEST(AccessPolicy, NamesGroupsAndTokensByTheirManifests) {
    ManifestScene scene = scene_of(expand_access_policy, "AccessPolicy");
    const Expanded policy = scene.expand(R"(
name: Staff
decision: non_identity
include: [{group: AccessGroup/staff}, {service_token: AccessServiceToken/ci}, {group: 0a-1b}]
exclude: [{group: {id: {from: AccessGroup/guests, field: id}}}]
session_duration: 90m
)");
    EXPECT_THAT(policy.findings, IsEmpty());
    ASSERT_EQ(policy.resources.size(), 1u);
    const json& spec = policy.resources.front().spec;
    const auto id_of = [](const char* kind, const char* name) {
        return late_mark({{"edge", kind, name}, "id"});
    };
    EXPECT_EQ(spec["name"], "Staff");
    EXPECT_EQ(spec["include"][0]["group"]["id"], id_of("AccessGroup", "staff"));
    EXPECT_EQ(spec["include"][1]["service_token"]["token_id"], id_of("AccessServiceToken", "ci"));
    EXPECT_EQ(spec["include"][2]["group"]["id"], "0a-1b");
    EXPECT_EQ(spec["exclude"][0]["group"]["id"], id_of("AccessGroup", "guests"));
    EXPECT_EQ(spec["session_duration"], "1h30m");
}

TEST(AccessPolicy, TellsAllThatIsWrongWithItsPlace) {
    ManifestScene scene = scene_of(expand_access_policy, "AccessPolicy");
    test::expect_golden("cloudflare/access_policy_faults.txt", scene.refusals(R"(
name: ""
decision: permit
include:
  - everyone
  - {emails: me@bnx.dev}
  - {email: bnx.dev}
  - {email_domain: me@bnx.dev}
  - {ip: 203.0.113.300}
  - {ip: 203.0.113.0/33}
  - {geo: England}
  - {okta: staff}
  - {okta: {name: staff}}
  - {okta: {name: staff, identity_provider: x}}
  - {group: AccessPolicy/staff}
  - {group: AccessGroup/staff@prod}
  - {group: "AccessGroup/"}
  - {email: a@b.dev, ip: 203.0.113.1}
exclude: {email: a@b.dev}
session_duration: soon
approval_required: maybe
approval_groups: {}
purpose: x
)"));
    test::expect_golden("cloudflare/access_group_faults.txt",
                        scene_of(expand_access_group, "AccessGroup").refusals("include: []\n") +
                            scene_of(expand_access_group, "AccessGroup")
                                .refusals("decision: allow\nrequire: [{geo: GB}]\n"));
}

}  // namespace
}  // namespace driftless::cloudflare
