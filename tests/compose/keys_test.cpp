#include "config/compose/keys.hpp"
#include "tests/support/paths.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

namespace driftless::compose {
namespace {

using Json = nlohmann::json;

TEST(KeyTable, HasEachRowOnceAndBelowARowThatIsTaken) {
    std::set<std::string_view> seen;
    for (const Key& key : keys()) {
        EXPECT_TRUE(seen.insert(key.path).second) << key.path << " twice";
        const std::size_t slash = key.path.rfind('/');
        if (slash == key.path.npos) continue;
        const Key* parent = find_key(key.path.substr(0, slash));
        ASSERT_NE(parent, nullptr) << key.path;
        EXPECT_EQ(parent->use, Use::taken) << key.path;
    }
}

TEST(KeyTable, SaysWhyAKeyIsNotTaken) {
    for (const Key& key : keys()) {
        EXPECT_EQ(key.use == Use::taken, key.why.empty()) << key.path;
    }
}

TEST(KeyTable, ListsNamesAndThoseTaken) {
    const auto names = names_below("services/*");
    const auto taken = taken_below("services/*");
    for (const char* name : {"image", "environment", "deploy"}) {
        EXPECT_NE(std::ranges::find(taken, name), taken.end()) << name;
    }
    for (const char* name : {"build", "links", "attach"}) {
        EXPECT_NE(std::ranges::find(names, name), names.end()) << name;
        EXPECT_EQ(std::ranges::find(taken, name), taken.end()) << name;
    }
    EXPECT_EQ(find_key("services/*/imgae"), nullptr);
}

/// Walks the compose schema beside our table: both must have the same keys.
class Schema {
public:
    explicit Schema(Json schema) : schema_(std::move(schema)) {}

    void walk() { walk(schema_, ""); }
    std::set<std::string> missing;  ///< of the table
    std::set<std::string> known;    ///< paths that the schema has

private:
    void walk(const Json& raw, const std::string& path) {
        const Json& node = resolved(raw);
        const Key* key = find_key(path);
        if (key != nullptr && key->form == Form::any) return;  // not looked into
        if (key != nullptr && key->use != Use::taken) return;
        for (const char* choice : {"oneOf", "anyOf"}) {
            if (!node.contains(choice)) continue;
            for (const Json& one : node[choice]) walk(one, path);
        }
        if (key != nullptr && (key->form == Form::pairs || key->form == Form::environment)) return;
        if (node.contains("properties")) {
            for (const auto& [name, child] : node["properties"].items()) enter(child, path, name);
        }
        if (node.contains("patternProperties")) {
            for (const auto& [pattern, child] : node["patternProperties"].items()) {
                if (pattern != "^x-") enter(child, path, "*");
            }
        }
        if (node.contains("items")) enter(node["items"], path, "*");
    }

    void enter(const Json& child, const std::string& path, const std::string& name) {
        const std::string there = path.empty() ? name : path + "/" + name;
        known.insert(there);
        if (find_key(there) == nullptr && !is_read_in_place(there)) missing.insert(there);
        walk(child, there);
    }

    /// `external: {name}` and `extra_hosts: {name: [address]}` are read by their forms, not by
    /// rows.
    static bool is_read_in_place(const std::string& path) {
        return path.ends_with("external/name") || path == "services/*/extra_hosts/*/*";
    }

    Json resolved(const Json& node) const {  // a copy: the node may be a temporary
        if (!node.contains("$ref")) return node;
        const std::string ref = node["$ref"];  // "#/$defs/service"
        return schema_.at(Json::json_pointer{ref.substr(1)});
    }

    Json schema_;
};

TEST(KeyTable, HasEveryKeyOfTheComposeSchema) {
    const auto path = driftless::test::source_dir().parent_path() /
                      "shared/corpus/compose-hard/schema/compose-spec.json";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "no corpus beside this checkout: " << path;
    std::ifstream file{path};
    Schema schema{Json::parse(file)};
    schema.walk();
    EXPECT_EQ(schema.missing, std::set<std::string>{});
    for (const Key& key : keys()) {
        EXPECT_TRUE(schema.known.contains(std::string{key.path}))
            << key.path << " is not in the schema";
    }
}

}  // namespace
}  // namespace driftless::compose
