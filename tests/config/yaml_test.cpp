#include <gtest/gtest.h>

#include "config/node.hpp"
#include "config/yaml_writer.hpp"
#include "tests/support/golden.hpp"

namespace driftless {
namespace {

std::vector<Node> documents(const std::string& text) {
    Findings findings;
    auto read = read_yaml(text, "f.yaml", findings);
    EXPECT_TRUE(read.ok()) << read.error().message;
    return read ? *read : std::vector<Node>{};
}

Node document(const std::string& text) {
    auto all = documents(text);
    return all.size() == 1 ? all.front() : Node{};
}

std::string faults(const std::string& text, const YamlLimits& limits = {}) {
    Findings findings;
    const auto read = read_yaml(text, "f.yaml", findings, limits);
    EXPECT_EQ(read.failed(), !findings.empty());
    return read ? "" : read.error().message;
}

TEST(Yaml, GivesEveryValueItsPlace) {
    const Node root = document("a: 1\nb:\n  - x\n  - {c: \"y\"}\n");
    EXPECT_EQ(root.place, (Place{"f.yaml", 1, 1}));
    EXPECT_EQ(root.find("a")->place, (Place{"f.yaml", 1, 4}));
    EXPECT_EQ(root.entries[1].key_place, (Place{"f.yaml", 2, 1}));
    const Node& list = *root.find("b");
    EXPECT_EQ(list.items[0].place, (Place{"f.yaml", 3, 5}));
    EXPECT_EQ(list.items[1].find("c")->place, (Place{"f.yaml", 4, 9}));
    EXPECT_TRUE(list.items[0].plain);
    EXPECT_FALSE(list.items[1].find("c")->plain);
}

TEST(Yaml, ANullStandsWhereItsKeyDoes) {
    const Node root = document("a:\nb: ~\n\nc:\n");
    EXPECT_TRUE(root.find("a")->is_null());
    EXPECT_EQ(root.find("a")->place.line, 1);
    EXPECT_EQ(root.find("b")->place.line, 2);
    EXPECT_EQ(root.find("c")->place.line, 4);
}

TEST(Yaml, KeepsTagsOfOthersAndDropsTheCoreOnes) {
    const Node root =
        document("a: !reset null\nb: !override [1]\nc: !!str 12\nd: !reset\ne: !!int 3\n");
    EXPECT_EQ(root.find("a")->tag, "!reset");
    EXPECT_TRUE(root.find("a")->is_null());
    EXPECT_EQ(root.find("b")->tag, "!override");
    EXPECT_EQ(root.find("c")->tag, "");
    EXPECT_FALSE(root.find("c")->plain);
    EXPECT_EQ(root.find("d")->tag, "!reset");
    EXPECT_TRUE(root.find("e")->plain);
}

TEST(Yaml, MergesMapsAndListsOfMaps) {
    const Node root = document(
        "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nl: &l [*a, *b]\n"
        "one: {<<: *a, x: 9}\nboth: {<<: [*b, *a]}\nnamed: {<<: *l}\nlate: {x: ~, <<: *a}\n");
    EXPECT_EQ(root.find("one")->find("x")->text, "9");
    EXPECT_EQ(root.find("one")->find("y")->text, "2");
    EXPECT_EQ(root.find("both")->find("y")->text, "3");
    EXPECT_EQ(root.find("both")->find("x")->text, "1");
    EXPECT_EQ(root.find("named")->find("y")->text, "2");
    EXPECT_EQ(root.find("named")->find("z")->text, "4");
    EXPECT_TRUE(root.find("late")->find("x")->is_null());
    EXPECT_EQ(root.find("one")->find("y")->place.line, 1);
}

TEST(Yaml, AQuotedMergeKeyIsAKey) {
    EXPECT_EQ(document("\"<<\": {a: 1}").find("<<")->find("a")->text, "1");
}

TEST(Yaml, MayEndInAQuotedOrABlockScalar) {
    EXPECT_EQ(document("a: \"b\"").find("a")->text, "b");
    EXPECT_EQ(document("a: 'b'\n\n# c\n").find("a")->text, "b");
    EXPECT_EQ(document("a: |+\n  b\n\n").find("a")->text, "b\n\n");
    EXPECT_EQ(document("a: >-\n  b\n  c\n").find("a")->text, "b c");
    EXPECT_EQ(documents("a: 'b'\n---\n").size(), 2U);
}

TEST(Yaml, ReadsSeveralDocumentsAndNone) {
    EXPECT_EQ(documents("a: 1\n---\nb: 2\n").size(), 2U);
    EXPECT_EQ(documents("---\n---\n").size(), 2U);
    EXPECT_EQ(documents("\u00E4: \u20AC\n--- # next\nb: 2\n...\n---\nc\n...\n").size(), 3U);
    EXPECT_EQ(documents("%YAML 1.2\n---\na: 1\n...\n%YAML 1.2\n---\nb: 1\n").size(), 2U);
    EXPECT_TRUE(documents("").empty());
    EXPECT_TRUE(documents("# nothing\n").empty());
}

TEST(Yaml, Fault15AcceptsCrlfAndByteOrderMark) {
    const Node root = document(
        "\xEF\xBB\xBF"
        "a: 1\r\nb: |\r\n  x\r\n  y\r\n");
    EXPECT_EQ(root.find("a")->text, "1");
    EXPECT_EQ(root.find("b")->text, "x\ny\n");
    EXPECT_EQ(root.entries[0].key_place, (Place{"f.yaml", 1, 1}));
}

// All messages of refused texts in one golden file: it is what people read.
TEST(Yaml, Faults9And15And17AreRefusedWithTheirPlaces) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"fault 9: duplicate keys", "a: 1\nb: {c: 1, c: 2}\na: 2\n"},
        {"fault 9: duplicate of an aliased key", "&k a: 1\n*k : 2\n"},
        {"fault 9: two merge keys", "x: &x {a: 1}\ny: {<<: *x, <<: *x}\n"},
        {"fault 15: Latin-1", "a: 1\nb: caf\xE9\n"},
        {"fault 15: overlong", "a: \xC0\xAF\n"},
        {"fault 15: surrogate", "a: \xED\xA0\x80\n"},
        {"fault 15: cut off", "a: \xE2\x82"},
        {"fault 15: UTF-16", std::string{"\xFF\xFE"
                                         "a\0:\0",
                                         6}},
        {"fault 15: NUL byte", std::string{"a: b\0c", 6}},
        {"fault 15: NUL escape", "a: \"b\\0c\"\n"},
        {"mark begins", "a: \xEF\xB7\x90s:1\n"},
        {"mark ends", "a: \xEF\xB7\x91\n"},
        {"mark as an escape", "a: \"\\uFDD0s:1\\uFDD1\"\n"},
        {"mark as a key", "\"\\uFDD1\": 1\n"},
        {"fault 17: cycle in a list", "a: &x [*x]\n"},
        {"fault 17: cycle in a map", "a: &x {b: *x}\n"},
        {"fault 17: cycle in a merge", "a: &x {<<: *x}\n"},
        {"complex key", "? [a, b]\n: c\n"},
        {"no key", ": a\n"},
        {"merge of a text", "<<: text\n"},
        {"merge of a list of texts", "<<: [a]\n"},
        {"unclosed flow", "a: [1, 2\nb: 3\n"},
        {"tab", "a:\n\tb: 1\n"},
        {"unknown alias", "a: *nowhere\n"},
        {"two values", "a: b: c\n"},
        {"unclosed quote", "a: \"b\nc: d\n"},
        {"unclosed quote, spaces at the end", "a: 'b\n  "},
        {"endless documents", "{}---\n? ''"},
        {"something behind the end", "{} x\n"},
        {"unclosed quote without a line", "a: \"b"},
    };
    std::string told;
    for (const auto& [name, text] : cases) told += "# " + name + "\n" + faults(text) + "\n";
    test::expect_golden("config/yaml_faults.txt", told);
}

