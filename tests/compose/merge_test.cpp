#include "config/compose/merge.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "config/compose/shape.hpp"
#include "tests/compose/reading.hpp"
#include "tests/support/paths.hpp"

namespace driftless::compose::test {
namespace {

namespace fs = std::filesystem;

Node shaped(Context& context, const std::string& text) {
    auto documents = read_yaml(text, "a.yaml", context.findings());
    if (!documents || documents->empty()) return Node{};
    Node node = std::move(documents->front());
    Shaper{context, ""}.shape(node, "", "");
    return node;
}

/// Hosts were a map there, which has no order.
Json in_order(Json files) {
    for (Json& service : files["services"]) {
        if (!service.contains("extra_hosts")) continue;
        std::sort(service["extra_hosts"].begin(), service["extra_hosts"].end());
    }
    return files;
}

/// Every text of the corpus that our table takes: base, override and what they make.
TEST(MergeCorpus, GivesWhatComposeGives) {
    const fs::path folder =
        driftless::test::source_dir().parent_path() / "shared/corpus/compose-hard/merge";
    if (!fs::exists(folder)) GTEST_SKIP() << "no corpus beside this checkout: " << folder;
    int compared = 0;
    for (const fs::path& path : fs::directory_iterator{folder}) {
        const std::string name = path.stem().string();
        if (name == "merge_build" || name == "merge_models") continue;  // not taken
        std::ifstream file{path};
        for (const Json& test : Json::parse(file)) {
            if (!test.contains("override")) continue;
            SCOPED_TRACE(name + " " + test.value("test", ""));
            const Input input;
            Findings findings;
            Context context{input, findings};
            Node base = shaped(context, test.at("base"));
            merge_into(context, base, shaped(context, test.at("override")), "", "");
            drop_tags(base);
            if (test.value("test", "") == "TestMergeExtraLinksSequence")
                continue;  // links are refused
            EXPECT_EQ(in_order(to_json(base)),
                      in_order(to_json(shaped(context, test.at("expected")))));
            EXPECT_FALSE(has_errors(findings)) << to_string(findings.front());
            ++compared;
        }
    }
    EXPECT_GT(compared, 15);
}

struct Case {
    const char* name;
    const char* base;  ///< lines of service web
    const char* over;
    const char* merged;  ///< JSON of what differs from {image, networks, scale}
};

void PrintTo(const Case& test, std::ostream* out) {
    *out << test.name;
}

class Files : public testing::TestWithParam<Case> {};

TEST_P(Files, AreMergedInOrder) {
    const auto file = [](const std::string& lines) {
        return "services:\n  web:\n    image: nginx\n" + lines + "volumes: {vv: , ww: }\n";
    };
    const Outcome outcome =
        read({{"a.yaml", file(GetParam().base)}, {"b.yaml", file(GetParam().over)}}, {},
             {"a.yaml", "b.yaml"});
    Json service = outcome.service("web");
    ASSERT_TRUE(service.is_object()) << service;
    for (const char* same : {"image", "networks", "scale"}) service.erase(same);
    EXPECT_EQ(service, Json::parse(GetParam().merged));
}

INSTANTIATE_TEST_SUITE_P(
    , Files,
    testing::ValuesIn(std::vector<Case>{
        {"scalar", "    user: a\n", "    user: b\n", R"({"user": "b"})"},
        {"null_keeps", "    user: a\n", "    user:\n", R"({"user": "a"})"},
        {"environment_by_name", "    environment: [A=1, B=1]\n", "    environment: {B: 2, C: }\n",
         R"({"environment": {"A": "1", "B": "2", "C": null}})"},
        {"environment_nothing_replaces", "    environment: {A: 1}\n", "    environment: {A: }\n",
         R"({"environment": {"A": null}})"},
        {"command_replaces", "    command: a b\n", "    command: [c]\n", R"({"command": ["c"]})"},
        {"health_test_replaces", "    healthcheck: {test: a, retries: 2}\n",
         "    healthcheck: {test: [CMD, b]}\n",
         R"({"healthcheck": {"test": ["CMD", "b"], "retries": 2}})"},
        {"dns_once", "    dns: 1.1.1.1\n", "    dns: [1.1.1.1, 8.8.8.8]\n",
         R"({"dns": ["1.1.1.1", "8.8.8.8"]})"},
        {"security_opt_appends", "    security_opt: [a]\n", "    security_opt: [b]\n",
         R"({"security_opt": ["a", "b"]})"},
        {"volumes_by_target", "    volumes: [vv:/a, ww:/b]\n", "    volumes: [ww:/a/]\n",
         R"({"volumes": [{"type": "volume", "source": "ww", "target": "/a"},
                     {"type": "volume", "source": "ww", "target": "/b"}]})"},
        {"tmpfs_by_path", "    tmpfs: /run:size=1m\n", "    tmpfs: /run:size=2m\n",
         R"({"tmpfs": ["/run:size=2m"]})"},
        {"devices_by_target", "    devices: [/dev/a:/dev/x]\n", "    devices: [/dev/b:/dev/x:r]\n",
         R"({"devices": [{"source": "/dev/b", "target": "/dev/x", "permissions": "r"}]})"},
        {"ulimits_replace", "    ulimits: {nofile: {soft: 1, hard: 2}}\n",
         "    ulimits: {nofile: 5}\n", R"({"ulimits": {"nofile": {"soft": 5, "hard": 5}}})"},
        {"logging_same_driver", "    logging: {driver: a, options: {x: 1}}\n",
         "    logging: {options: {y: 2}}\n",
         R"({"logging": {"driver": "a", "options": {"x": "1", "y": "2"}}})"},
        {"logging_other_driver", "    logging: {driver: a, options: {x: 1}}\n",
         "    logging: {driver: b}\n", R"({"logging": {"driver": "b"}})"},
        {"reset_scalar", "    user: a\n", "    user: !reset null\n", "{}"},
        {"reset_list", "    dns: [1.1.1.1]\n", "    dns: !reset []\n", "{}"},
        {"reset_one_name", "    environment: {A: 1, B: 2}\n", "    environment: {A: !reset null}\n",
         R"({"environment": {"B": "2"}})"},
        {"override_list", "    dns: [1.1.1.1]\n", "    dns: !override [8.8.8.8]\n",
         R"({"dns": ["8.8.8.8"]})"},
        {"override_short_form", "    dns: [1.1.1.1]\n", "    dns: !override 8.8.8.8\n",
         R"({"dns": ["8.8.8.8"]})"},
        {"override_map", "    labels: {a: 1}\n", "    labels: !override {b: 2}\n",
         R"({"labels": {"b": "2"}})"},
        {"reset_of_a_refused_key", "    links: [db]\n", "    links: !reset []\n", "{}"},
        {"build_is_of_no_interest", "    build: {args: [A=1]}\n", "    build: {args: {B: 2}}\n",
         "{}"},
    }));

