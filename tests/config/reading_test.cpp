#include "config/reading.hpp"

#include <gtest/gtest.h>

#include "tests/support/golden.hpp"

namespace driftless {
namespace {

using namespace std::chrono_literals;

Node read(const std::string& text) {
    Findings findings;
    auto documents = read_yaml(text, "f.yaml", findings);
    EXPECT_TRUE(documents.ok());
    return documents ? documents->front() : Node{};
}

TEST(MapReader, ReadsWhatFits) {
    Findings findings;
    const Node node =
        read("t: 1.10\nb: true\ni: 3\nd: 1m30s\nl: [a, 2]\nm: {k: v}\no: hold\nn: ~\nx-y: 1\n");
    MapReader map{node, "", findings};
    EXPECT_EQ(map.text("t"), "1.10");
    EXPECT_EQ(map.boolean("b"), true);
    EXPECT_EQ(map.integer("i", 0, 3), 3);
    EXPECT_EQ(map.duration("d"), 90s);
    EXPECT_EQ(map.texts("l"), (std::vector<std::string>{"a", "2"}));
    EXPECT_EQ(map.text_map("m"), (std::map<std::string, std::string>{{"k", "v"}}));
    EXPECT_EQ(map.one_of("o", {"hold", "allow"}), "hold");
    EXPECT_EQ(map.get("n"), nullptr);
    EXPECT_EQ(map.text("absent"), std::nullopt);
    map.finish(true);
    EXPECT_EQ(findings, Findings{});
}

TEST(MapReader, TellsAllThatIsWrongAtOnce) {
    Findings findings;
    const Node node = read(
        "t: [1]\nb: yes\ni: many\nj: 9\nk: \"3\"\nd: 5\ne: 500ms\nl: a\nm: [x]\n"
        "n: [{}]\np: {q: []}\no: never\nr:\nintervall: 1\nx-y: 1\n");
    MapReader map{node, "policy", findings};
    map.text("t");
    map.boolean("b");
    map.integer("i", 0, 3);
    map.integer("j", 0, 3);
    map.integer("k", 0, 3);
    map.duration("d");
    map.duration("e");
    map.texts("l");
    map.text_map("m");
    map.texts("n");
    map.text_map("p");
    map.one_of("o", {"hold", "allow"});
    map.require("r");
    map.require("s");
    map.duration("interval");
    map.finish();
    const Node text = read("text");
    MapReader none{text, "targets", findings};
    none.require("told-once");
    none.finish();
    std::string told;
    for (const Finding& finding : findings) told += to_string(finding) + "\n";
    test::expect_golden("config/reading_faults.txt", told);
}

TEST(MapReader, TakesNothingForAnEmptyMap) {
    Findings findings;
    const Node nothing;
    MapReader map{nothing, "", findings};
    EXPECT_EQ(map.text("a"), std::nullopt);
    map.finish();
    EXPECT_TRUE(findings.empty());
}

}  // namespace
}  // namespace driftless