std::string alias_bomb() {
    std::string text = "a: &a [x,x,x,x,x,x,x,x,x]\n";
    for (char level = 'b'; level <= 'i'; ++level) {
        const std::string below = std::string{"*"} + static_cast<char>(level - 1);
        text += std::string{level} + ": &" + level + " [" + below;
        for (int i = 0; i < 8; ++i) text += "," + below;
        text += "]\n";
    }
    return text;
}

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

TEST(Yaml, Fault16RefusesTooMuchText) {
    EXPECT_EQ(faults("a: 12345\n", {.bytes = 4}), "f.yaml: is 9 bytes long; the limit is 4");
    EXPECT_EQ(faults(std::string(1024 * 1024 + 1, '#')),
              "f.yaml: is 1048577 bytes long; the limit is 1048576");
}

TEST(Yaml, Fault17RefusesBombsAndDepth) {
    const std::string many = "more than 100000 values, aliases counted as often as they are used";
    EXPECT_NE(faults(alias_bomb()).find(many), std::string::npos);
    for (const std::string& text :
         {repeated("[", 100'000), repeated("{a: ", 100'000), repeated("- ", 10'000),
          repeated("[", 65) + repeated("]", 65)}) {
        EXPECT_NE(faults(text).find("nested more than 64 deep"), std::string::npos)
            << text.substr(0, 20);
    }
    EXPECT_EQ(faults(repeated("[", 64) + repeated("]", 64)), "");
}

TEST(Yaml, Fault17CountsDepthThroughAliases) {
    std::string text = "a0: &a0 " + repeated("[", 30) + repeated("]", 30) + "\n";
    EXPECT_EQ(faults(text + "b: " + repeated("[", 30) + "*a0" + repeated("]", 30) + "\n"), "");
    EXPECT_NE(faults(text + "b: " + repeated("[", 40) + "*a0" + repeated("]", 40) + "\n"), "");
}

TEST(Yaml, Fault17RefusesTooManyPlainValues) {
    EXPECT_NE(faults("[" + repeated("1,", 100'001) + "]").find("more than 100000 values"),
              std::string::npos);
}

// ---- scalars: the core schema
Node plain(const std::string& text) {
    return Node::scalar(text, {}, true);
}

TEST(Scalars, AreBooleansOfTheCoreSchemaOnly) {
    EXPECT_TRUE(*as_bool(plain("True")));
    EXPECT_FALSE(*as_bool(plain("FALSE")));
    for (const std::string text : {"yes", "on", "y", "1", "tRUE", ""}) {
        EXPECT_TRUE(as_bool(plain(text)).failed()) << text;
    }
    EXPECT_EQ(as_bool(Node::scalar("true", {})).error().message,
              "expected true or false, found \"true\" in quotes");
    EXPECT_EQ(as_bool(Node::list({})).error().message, "expected true or false, found a list");
}

TEST(Scalars, AreWholeNumbers) {
    const std::vector<std::pair<std::string, std::int64_t>> good{
        {"0", 0},
        {"010", 10},
        {"-12", -12},
        {"+12", 12},
        {"0o14", 12},
        {"0xfF", 255},
        {"9223372036854775807", std::numeric_limits<std::int64_t>::max()},
        {"-9223372036854775808", std::numeric_limits<std::int64_t>::min()}};
    for (const auto& [text, value] : good) {
        const auto read = as_integer(plain(text));
        ASSERT_TRUE(read.ok()) << text;
        EXPECT_EQ(*read, value);
    }
    for (const std::string text : {"", "1_000", "0b1", "1.0", "1e3", " 1", "1 ", "+-1", "--1", "0x",
                                   "0o8", "0x-1", "9223372036854775808", "many"}) {
        EXPECT_TRUE(as_integer(plain(text)).failed()) << text;
    }
}

TEST(Scalars, AreNumbers) {
    EXPECT_DOUBLE_EQ(*as_number(plain("0.5")), 0.5);
    EXPECT_DOUBLE_EQ(*as_number(plain("-.5e1")), -5);
    EXPECT_DOUBLE_EQ(*as_number(plain("2.")), 2);
    EXPECT_DOUBLE_EQ(*as_number(plain("0x10")), 16);
    for (const std::string text : {".", "1.2.3", "e1", "1e", ".inf", ".nan", "1e999", "half"}) {
        EXPECT_TRUE(as_number(plain(text)).failed()) << text;
    }
}

TEST(Scalars, AreNullWhenPlain) {
    EXPECT_TRUE(is_yaml_null(plain("~")));
    EXPECT_TRUE(is_yaml_null(plain("")));
    EXPECT_TRUE(is_yaml_null(Node{}));
    EXPECT_FALSE(is_yaml_null(Node::scalar("null", {})));
    EXPECT_FALSE(is_yaml_null(Node::map({})));
}

TEST(Nodes, AreChangedByKey) {
    Node map = Node::map({"f", 1, 1});
    map["a"] = plain("1");
    map["a"].text = "2";
    EXPECT_EQ(map.entries.size(), 1U);
    EXPECT_EQ(map.find("a")->text, "2");
    EXPECT_TRUE(map["b"].is_null());
    EXPECT_TRUE(map.erase("a"));
    EXPECT_FALSE(map.erase("a"));
}

bool same(const Node& one, const Node& other) {
    const bool alike = one.kind == other.kind && one.text == other.text &&
                       one.items.size() == other.items.size() &&
                       one.entries.size() == other.entries.size() &&
                       (!one.is_scalar() || one.plain == other.plain || !other.plain);
    if (!alike) return false;
    for (std::size_t i = 0; i < one.items.size(); ++i) {
        if (!same(one.items[i], other.items[i])) return false;
    }
    for (std::size_t i = 0; i < one.entries.size(); ++i) {
        const bool key = one.entries[i].key == other.entries[i].key;
        if (!key || !same(one.entries[i].value, other.entries[i].value)) return false;
    }
    return true;
}

TEST(WriteYaml, ReadsBackAsTheSameTree) {
    const Node root = document(
        "a: {b: [1, 2.5, true, ~, \"1\", \"true\", \"~\", \"\"], c: {}}\n"
        "\"yes\": [\"no\", \"010\", \"- x\", \"a: b\", \"# c\", \"x\\ny \", \"\\e[1m\", \"ü\"]\n"
        "\"1\": {\"a b\": [{c: d, e: [f, []]}]}\n");
    const std::string text = write_yaml(root, "");
    EXPECT_TRUE(same(document(text), root)) << text;
}

TEST(WriteYaml, WritesAsAPersonWould) {
    const Node root = document(
        "image: \"nginx:1.27\"\nports: [\"80:80\"]\nenv: {A: {secret: \"x\"}}\n"
        "on: {a: \"/srv\", b: \"1m\"}\nscale: 2\n");
    EXPECT_EQ(write_yaml(root, "One.\nTwo."),
              "# One.\n# Two.\nimage: nginx:1.27\nports: [\"80:80\"]\nenv:\n  A: {secret: x}\n"
              "\"on\":\n  a: /srv\n  b: \"1m\"\nscale: 2\n");
}

}  // namespace
}  // namespace driftless