TEST(FilesOfOtherForms, AreAnErrorWithBothPlaces) {
    const Outcome outcome = read({{"a.yaml", "services: {web: {image: nginx, x-a: [1]}}"},
                                  {"b.yaml", "services: {web: {x-a: {b: 1}}}"}},
                                 {}, {"a.yaml", "b.yaml"});
    EXPECT_EQ(
        outcome.errors(),
        "b.yaml:1:23: services.web.x-a: is of another form than at a.yaml:1:37, so it cannot be "
        "merged; write !override to replace it\n");
}

TEST(Documents, OfOneFileAreMergedInOrder) {
    const Outcome outcome =
        read({{"compose.yaml",
               "services: {web: {image: a, user: x}}\n---\nservices: {web: {image: b}}\n"}});
    EXPECT_EQ(outcome.service("web")["image"], "b");
    EXPECT_EQ(outcome.service("web")["user"], "x");
}

TEST(Reset, ReachesThroughAliasesAndMergeKeys) {
    const Outcome outcome = read({{"a.yaml",
                                   "services:\n"
                                   "  one: {image: a, ports: ['8080:80']}\n"
                                   "  two: {image: b, ports: ['9090:90']}\n"
                                   "  three: {image: c, ports: ['7070:70']}\n"},
                                  {"b.yaml",
                                   "x-reset: &reset !reset []\n"
                                   "x-inner: &inner {ports: !reset []}\n"
                                   "x-outer: &outer {<<: *inner}\n"
                                   "services:\n"
                                   "  one: {ports: *reset}\n"
                                   "  two: {<<: *inner}\n"
                                   "  three: {<<: *outer}\n"}},
                                 {}, {"a.yaml", "b.yaml"});
    for (const char* name : {"one", "two", "three"}) {
        EXPECT_FALSE(outcome.service(name).contains("ports")) << name << outcome.errors();
    }
}

TEST(Override, InTheMiddleOfAChainReplacesWhatIsBelow) {
    const Outcome outcome =
        read({{"compose.yaml",
               "services:\n"
               "  test: {image: a, extends: {file: mid.yaml, service: mid}, volumes: "
               "['/zot:/zot'], networks: !override [zot]}\n"
               "networks: {zot: }\n"},
              {"mid.yaml",
               "services: {mid: {extends: {file: base.yaml, service: base}, volumes: !override "
               "['/bar:/bar'], networks: !override [bar]}}"},
              {"base.yaml", "services: {base: {volumes: ['/foo:/foo'], networks: [foo]}}"}});
    const Json test = outcome.service("test");
    ASSERT_TRUE(test.is_object()) << test;
    EXPECT_EQ(test["networks"], (Json{{"zot", nullptr}}));
    ASSERT_EQ(test["volumes"].size(), 2U);
    EXPECT_EQ(test["volumes"][0]["target"], "/bar");
    EXPECT_EQ(test["volumes"][1]["target"], "/zot");
}

