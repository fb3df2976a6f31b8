// A spec said in a compose file, and read again: nothing is lost, and nothing is made up.
#include "reconcilers/docker/service_words.hpp"

#include <gmock/gmock.h>

#include <set>

#include "config/yaml_writer.hpp"
#include "tests/reconcilers_docker/every_key.hpp"

namespace driftless::docker {
namespace {

/// What a spec alone can't say: files of the commit, and marks of secrets (FileTextsHide).
const std::set<std::string> needs_files{
    "secret_environment", "config_content",  "secret_file",          "secret_variable",
    "file_of_the_commit", "files_of_a_user", "folder_of_the_commit", "seccomp_profile"};

/// The file of all that was expanded: each service from its first container's spec.
std::string said(const std::vector<Declared>& all, const std::string& sections,
                 const FileTexts& texts) {
    ProjectWords words{"shop", {}, {}, {}, {}, texts};
    std::map<std::string, std::vector<const Declared*>> services;
    for (const Declared& one : all) {
        const std::string& full = one.key.name;
        const std::string key = full.substr(full.find('.') + 1);
        if (one.key.kind == "docker.network") words.networks[one.spec["name"]] = key;
        if (one.key.kind == "docker.volume") words.volumes[one.spec["name"]] = key;
        if (one.key.kind != "docker.container") continue;
        const std::string service = one.spec["compose"]["service"];
        services[service].push_back(&one);
        words.services.insert(service);
        if (services[service].size() == 1) words.firsts[one.spec["name"]] = service;
    }
    Node node = map_node();
    for (const auto& [service, containers] : services) {
        Node& one = map_at(node, "services")[service] =
            service_of(containers.front()->spec, service, words);
        if (containers.size() != 1)
            one["scale"] = number_node(static_cast<std::int64_t>(containers.size()));
    }
    return write_yaml(node, "") + sections;
}

/// Mounts are compared by their targets, in no order.
json specs_of(const std::vector<Declared>& all) {
    json specs = json::object();
    for (const Declared& one : all) {
        json& spec = specs[to_string(one.key)] = one.spec;
        if (spec.contains("mounts")) std::sort(spec["mounts"].begin(), spec["mounts"].end());
    }
    return specs;
}

std::vector<Key> keys_without_files() {
    std::vector<Key> rows = keys;
    std::erase_if(rows, [](const Key& key) { return needs_files.contains(key.name); });
    return rows;
}

/// Networks and volumes stand below the services, as the row has them.
std::string sections_of(const Key& key) {
    return key.rest.starts_with(" ") ? "" : key.rest;
}

class SaidInAComposeFile : public ::testing::TestWithParam<Key> {};

TEST_P(SaidInAComposeFile, ItMeansTheSame) {
    const Key& key = GetParam();
    ProjectScene scene;
    declare(key, scene);
    const auto before = scene.expand();
    ASSERT_TRUE(scene.findings.empty()) << scene.refusals();
    const FileTexts texts{"shop", {}};
    const std::string file = said(before, sections_of(key), texts);
    scene.compose(file);
    const auto after = scene.expand();
    ASSERT_TRUE(scene.findings.empty()) << scene.refusals() << file;
    EXPECT_EQ(specs_of(after), specs_of(before))
        << file << json::diff(specs_of(before), specs_of(after));
}

INSTANTIATE_TEST_SUITE_P(, SaidInAComposeFile, ::testing::ValuesIn(keys_without_files()),
                         [](const auto& one) { return one.param.name; });

struct Hostile {
    std::string name;
    std::string value;
};
void PrintTo(const Hostile& row, std::ostream* out) {
    *out << row.name;
}
class AnyText : public ::testing::TestWithParam<Hostile> {};

TEST_P(AnyText, ComesBackAsItIs) {
    ProjectScene scene;
    scene.web("tty: true");
    auto all = scene.expand();
    for (Declared& one : all) {
        if (one.key.kind != "docker.container") continue;
        one.spec["env"] = {{"A", GetParam().value}};
        one.spec["labels"] = {{"a", GetParam().value}};
        one.spec["command"] = {"echo", GetParam().value};
    }
    const FileTexts texts{"shop", {"A"}};
    scene.compose(said(all, "", texts));
    const json spec = scene.container();
    ASSERT_TRUE(scene.findings.empty()) << scene.refusals();
    EXPECT_EQ(spec["env"]["A"], GetParam().value) << scene.files["compose.yaml"];
    EXPECT_EQ(spec["labels"]["a"], GetParam().value);
    EXPECT_EQ(spec["command"][1], GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(
    , AnyText,
    ::testing::Values(Hostile{"dollar", "a$b ${C} $$"}, Hostile{"yes", "yes"}, Hostile{"no", "No"},
                      Hostile{"number", "010"}, Hostile{"float", "1e3"}, Hostile{"null", "~"},
                      Hostile{"nothing", ""}, Hostile{"colon", "a: b"}, Hostile{"hash", "a #b"},
                      Hostile{"quotes", "\"a\" 'b' \\n"}, Hostile{"lines", "a\n  b\n\tc\n"},
                      Hostile{"blanks", "  a  "}, Hostile{"dash", "- a"},
                      Hostile{"tag", "!reset a"}, Hostile{"anchor", "&a *b"},
                      Hostile{"unicode", "Grüße 🚀"}, Hostile{"base_60", "22:22"},
                      Hostile{"merge", "<<"}, Hostile{"percent", "%a"},
                      Hostile{"control", "\x1b[31m\x7f"}, Hostile{"brace", "{a: b}, [c]"}),
    [](const auto& row) { return row.param.name; });

TEST(FileTextsHide, AValueAndWhereElseItStands) {
    FileTexts texts{"shop", {"MODE"}};
    texts.hide("web", "DB_URL", "postgres://app:hunter2-hunter2@db/app");
    texts.hide("web", "MODE", "production-like-2");
    texts.hide("web", "EMPTY", "");
    texts.hide("web", "DEBUG", "1");
    EXPECT_EQ(texts.value("web", "DB_URL", "postgres://app:hunter2-hunter2@db/app").text,
              "${WEB_DB_URL}");
    EXPECT_EQ(texts.value("web", "MODE", "production-like-2").text, "production-like-2");
    EXPECT_EQ(texts.value("web", "EMPTY", "").text, "");
    EXPECT_EQ(texts.value("web", "DEBUG", "1").text, "${WEB_DEBUG}");
    EXPECT_EQ(texts.text("run --url=postgres://app:hunter2-hunter2@db/app --workers=1 $X").text,
              "run --url=${WEB_DB_URL} --workers=1 $$X");
    EXPECT_EQ(texts.variables().at("WEB_DB_URL"), "shop-web-db-url");
    EXPECT_EQ(texts.secrets().at("shop-web-db-url").reveal(),
              "postgres://app:hunter2-hunter2@db/app");
    EXPECT_EQ(texts.secrets().size(), 2u);
}

TEST(FileTextsHide, NamesThatNothingElseHas) {
    FileTexts texts{"shop", {}};
    texts.reserve("WEB_C");
    texts.hide("web", "a.b", "one");
    texts.hide("web", "a_b", "two");
    texts.hide("web", "c", "three");
    texts.hide("compose", "PROJECT_NAME", "four");
    texts.hide("web", std::string(100, 'x'), "five");
    texts.hide("web", std::string(100, 'x') + "y", "six");
    EXPECT_EQ(texts.value("web", "a.b", "one").text, "${WEB_A_B}");
    EXPECT_EQ(texts.value("web", "a_b", "two").text, "${WEB_A_B_2}");
    EXPECT_EQ(texts.value("web", "c", "three").text, "${WEB_C_2}");
    EXPECT_EQ(texts.value("compose", "PROJECT_NAME", "four").text, "${OF_COMPOSE_PROJECT_NAME}");
    EXPECT_EQ(texts.secrets().size(), 6u);
    for (const auto& [name, secret] : texts.secrets()) EXPECT_TRUE(is_name(name)) << name;
}

}  // namespace
}  // namespace driftless::docker
