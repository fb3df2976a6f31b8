// From a compose file to resources.
#include <gmock/gmock.h>

#include <ostream>

#include "config/base/vault.hpp"
#include "tests/reconcilers_docker/project_scene.hpp"
#include "tests/support/golden.hpp"

namespace driftless::docker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* shop = R"(
services:
  web:
    image: nginx:1.27
    ports: ["8080:80", "127.0.0.1:9000:9000/udp"]
    environment: {MODE: production, EMPTY: ""}
    depends_on: {db: {condition: service_healthy}}
    volumes: ["data:/data", "./site:/site:ro", "./nginx.conf:/etc/nginx/nginx.conf:ro"]
    networks: {front: {aliases: [www]}, back: {}}
    restart: unless-stopped
    mem_limit: 64m
  db:
    image: postgres:15
    environment: {POSTGRES_PASSWORD: "${DB_PASSWORD}"}
    healthcheck: {test: [CMD, pg_isready], interval: 5s, retries: 3}
    networks: [back]
networks: {front: {}, back: {internal: true}}
volumes: {data: {}}
)";

ProjectScene shop_scene() {
    ProjectScene scene;
    scene.compose(shop);
    scene.files["site/index.html"] = "<p>hello";
    scene.files["nginx.conf"] = "events {}";
    scene.spec = "{file: compose.yaml, env: {DB_PASSWORD: {secret: db}}}";
    return scene;
}

TEST(ExpandComposeProject, NamesEachResourceByProjectServiceAndNumber) {
    ProjectScene scene = shop_scene();
    std::vector<std::string> keys;
    for (const Declared& one : scene.expand()) keys.push_back(to_string(one.key));
    EXPECT_THAT(scene.findings, IsEmpty());
    EXPECT_THAT(keys,
                ElementsAre("mini1/docker.container/shop.db.1", "mini1/docker.container/shop.web.1",
                            "mini1/docker.network/shop.back", "mini1/docker.network/shop.front",
                            "mini1/docker.volume/shop.data"));
}

TEST(ExpandComposeProject, GivesSpecsAsTheyAreWrittenHere) {
    ProjectScene scene = shop_scene();
    json all = json::object();
    for (const Declared& one : scene.expand()) {
        json needs = json::array();
        for (const Need& need : one.needs) {
            needs.push_back(to_string(need.key) + (need.until == Until::ready ? " ready" : ""));
        }
        all[to_string(one.key)] = {{"spec", one.spec},     {"needs", needs},
                                   {"claims", one.claims}, {"data", one.data},
                                   {"blobs", one.blobs},   {"place", to_string(one.origin.place)}};
    }
    test::expect_golden("docker/expand_shop.json", all.dump(1) + "\n");
}

TEST(ExpandComposeProject, AComposeFileThatIsMissingIsToldWhereTheManifestNamesIt) {
    const std::string at = "apps/shop.yaml:";
    // Rows: the spec, and all that is wrong with it.
    const std::map<std::string, std::string> rows{
        {"file: none.yaml",
         at + "1:7: spec.file: none.yaml is not in the commit; add it, or name another file\n"},
        {"profiles: [a]\nfile: compos.yaml",
         at + "2:7: spec.file: compos.yaml is not in the commit; did you mean \"compose.yaml\"?\n"},
        {"files: [compose.yaml, /far/off.yaml]",
         at + "1:23: spec.files[1]: /far/off.yaml is not in the commit, where it would be "
              "far/off.yaml; add it, or name another file\n"},
        {"file: site", at + "1:7: spec.file: site is a folder; name the compose file in it\n"},
        {"file: ../up.yaml", at + "1:7: spec.file: \"../up.yaml\" leaves the repository\n"},
        {"{file: given.yaml, provide: {given.yaml: \"services: {a: {image: \\\"b\\\"}}\"}}", ""},
    };
    for (const auto& [spec, refusals] : rows) {
        ProjectScene scene = shop_scene();
        scene.spec = spec;
        EXPECT_EQ(scene.refusals(), refusals) << spec;
    }
}