TEST(Override, ComesAlongWithAMergeKey) {
    const Outcome outcome =
        read({{"compose.yaml",
               "services:\n"
               "  base: {image: a, configs: [{source: c, target: /one}]}\n"
               "  x: &x {extends: base, configs: !override [{source: c, target: /two}]}\n"
               "  y: {<<: *x}\n"
               "configs: {c: {content: text}}\n"}});
    for (const char* name : {"x", "y"}) {
        EXPECT_EQ(outcome.service(name)["configs"],
                  (Json::array({{{"source", "c"}, {"target", "/two"}}})))
            << name;
    }
}

TEST(Extends, TakesABaseOfThisFileOrAnother) {
    const Outcome outcome =
        read({{"app/compose.yaml",
               "services:\n"
               "  base: {image: nginx, user: a, dns: [1.1.1.1], command: x}\n"
               "  mid: {extends: base, user: b}\n"
               "  web: {extends: {service: mid}, dns: [8.8.8.8], command: !reset null}\n"
               "  far: {extends: {file: other/base.yaml, service: web}}\n"},
              {"app/other/base.yaml",
               "services:\n"
               "  web: {extends: deep, env_file: web.env, volumes: ['./data:/data', '../up:/up']}\n"
               "  deep: {image: '${IMAGE}'}\n"},
              {"app/other/web.env", "A=1\n"}},
             {{"IMAGE", "redis"}}, {"app/compose.yaml"});
    const Json web = outcome.service("web");
    EXPECT_EQ(web["user"], "b");
    EXPECT_EQ(web["dns"], (Json{"1.1.1.1", "8.8.8.8"}));
    EXPECT_FALSE(web.contains("command"));
    const Json far = outcome.service("far");
    EXPECT_EQ(far["image"], "redis");
    EXPECT_EQ(far["environment"], (Json{{"A", "1"}}));
    EXPECT_EQ(far["volumes"][0]["source"], "app/other/data");
    EXPECT_EQ(far["volumes"][1]["source"], "app/up");
}

TEST(Extends, OfTheSameNameInTwoFilesIsNoCycle) {
    const Outcome outcome =
        read({{"compose.yaml", "services: {y: {extends: {file: b.yaml, service: x}}}"},
              {"b.yaml", "services: {x: {extends: y}, y: {image: nginx}}"}});
    EXPECT_EQ(outcome.service("y")["image"], "nginx");
}

TEST(Include, LoadsAnotherProjectWithItsOwnFolderAndVariables) {
    const Outcome outcome = read(
        {{"compose.yaml",
          "include: [db/compose.yaml, {path: [cache/a.yaml, cache/b.yaml], env_file: cache/my.env, "
          "project_directory: elsewhere}]\n"
          "services: {web: {image: nginx}, db: {user: mine}}\n"},
         {"db/compose.yaml",
          "name: other\nservices: {db: {image: 'pg:${TAG}', volumes: ['./x:/x', "
          "'dd:/d']}}\nvolumes: {dd: }"},
         {"db/.env", "TAG=16\nABOVE=no\n"},
         {"cache/a.yaml", "services: {cache: {image: 'redis:${TAG}', volumes: ['./y:/y']}}"},
         {"cache/b.yaml", "services: {cache: {user: '${ABOVE}'}}"},
         {"cache/my.env", "TAG=7\n"}},
        {{"ABOVE", "yes"}});
    ASSERT_TRUE(outcome.project) << outcome.errors();
    EXPECT_EQ(outcome.project->name, "app");
    const Json db = outcome.service("db");
    EXPECT_EQ(db["image"], "pg:16");
    EXPECT_EQ(db["user"], "mine");
    EXPECT_EQ(db["volumes"][0]["source"], "db/x");
    const Json cache = outcome.service("cache");
    EXPECT_EQ(cache["image"], "redis:7");
    EXPECT_EQ(cache["user"], "yes");
    EXPECT_EQ(cache["volumes"][0]["source"], "elsewhere/y");
    EXPECT_EQ(to_json(outcome.project->volumes), (Json{{"dd", {{"name", "app_dd"}}}}));
}

}  // namespace
}  // namespace driftless::compose::test
