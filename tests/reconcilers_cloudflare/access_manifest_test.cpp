// From manifests of Access to their resources, and what is wrong with one.
#include "reconcilers/cloudflare/access_manifest.hpp"

#include <gmock/gmock.h>

#include "reconcilers/cloudflare/access_application_manifest.hpp"
#include "tests/reconcilers_cloudflare/manifest_scene.hpp"
#include "tests/support/golden.hpp"

namespace driftless::cloudflare {
namespace {

using ::testing::ElementsAre;
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

TEST(AccessApplication, GuardsTheHostsOfItsDestinations) {
    ManifestScene scene = scene_of(expand_access_application, "AccessApplication");
    const Expanded app = scene.expand(R"(
type: self_hosted
destinations:
  - {uri: "Wiki.BNX.dev/Admin"}
  - "*.lab.bnx.dev"
  - {type: private, cidr: 10.0.0.0/8, port_range: ""}
policies: [AccessPolicy/staff, 0a-1b]
session_duration: 90m
cors_headers: {allow_all_origins: true, max_age: 60, allow_credentials: false}
)");
    EXPECT_THAT(app.findings, IsEmpty());
    ASSERT_EQ(app.resources.size(), 1u);
    const Declared& declared = app.resources.front();
    const std::string staff = late_mark({{"edge", "AccessPolicy", "staff"}, "id"});
    EXPECT_EQ(declared.spec,
              (json{{"name", "staff"},
                    {"mark", "driftless-sim"},
                    {"destinations",
                     {{{"type", "public"}, {"uri", "wiki.bnx.dev/Admin"}},
                      {{"type", "public"}, {"uri", "*.lab.bnx.dev"}},
                      {{"type", "private"}, {"cidr", "10.0.0.0/8"}}}},
                    {"policies", {staff, "0a-1b"}},
                    {"session_duration", "1h30m"},
                    {"cors_headers", {{"allow_all_origins", true}, {"max_age", 60}}}}));
    EXPECT_THAT(declared.guards, ElementsAre("wiki.bnx.dev", "*.lab.bnx.dev"));
    EXPECT_THAT(declared.claims,
                ElementsAre("the way to wiki.bnx.dev/Admin", "the way to *.lab.bnx.dev",
                            "Access application staff"));
}

TEST(AccessApplication, TellsAllThatIsWrongWithItsPlace) {
    std::string faults;
    for (const char* spec : {R"(
type: saas
destinations:
  - {uri: "https://wiki.bnx.dev"}
  - wiki.bnx.dev:8443
  - {type: worker, worker_id: x}
  - {type: public}
  - wiki
policies: [AccessPolicy/staff, AccessPolicy/staff, AccessGroup/staff, {id: x}]
http_only_cookie_attribute: 1
allowed_idps: x
scim_config: {}
)",
                             R"(
domain: a.bnx.dev
destinations: [b.bnx.dev]
policies: AccessPolicy/staff
)",
                             "policies: []\n", "destinations: [a.b, b.b, c.b, d.b, e.b, f.b]\n"}) {
        faults += scene_of(expand_access_application, "AccessApplication").refusals(spec);
    }
    test::expect_golden("cloudflare/access_application_faults.txt", faults);
}

TEST(AccessServiceToken, SaysWhereItsSecretIsKept) {
    ManifestScene scene = scene_of(expand_access_service_token, "AccessServiceToken");
    const Expanded token = scene.expand("secret: {write: ci}\nduration: forever\n");
    EXPECT_THAT(token.findings, IsEmpty());
    ASSERT_EQ(token.resources.size(), 1u);
    EXPECT_EQ(token.resources.front().spec, json::parse(R"({"name":"driftless.sim.staff",
        "duration":"forever","secret":"ci","for":"edge"})"));
    EXPECT_THAT(
        token.resources.front().claims,
        ElementsAre("Access service token driftless.sim.staff", "secret ci of target edge"));
}

TEST(AccessServiceToken, TellsAllThatIsWrongWithItsPlace) {
    std::string faults;
    for (const char* spec :
         {"duration: 1h\n", "secret: {}\n", "secret: {write: ../ci}\nduration: a year\n",
          "secret: {write: ci, for: mini1}\n", "secret: ci\n"}) {
        faults += scene_of(expand_access_service_token, "AccessServiceToken").refusals(spec);
    }
    test::expect_golden("cloudflare/access_service_token_faults.txt", faults);
}

}  // namespace
}  // namespace driftless::cloudflare