TEST(ExpandComposeProject, NeverHoldsASecretItself) {
    ProjectScene scene = shop_scene();
    for (const Declared& one : scene.expand()) {
        EXPECT_THAT(one.spec.dump() + one.blobs.dump(), Not(HasSubstr("s3cret")));
    }
    const json db = scene.expand().front().spec;
    EXPECT_TRUE(is_tainted(db["env"]["POSTGRES_PASSWORD"].get<std::string>()));
}

TEST(ExpandComposeProject, MakesACopyForEachNumber) {
    ProjectScene scene;
    const auto all = scene.web("scale: 2").expand();
    EXPECT_EQ(all[0].spec["name"], "shop-web-1");
    EXPECT_EQ(all[1].spec["name"], "shop-web-2");
}

TEST(ExpandComposeProject, TranslatesIgnoredPathsOfTheManifest) {
    ProjectScene scene;
    scene.ignore = {"/services/web/environment/BUILD_ID", "/services/other/image"};
    EXPECT_THAT(scene.web("environment: {BUILD_ID: x}").expand().front().ignore,
                ElementsAre("/env/BUILD_ID"));
}

struct Refused {
    std::string name;
    std::string keys;
    std::string rest;
    std::string says;
};

void PrintTo(const Refused& one, std::ostream* out) {
    *out << one.name;
}

const std::vector<Refused> cases{
    {"no_image", "", "  bare: {build: .}\n", "image"},
    {"relative_path_not_in_the_commit", "volumes: [\"./data:/data\"]", "", "spec.workingDir"},
    {"writable_folder_of_the_commit", "volumes: [\"./site:/site\"]", "", "\":ro\""},
    {"start_first", "deploy: {update_config: {order: start-first}}", "",
     "start-first is not supported"},
    {"labels_of_a_declared_volume",
     "volumes: [{type: volume, source: vol, target: /d, volume: {labels: {a: b}}}]",
     "volumes: {vol: {}}\n", "move them there"},
    {"seccomp_profile_that_is_none", "security_opt: [\"seccomp=a.conf\"]", "",
     "is not a seccomp profile"},
    {"seccomp_profile_of_the_host", "security_opt: [\"seccomp:/etc/s.json\"]", "",
     "outside of the repository"},
    {"hardware_address_without_a_network",
     "network_mode: bridge\nmac_address: \"02:00:00:00:00:01\"", "", "below `networks`"},
    {"restart_word", "restart: sometimes", "", "unless-stopped"},
    {"container_name_twice", "container_name: web\nscale: 2", "", "container_name"},
    {"volume_driver", "volumes: [vol:/d]", "volumes: {vol: {driver: rexray}}\n", "only \"local\""},
};

class Refusal : public ::testing::TestWithParam<Refused> {};

TEST_P(Refusal, SaysWhereAndWhatToDo) {
    ProjectScene scene;
    scene.files["site/index.html"] = "x";
    scene.files["a.conf"] = "a";
    const std::string text = scene.web(GetParam().keys, GetParam().rest).refusals();
    EXPECT_THAT(text, HasSubstr("compose.yaml:"));
    EXPECT_THAT(text, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(, Refusal, ::testing::ValuesIn(cases),
                         [](const auto& one) { return one.param.name; });

TEST(ExpandComposeProject, PutsWritableFoldersBelowTheWorkingDir) {
    ProjectScene scene;
    scene.target.allow.host_paths = {"/srv"};
    scene.spec = "{file: compose.yaml, workingDir: /srv/shop}";
    const json spec = scene.web("volumes: [\"./data:/data\"]").container();
    ASSERT_EQ(scene.refusals(), "");
    EXPECT_EQ(spec["mounts"][0]["source"], "/srv/shop/data");
}

TEST(ExpandComposeProject, NamesAFolderOfTheCommitByItsContent) {
    ProjectScene scene;
    scene.files["site/index.html"] = "one";
    const json before = scene.web("volumes: [\"./site:/site:ro\"]").container()["mounts"][0];
    scene.files["site/index.html"] = "two";
    const json after = scene.container()["mounts"][0];
    EXPECT_EQ(before["type"], "volume");
    EXPECT_NE(before["source"], after["source"]);
}

}  // namespace
}  // namespace driftless::docker
