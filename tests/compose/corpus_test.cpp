#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "config/base/durations.hpp"
#include "tests/compose/reading.hpp"
#include "tests/support/paths.hpp"

// Real files, and what Docker Compose says that they mean: ../shared/corpus, where it is at hand.

namespace driftless::compose::test {
namespace {

namespace fs = std::filesystem;

fs::path corpus() {
    return driftless::test::source_dir().parent_path() / "shared" / "corpus";
}

std::string text_of_file(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// One input of the corpus: a commit, the compose file in it, and its folder.
struct Sample {
    std::string name;
    bool accepted = false;  ///< by a Compose that knows the keys
    Texts files;
    std::string path = "compose.yaml";
    std::string project;
};

Texts files_below(const fs::path& folder) {
    Texts files;
    for (const auto& entry : fs::recursive_directory_iterator{folder}) {
        if (!entry.is_regular_file()) continue;
        files[fs::relative(entry.path(), folder).generic_string()] = text_of_file(entry.path());
    }
    return files;
}

/// "compose-hard/attributes/reset.json [2].files[4] (…)" is a text in a JSON file.
std::string attribute_text(const std::string& source) {
    const Json tests = Json::parse(text_of_file(corpus() / source.substr(0, source.find(' '))));
    const std::size_t test = std::stoul(source.substr(source.find('[') + 1));
    const std::size_t file = std::stoul(source.substr(source.find("files[") + 6));
    return tests.at(test).at("files").at(file);
}

std::string folder_name(const std::string& path) {
    return fs::path{path}.parent_path().filename().string();
}

Sample sample_of(const std::string& line, const Texts& hard) {
    std::vector<std::string> columns;
    std::istringstream row{line};
    for (std::string column; std::getline(row, column, '\t');) columns.push_back(column);
    Sample sample;
    sample.name = columns.at(0);
    sample.accepted = columns.at(2) == "accepted" || columns.at(3) == "accepted";
    const std::string& source = columns.at(1);
    if (sample.name.starts_with("attr-")) {
        sample.files = {{"compose.yaml", attribute_text(source)}};
        sample.project = sample.name.substr(5);
    } else if (sample.name.starts_with("hard-")) {
        sample.files = hard;
        sample.path = source.substr(std::string{"compose-hard/"}.size());
        sample.project = folder_name(sample.path);
    } else {
        sample.files = {{"compose.yaml", text_of_file(corpus() / source)}};
        sample.project = sample.name;
    }
    return sample;
}

std::vector<Sample> samples() {
    std::vector<Sample> all;
    const Texts hard = files_below(corpus() / "compose-hard");
    std::ifstream rows{corpus() / "compose-config" / "verdicts.tsv"};
    std::string line;
    std::getline(rows, line);
    while (std::getline(rows, line)) all.push_back(sample_of(line, hard));
    return all;
}

/// @param more  a compose file that is laid over the sample's, or empty
Outcome read(const Sample& sample, const std::string& more = "") {
    driftless::test::MemoryFiles commit{sample.files};
    Input input;
    input.files = &commit;
    input.paths = {sample.path};
    if (!more.empty()) {
        commit.add("more.yaml", more);
        input.paths.emplace_back("more.yaml");
    }
    input.fallback_name = sample.project;
    return test::read(input);
}

/// Both say the same where these agree. What is tolerated, and why:
/// - keys that we ignore, by the table, and maps that are empty then
/// - `command: null` and `entrypoint: null` are as good as nothing
/// - `$$` is printed doubled by Compose; numbers and booleans are compared as text; durations by
///   their length; paths below the file's folder are ours without /WORKDIR
/// - we fill in: `scale`, targets of configs and secrets, `restart: false`, {soft, hard}
/// - lists of ports and mounts have no order
class Meaning {
public:
    explicit Meaning(const std::string& folder) : folder_(folder) {}

    Json of(Json project) const {
        for (const char* ignored : {"version", "name"}) project.erase(ignored);
        for (auto section = project.begin(); section != project.end();) {
            section = section.key().starts_with("x-") || section->empty() ? project.erase(section)
                                                                          : ++section;
        }
        if (project.contains("services")) {
            for (Json& service : project["services"]) simplify(service);
        }
        return plain(project, "");
    }

private:
    static void simplify(Json& service) {
        for (const char* key : {"build", "develop", "attach", "scale"}) service.erase(key);
        for (const char* key : {"command", "entrypoint"}) {
            if (service.contains(key) && service[key].is_null()) service.erase(key);
        }
        if (service.contains("volumes")) {
            for (Json& mount : service["volumes"]) {  // `false` goes without saying
                if (mount.contains("bind") && !mount["bind"].value("create_host_path", true))
                    mount.erase("bind");
            }
        }
        if (service.contains("deploy")) simplify_deploy(service["deploy"]);
        for (const char* key : {"configs", "secrets"}) {
            if (service.contains(key)) fill_targets(service[key], key);
        }
        if (service.contains("depends_on")) {
            for (Json& need : service["depends_on"]) need.emplace("restart", false);
        }
        if (service.contains("ulimits")) {
            for (Json& limit : service["ulimits"]) {
                if (limit.is_number()) limit = {{"soft", limit}, {"hard", limit}};
            }
        }
    }

    static void simplify_deploy(Json& deploy) {
        for (const char* key : {"placement", "labels", "endpoint_mode", "rollback_config"})
            deploy.erase(key);
        if (deploy.contains("update_config")) {
            Json order = Json::object();
            if (deploy["update_config"].contains("order"))
                order["order"] = deploy["update_config"]["order"];
            deploy["update_config"] = order;
        }
        if (deploy.contains("restart_policy")) {
            for (const char* key : {"delay", "window"}) deploy["restart_policy"].erase(key);
        }
        if (deploy.contains("resources") && deploy["resources"].contains("reservations")) {
            for (const char* key : {"cpus", "generic_resources"}) {
                deploy["resources"]["reservations"].erase(key);
            }
        }
    }

    static void fill_targets(Json& grants, const std::string& section) {
        for (Json& grant : grants) {
            std::string target = grant.value("target", grant.value("source", ""));
            if (!target.starts_with('/'))
                target = (section == "secrets" ? "/run/secrets/" : "/") + target;
            grant["target"] = target;
        }
    }

    Json plain(const Json& value, const std::string& key) const {
        if (value.is_object()) {
            Json map = Json::object();
            for (const auto& [name, child] : value.items()) {
                const std::string lower =
                    name == "Path" || name == "Rate" || name == "Weight"
                        ? std::string{static_cast<char>(name[0] + 32)} + name.substr(1)
                        : name;
                Json simple = plain(child, name);
                if (!(simple.is_object() && simple.empty())) map[lower] = std::move(simple);
            }
            return map;
        }
        if (value.is_array()) {
            Json list = Json::array();
            for (const Json& item : value) list.push_back(plain(item, key));
            if (key == "ports" || key == "volumes") std::sort(list.begin(), list.end());
            return list;
        }
        if (value.is_null()) return value;
        return text(value.is_string() ? value.get<std::string>() : value.dump());
    }

    [[nodiscard]] std::string text(std::string value) const {
        for (std::size_t at = 0; (at = value.find("$$", at)) != std::string::npos; ++at)
            value.erase(at, 1);
        if (value == "/WORKDIR") return folder_.empty() ? "." : folder_;
        if (value.starts_with("/WORKDIR/"))
            return (folder_.empty() ? "" : folder_ + "/") + value.substr(9);
        const auto duration = parse_duration(value);
        return duration ? fmt::format("{} ns", duration->count()) : value;
    }

    std::string folder_;
};

/// Gives built services an image, so that all else in them can be compared.
/// @return the compose file that does the same
std::string give_images(Json& want) {
    Json services = Json::object();
    for (auto& [name, service] : want["services"].items()) {
        if (service.contains("image")) continue;
        service["image"] = "given";
        services[name] = {{"image", "given"}};
    }
    return services.empty() ? "" : Json{{"services", services}}.dump();
}

Json json_of(const Project& project) {
    Json all;
    all["services"] = to_json(project.services);
    all["networks"] = to_json(project.networks);
    all["volumes"] = to_json(project.volumes);
    all["configs"] = to_json(project.configs);
    all["secrets"] = to_json(project.secrets);
    return all;
}

/// Accepted by Compose, refused by us, and the words that say why.
const std::map<std::string, std::string>& refused_by_us() {
    static const std::map<std::string, std::string> reasons{
#include "tests/compose/corpus_refusals.inc"
    };
    return reasons;
}

/// Refused by Compose, taken by us.
const std::map<std::string, std::string>& taken_by_us() {
    static const std::map<std::string, std::string> reasons{
        {"attr-develop-2-1", "`develop` is ignored, so it is not checked"},
        {"attr-reset-3-5", "a service that begins like another's name is not a cycle"},
    };
    return reasons;
}

class Corpus : public testing::Test {
protected:
    void SetUp() override {
        if (!fs::exists(corpus())) GTEST_SKIP() << "no corpus beside this checkout: " << corpus();
    }
};

TEST_F(Corpus, IsAcceptedOrRefusedAsComposeDoes) {
    for (const Sample& sample : samples()) {
        SCOPED_TRACE(sample.name + " " + sample.path);
        const Outcome outcome = read(sample);
        const auto reason = refused_by_us().find(sample.name);
        if (reason != refused_by_us().end()) {
            EXPECT_TRUE(sample.accepted) << "not an exception";
            EXPECT_FALSE(outcome.project) << "is accepted now";
            EXPECT_NE(outcome.errors().find(reason->second), std::string::npos) << outcome.errors();
        } else {
            const bool accepted = sample.accepted || taken_by_us().contains(sample.name);
            EXPECT_EQ(outcome.project.has_value(), accepted) << outcome.errors();
        }
    }
}

TEST_F(Corpus, MeansWhatComposeSays) {
    int compared = 0;
    for (const Sample& sample : samples()) {
        SCOPED_TRACE(sample.name + " " + sample.path);
        const fs::path normal = corpus() / "compose-config" / (sample.name + ".json");
        if (!fs::exists(normal)) continue;
        Json want = Json::parse(text_of_file(normal));
        const Outcome outcome = read(sample, give_images(want));
        if (!outcome.project) continue;  // the other test says why
        const std::size_t slash = sample.path.rfind('/');
        const Meaning meaning{slash == std::string::npos ? "" : sample.path.substr(0, slash)};
        EXPECT_EQ(want.at("name"), outcome.project->name);
        EXPECT_EQ(meaning.of(json_of(*outcome.project)), meaning.of(want));
        ++compared;
    }
    EXPECT_GT(compared, 120);
}

/// The file with nearly every key; those that we refuse are reset by a second one.
TEST_F(Corpus, MeansTheSameWithNearlyEveryKey) {
    Sample sample;
    sample.files = files_below(corpus() / "compose-hard" / "full");
    sample.path = "full-example.yml";
    std::string& file = sample.files[sample.path];  // a home folder is refused at once
    for (std::size_t at = 0; (at = file.find("~/", at)) != std::string::npos;)
        file.replace(at, 1, "/home");
    const Outcome outcome = read(sample, R"(
services:
  bar: {image: bar}
  foo:
    links: !reset []
    external_links: !reset []
    network_mode: !reset null
    label_file: !reset []
    volumes: !reset []
    configs: !override [{source: config1}]
    secrets: !override [{source: secret1}]
    deploy: {update_config: {order: !reset null}}
    depends_on: !override [bar]
    networks: !override [some-network]
    container_name: !reset null
configs: {config2: !reset null, config3: !reset null, config4: !reset null}
secrets: {secret2: !reset null, secret3: !reset null}
)");
    ASSERT_TRUE(outcome.project) << outcome.errors();
    const std::string text =
        text_of_file(corpus() / "compose-hard/full/full-example.expected.yaml");
    Findings findings;
    const auto documents = read_yaml(text, "expected", findings);
    ASSERT_TRUE(documents);
    Json want = to_json(documents->front())["services"]["foo"];
    Json have = to_json(*outcome.project->services.find("foo"));
    for (const char* other :
         {"links", "external_links", "network_mode", "label_file", "volumes", "configs", "secrets",
          "depends_on", "networks", "container_name", "labels", "env_file", "x-bar", "x-foo"}) {
        want.erase(other);
        have.erase(other);
    }
    want["deploy"].erase("update_config");
    have["deploy"].erase("update_config");
    // the expected form was made with QUX in the environment
    want["environment"]["QUX"] = nullptr;
    const Meaning meaning{""};
    EXPECT_EQ(meaning.of({{"services", {{"foo", have}}}}),
              meaning.of({{"services", {{"foo", want}}}}));
}

}  // namespace
}  // namespace driftless::compose::test
