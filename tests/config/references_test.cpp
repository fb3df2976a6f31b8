#include <gtest/gtest.h>

#include "config/manifest.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/toy_vault.hpp"

namespace driftless {
namespace {

Node read(const std::string& text) {
    Findings findings;
    auto documents = read_yaml(text, "spec.yaml", findings);
    EXPECT_TRUE(documents.ok());
    return documents ? documents->front() : Node{};
}

struct Resolved {
    Node node;
    std::vector<LateRef> late;
    Findings findings;
};

class ReferencesTest : public testing::Test {
protected:
    Resolved resolve(const std::string& text) {
        Resolved result;
        result.node = read(text);
        const References with{
            .values = &values, .secrets = &secrets, .vault = &vault, .target = "mini1"};
        result.late = resolve_references(result.node, with, result.findings);
        return result;
    }

    Node values = read(
        "plausible: {tag: v3.0.1, ports: [80, 443], key: {secret: db}}\n"
        "loop: {value: loop}\n");
    test::ToySecrets secrets{{{"db", "hunter2"}, {"empty", ""}}};
    test::ToyVault vault;
};

TEST_F(ReferencesTest, ValuesTakeAnyType) {
    const auto [node, late, findings] =
        resolve("a: {value: plausible.tag}\nb: {value: plausible.ports}\n");
    EXPECT_EQ(findings, Findings{});
    EXPECT_EQ(node.find("a")->text, "v3.0.1");
    EXPECT_TRUE(node.find("a")->plain);
    EXPECT_EQ(node.find("b")->items.size(), 2U);
}

TEST_F(ReferencesTest, SecretsBecomeMarks) {
    const auto [node, late, findings] = resolve("a: [{secret: db}]\nb: {value: plausible.key}\n");
    EXPECT_EQ(findings, Findings{});
    const std::string& text = node.find("a")->items[0].text;
    EXPECT_TRUE(is_tainted(text));
    EXPECT_EQ(shown(text), "(secret)");
    EXPECT_EQ(node.find("b")->text, text);
    EXPECT_FALSE(node.find("b")->plain);
}

TEST_F(ReferencesTest, LateValuesBecomeMarksAndAreReturned) {
    const auto [node, late, findings] =
        resolve("a: {from: Tunnel/home, field: token}\nb: {field: id, from: Tunnel/home@edge}\n");
    EXPECT_EQ(findings, Findings{});
    const LateRef here{{"mini1", "Tunnel", "home"}, "token"};
    const LateRef there{{"edge", "Tunnel", "home"}, "id"};
    EXPECT_EQ(late, (std::vector<LateRef>{here, there}));
    EXPECT_EQ(late_refs(node.find("a")->text), std::vector<LateRef>{here});
}

TEST_F(ReferencesTest, MapsThatOnlyLookAlikeStay) {
    const auto [node, late, findings] = resolve(
        "a: {secret: db, also: x}\nb: {value: [1]}\nc: {from: x}\nd: {from: [a], field: b}\n");
    EXPECT_EQ(findings, Findings{});
    EXPECT_TRUE(late.empty());
    EXPECT_EQ(node.find("a")->entries.size(), 2U);
    EXPECT_TRUE(node.find("c")->is_map());
}

TEST_F(ReferencesTest, WhatCannotBeResolvedIsToldAtItsPlace) {
    const auto resolved = resolve(
        "a: {value: plausible.tga}\nb: {value: nothing}\nc: {value: plausible.tag.deep}\n"
        "d: {secret: gone}\ne: {secret: empty}\nf: {secret: ../etc/passwd}\ng: {value: loop}\n"
        "h: {from: Tunnel, field: token}\ni: {from: Tunnel/home, field: \"a b\"}\n"
        "j: {from: Tunnel/home@Bad, field: x}\nk: {value: \"\"}\nl: {value: \"plausible.\"}\n");
    std::string told;
    for (const Finding& finding : resolved.findings) told += to_string(finding) + "\n";
    EXPECT_EQ(told.find("hunter2"), std::string::npos);
    test::expect_golden("config/reference_faults.txt", told);
}

TEST_F(ReferencesTest, ValuesThatGrowWithoutEndAreRefused) {
    std::string text = "a0: [";
    for (int i = 0; i < 1'000; ++i) text += "x,";
    text += "]\n";
    for (int level = 1; level < 5; ++level) {
        text += "a" + std::to_string(level) + ": [";
        for (int i = 0; i < 50; ++i) text += "{value: a" + std::to_string(level - 1) + "},";
        text += "]\n";
    }
    values = read(text);
    const auto resolved = resolve("a: {value: a4}\n");
    ASSERT_EQ(resolved.findings.size(), 1U);
    EXPECT_NE(resolved.findings[0].message.find("more than 100000 values"), std::string::npos);
}

TEST(LateValuePlaces, AreFoundBeforeAnythingIsResolved) {
    const Node node = read("a:\n  - {from: Tunnel/home, field: token}\nb: {secret: x}\n");
    const auto places = places_of_late_values(node, "mini1");
    ASSERT_EQ(places.size(), 1U);
    EXPECT_EQ(places[0].first.of, (ResourceKey{"mini1", "Tunnel", "home"}));
    EXPECT_EQ(places[0].second.line, 2);
}

TEST(ManifestRefs, NameATargetOrNot) {
    EXPECT_EQ(*parse_manifest_ref("DnsZone/bnx.dev", "edge"),
              (ResourceKey{"edge", "DnsZone", "bnx.dev"}));
    EXPECT_EQ(*parse_manifest_ref("DnsZone/bnx.dev@prod", "edge"),
              (ResourceKey{"prod", "DnsZone", "bnx.dev"}));
    for (const std::string text :
         {"", "DnsZone", "DnsZone/", "/x", "A/b/c", "A/b@", "A/b@C", "A@b/c", "A/-b"}) {
        EXPECT_TRUE(parse_manifest_ref(text, "edge").failed()) << text;
    }
}

}  // namespace
}  // namespace driftless
