#include <gtest/gtest.h>

#include "reconcilers/expand.hpp"
#include "reconcilers/load_graph.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/memory_files.hpp"
#include "tests/support/toy_vault.hpp"

namespace driftless {
namespace {

using test::MemoryFiles;

/// A toy kind: spec is {things: [{name, text, claims, needs, gives, was}]}, or {fail: MESSAGE}.
Expanded expand_toy(const Expansion& with) {
    Expanded expanded;
    Node spec = with.manifest.spec;
    resolve_references(spec, with.references, expanded.findings);
    if (const Node* fail = spec.find("fail")) {
        expanded.findings.push_back({Finding::Severity::error, fail->place, fail->text});
    }
    if (const Node* note = spec.find("note")) {
        expanded.findings.push_back({Finding::Severity::note, note->place, note->text});
    }
    const Node* things = spec.find("things");
    if (things == nullptr) return expanded;
    for (const Node& thing : things->items) {
        Declared declared;
        declared.key = {with.manifest.target, "toy.thing", thing.find("name")->text};
        declared.origin.place = thing.place;
        declared.spec = json::object();
        if (const Node* text = thing.find("text")) declared.spec["text"] = text->text;
        if (const Node* claims = thing.find("claims")) {
            for (const Node& claim : claims->items) declared.claims.push_back(claim.text);
        }
        if (const Node* needs = thing.find("needs")) {
            for (const Node& need : needs->items) {
                declared.needs.push_back({.key = *parse_resource_key(need.text)});
            }
        }
        if (const Node* gives = thing.find("gives")) declared.gives = {gives->text};
        if (const Node* was = thing.find("was")) declared.was = {*parse_resource_key(was->text)};
        expanded.resources.push_back(std::move(declared));
    }
    return expanded;
}

std::string toy(const std::string& name, const std::string& target, const std::string& spec = "{}",
                const std::string& more = "") {
    return "apiVersion: driftless/v1\nkind: Toy\nmetadata: {name: " + name +
           "}\ntarget: " + target + "\n" + more + "spec: " + spec + "\n---\n";
}

std::string told(const Findings& findings) {
    std::string text;
    for (const Finding& finding : findings) text += to_string(finding) + "\n";
    return text;
}

class LoadTest : public testing::Test {
protected:
    LoadTest() {
        for (const std::string name : {"mini1", "mini2", "edge"}) {
            settings.targets[name] = {
                .name = name, .endpoint = {}, .allow = {}, .policy = {}, .place = {}};
        }
        settings.installation = "home";
    }

    Loaded load_files(const MemoryFiles& files) {
        const LoadContext context{.settings = settings,
                                  .expanders = expanders,
                                  .secrets = secrets,
                                  .vault = vault,
                                  .targets = allowed,
                                  .addressed_before = before};
        return load(files, context);
    }
    Loaded load_text(const std::string& text) {
        return load_files(MemoryFiles{{{"a.yaml", text}}});
    }

    static std::vector<std::string> names(const TargetLoad& target) {
        std::vector<std::string> keys;
        if (!target.desired) return {"nothing is known"};
        for (const Declared& each : (*target.desired)->resources)
            keys.push_back(to_string(each.key));
        return keys;
    }

    Settings settings;
    Expanders expanders{{"Toy", expand_toy}};
    test::ToySecrets secrets{{{"db", "hunter2"}, {"ghcr", "hunter3"}}};
    test::ToyVault vault;
    std::vector<std::string> allowed;
    std::map<std::string, std::vector<std::string>> before;
};

TEST_F(LoadTest, ExpandsEveryManifestOfATarget) {
    const Loaded loaded =
        load_text(toy("web", "mini1", "{things: [{name: b}, {name: a}]}") +
                  toy("db", "mini1", "{things: [{name: c}]}", "policy: {protect: true}\n") +
                  toy("dns", "edge"));
    EXPECT_FALSE(loaded.empty);
    EXPECT_EQ(loaded.targets.size(), 2U);
    const TargetLoad& mini1 = loaded.targets.at("mini1");
    EXPECT_EQ(names(mini1), (std::vector<std::string>{"mini1/toy.thing/a", "mini1/toy.thing/b",
                                                      "mini1/toy.thing/c"}));
    const DesiredState& state = **mini1.desired;
    EXPECT_EQ(state.commit, loaded.commit);
    EXPECT_EQ(state.resources[0].origin.commit, loaded.commit);
    EXPECT_EQ(state.resources[0].origin.manifest, (ResourceKey{"mini1", "Toy", "web"}));
    EXPECT_EQ(state.resources[0].origin.place, (Place{"a.yaml", 5, 28}));
    EXPECT_FALSE(state.resources[0].protect);
    EXPECT_TRUE(state.resources[2].protect);
    EXPECT_EQ(state.manifests,
              (std::vector<ResourceKey>{{"mini1", "Toy", "web"}, {"mini1", "Toy", "db"}}));
    EXPECT_EQ(mini1.files, std::vector<std::string>{"a.yaml"});
    EXPECT_TRUE(names(loaded.targets.at("edge")).empty());
}

TEST_F(LoadTest, ANoteHoldsNothingBack) {
    const Loaded loaded = load_text(toy("web", "mini1", "{note: odd, things: [{name: a}]}"));
    EXPECT_TRUE(loaded.targets.at("mini1").desired.has_value());
    EXPECT_EQ(loaded.targets.at("mini1").findings.size(), 1U);
}

TEST_F(LoadTest, DependsOnBecomesANeedOfEveryResource) {
    const Loaded loaded = load_text(
        toy("dns", "edge", "{things: [{name: r}]}") +
        toy("web", "mini1", "{things: [{name: a}, {name: b}]}", "dependsOn: [Toy/dns@edge]\n"));
    const DesiredState& state = **loaded.targets.at("mini1").desired;
    const Need need{.key = {"edge", "Toy", "dns"}, .until = Until::ready, .required = true};
    EXPECT_EQ(state.resources[0].needs, std::vector<Need>{need});
    EXPECT_EQ(state.resources[1].needs, std::vector<Need>{need});
}

TEST_F(LoadTest, ALateValueBecomesANeed) {
    const Loaded loaded = load_text(
        toy("tunnel", "edge", "{things: [{name: t}]}") +
        toy("web", "mini1", "{things: [{name: a, text: {from: Toy/tunnel@edge, field: token}}]}"));
    const DesiredState& state = **loaded.targets.at("mini1").desired;
    ASSERT_EQ(state.resources[0].needs.size(), 1U);
    EXPECT_EQ(state.resources[0].needs[0].key, (ResourceKey{"edge", "Toy", "tunnel"}));
}

TEST_F(LoadTest, ALateValueNeedsTheOneResourceThatGivesItSoThatTwoManifestsMayServeEachOther) {
    const Loaded loaded =
        load_text(toy("tunnel", "edge",
                      "{things: [{name: t, gives: token}, {name: r, needs: [mini1/Toy/web]}]}") +
                  toy("web", "mini1",
                      "{things: [{name: a, text: {from: Toy/tunnel@edge, field: token.x}}]}"));
    EXPECT_EQ(told(loaded.targets.at("mini1").findings), "");
    const DesiredState& state = **loaded.targets.at("mini1").desired;
    ASSERT_EQ(state.resources[0].needs.size(), 1U);
    EXPECT_EQ(state.resources[0].needs[0].key, (ResourceKey{"edge", "toy.thing", "t"}));
}

TEST_F(LoadTest, GivesEachTargetItsOwnValues) {
    const std::string values = "apiVersion: driftless/v1\nkind: Values\nmetadata: {name: v}\n";
    const Loaded loaded = load_text(
        values + "spec: {tag: v1}\n---\n" +
        "apiVersion: driftless/v1\nkind: Values\nmetadata: {name: w}\ntarget: mini1\nspec: {tag: "
        "v2}\n---\n" +
        "apiVersion: driftless/v1\nkind: Toy\nmetadata: {name: x}\ntargets: [mini1, mini2]\n"
        "spec: {things: [{name: a, text: {value: tag}}]}\n");
    EXPECT_EQ((*loaded.targets.at("mini1").desired)->resources[0].spec["text"], "v2");
    EXPECT_EQ((*loaded.targets.at("mini2").desired)->resources[0].spec["text"], "v1");
}

TEST_F(LoadTest, NoManifestNameASecretThatTheSettingsUse) {
    settings.registries["ghcr.io"] = {.username = "bnx", .password_secret = "ghcr"};
    const Loaded loaded =
        load_text(toy("web", "mini1", "{things: [{name: a, text: {secret: ghcr}}]}") +
                  toy("db", "mini2", "{things: [{name: a, text: {secret: db}}]}"));
    EXPECT_FALSE(loaded.targets.at("mini1").desired.has_value());
    EXPECT_TRUE(is_tainted(
        (*loaded.targets.at("mini2").desired)->resources[0].spec["text"].get<std::string>()));
}

TEST_F(LoadTest, AnEmptyCommitSaysSoAndWantsNothingOfAnybody) {
    before["mini1"] = {"a.yaml"};
    const Loaded loaded = load_files(MemoryFiles{{{"README.md", "x"}}});
    EXPECT_TRUE(loaded.empty);
    EXPECT_TRUE(loaded.targets.empty());
}

TEST_F(LoadTest, ATargetThatLostItsLastManifestIsStillTold) {
    before["mini1"] = {"gone.yaml"};
    const Loaded loaded = load_text(toy("dns", "edge"));
    ASSERT_TRUE(loaded.targets.contains("mini1"));
    EXPECT_TRUE(names(loaded.targets.at("mini1")).empty());
}

// ---- for whom a manifest is
TEST_F(LoadTest, ManifestsOfOtherDaemonsAreElsewhere) {
    const Loaded loaded = load_text(toy("web", "mini11") + toy("db", "nas"));
    EXPECT_TRUE(loaded.targets.empty());
    EXPECT_FALSE(has_errors(loaded.elsewhere));
    EXPECT_EQ(
        told(loaded.elsewhere),
        "a.yaml:1:1: Toy/web is for target mini11, which this daemon doesn't have; did you mean "
        "\"mini1\"?\n"
        "a.yaml:7:1: Toy/db is for target nas, which this daemon doesn't have\n");
}

TEST_F(LoadTest, StrictTargetsMakeThatAnError) {
    settings.strict_targets = true;
    EXPECT_TRUE(has_errors(load_text(toy("web", "mini11")).elsewhere));
}

TEST_F(LoadTest, ASourceMayAddressOnlyItsTargets) {
    allowed = {"mini1"};
    const Loaded loaded = load_text(toy("web", "mini1") + toy("db", "mini2"));
    EXPECT_EQ(loaded.targets.size(), 1U);
    EXPECT_TRUE(has_errors(loaded.elsewhere));
    EXPECT_NE(told(loaded.elsewhere).find("this source may not address"), std::string::npos);
}

// ---- the catalogue of faults, 8, 10 and 11
TEST_F(LoadTest, Fault8AnErrorKeepsItsTargetBackAndNoOther) {
    const Loaded loaded = load_text(toy("web", "mini1", "{fail: broken}") + toy("ok", "mini1") +
                                    toy("db", "mini2", "{things: [{name: a}]}"));
    EXPECT_FALSE(loaded.targets.at("mini1").desired.has_value());
    EXPECT_EQ(told(loaded.targets.at("mini1").findings), "a.yaml:5:14: broken\n");
    EXPECT_TRUE(loaded.targets.at("mini2").desired.has_value());
}

TEST_F(LoadTest, Fault8AnUnparsedFileHoldsBackWhatItAddressedBefore) {
    before = {{"mini1", {"bad.yaml"}}, {"mini2", {"good.yaml"}}};
    const Loaded loaded = load_files(MemoryFiles{
        {{"bad.yaml", "apiVersion: driftless/v1\n  x: [\n"}, {"good.yaml", toy("db", "mini2")}}});
    EXPECT_FALSE(loaded.targets.at("mini1").desired.has_value());
    EXPECT_NE(told(loaded.targets.at("mini1").findings).find("addressed this target before"),
              std::string::npos);
    EXPECT_EQ(loaded.targets.at("mini1").files, std::vector<std::string>{"bad.yaml"});
    EXPECT_TRUE(loaded.targets.at("mini2").desired.has_value());
    EXPECT_EQ(loaded.unparsed_files, std::vector<std::string>{"bad.yaml"});
    EXPECT_FALSE(loaded.empty);
}

TEST_F(LoadTest, Fault16ACommitThatIsTooLargeHoldsBackAll) {
    MemoryFiles files{{{"good.yaml", toy("db", "mini2")}}};
    for (int i = 0; i < 20'000; ++i) files.add("f" + std::to_string(i), "");
    const Loaded loaded = load_files(files);
    EXPECT_EQ(loaded.targets.size(), 3U);
    for (const auto& [name, target] : loaded.targets)
        EXPECT_FALSE(target.desired.has_value()) << name;
}

TEST_F(LoadTest, Fault10And11FaultsAcrossFilesAreToldWithBothPlaces) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"fault 10: the same manifest twice", toy("web", "mini1") + toy("web", "mini1")},
        {"fault 10: the same resource twice", toy("web", "mini1", "{things: [{name: a}]}") +
                                                  toy("db", "mini1", "{things: [{name: a}]}")},
        {"a claim made twice",
         toy("web", "mini1", "{things: [{name: a, claims: [port 80/tcp]}]}") +
             toy("db", "mini1", "{things: [{name: b, claims: [port 80/tcp]}]}")},
        {"an earlier name that is still in use",
         toy("web", "mini1", "{things: [{name: a}, {name: b, was: mini1/toy.thing/a}]}")},
        {"fault 11: depends on nothing",
         toy("web", "mini1", "{}", "dependsOn: [Toy/wbe, Toy/dns@edge, Toy/x@nowhere]\n")},
        {"fault 11: depends on another daemon's",
         toy("far", "nas") +
             toy("web", "mini1", "{things: [{name: a}]}", "dependsOn: [Toy/far@nas]\n")},
        {"fault 11: an output of nothing",
         toy("web", "mini1", "{things: [{name: a, text: {from: Toy/tunnel@edge, field: token}}]}")},
        {"fault 11: an output of nothing, by way of a value",
         "apiVersion: driftless/v1\nkind: Values\nmetadata: {name: v}\nspec: {t: {from: Toy/no, "
         "field: x}}\n---\n" +
             toy("web", "mini1", "{things: [{name: a, text: {value: t}}]}")},
        {"fault 11: needs a resource that isn't there",
         toy("web", "mini1", "{things: [{name: a, needs: [mini1/toy.thing/b]}]}")},
        {"manifests in a circle", toy("a", "mini1", "{}", "dependsOn: [Toy/b]\n") +
                                      toy("b", "mini1", "{}", "dependsOn: [Toy/c]\n") +
                                      toy("c", "mini1", "{}", "dependsOn: [Toy/a]\n")},
        {"a manifest that needs itself", toy("a", "mini1", "{}", "dependsOn: [Toy/a]\n")},
        {"resources in a circle",
         toy("a", "mini1",
             "{things: [{name: x, needs: [mini1/toy.thing/y]}, {name: y, needs: "
             "[mini1/toy.thing/x]}]}")},
        {"a resource that waits for its own manifest",
         toy("a", "mini1", "{things: [{name: x, needs: [mini1/Toy/a]}]}")},
    };
    std::string all;
    for (const auto& [name, text] : cases) {
        const Loaded loaded = load_text(text);
        EXPECT_FALSE(loaded.targets.at("mini1").desired.has_value()) << name;
        all += "# " + name + "\n" + told(loaded.targets.at("mini1").findings);
    }
    test::expect_golden("config/load_faults.txt", all);
}

TEST_F(LoadTest, Fault11ADanglingReferenceHoldsBackItsHolderOnly) {
    const Loaded loaded = load_text(toy("web", "mini1", "{}", "dependsOn: [Toy/gone@edge]\n") +
                                    toy("dns", "edge", "{things: [{name: r}]}"));
    EXPECT_FALSE(loaded.targets.at("mini1").desired.has_value());
    EXPECT_TRUE(loaded.targets.at("edge").desired.has_value());
}

TEST_F(LoadTest, WhatATargetWithErrorsMayHoldIsNotCalledMissing) {
    const Loaded loaded =
        load_text(toy("dns", "edge", "{fail: broken}") +
                  toy("web", "mini1", "{things: [{name: a, needs: [edge/toy.thing/r]}]}"));
    EXPECT_FALSE(loaded.targets.at("edge").desired.has_value());
    EXPECT_TRUE(loaded.targets.at("mini1").desired.has_value());
}

TEST_F(LoadTest, ACircleAcrossTargetsHoldsBackBoth) {
    const Loaded loaded = load_text(toy("a", "mini1", "{}", "dependsOn: [Toy/b@mini2]\n") +
                                    toy("b", "mini2", "{}", "dependsOn: [Toy/a@mini1]\n") +
                                    toy("c", "edge", "{}", "dependsOn: [Toy/a@mini1]\n"));
    EXPECT_FALSE(loaded.targets.at("mini1").desired.has_value());
    EXPECT_FALSE(loaded.targets.at("mini2").desired.has_value());
    EXPECT_TRUE(loaded.targets.at("edge").desired.has_value());
}

TEST_F(LoadTest, TheSameClaimOnTwoTargetsIsFine) {
    const Loaded loaded =
        load_text(toy("a", "mini1", "{things: [{name: x, claims: [port 80/tcp]}]}") +
                  toy("a", "mini2", "{things: [{name: x, claims: [port 80/tcp]}]}"));
    EXPECT_TRUE(loaded.targets.at("mini1").desired.has_value());
    EXPECT_TRUE(loaded.targets.at("mini2").desired.has_value());
}

// ---- circles, by themselves
ResourceKey node(const std::string& name) {
    return {"t", "k", name};
}

TEST(Circles, AreFoundOnceInALongChain) {
    NeedGraph graph;
    for (int i = 0; i < 5'000; ++i) {
        graph[node(std::to_string(i))] = {node(std::to_string(i + 1))};
    }
    EXPECT_TRUE(circles_in(graph, {}).empty());
    graph[node("4999")] = {node("4998")};
    const auto circles = circles_in(graph, {});
    ASSERT_EQ(circles.size(), 1U);
    EXPECT_EQ(circles[0].size(), 2U);
}

TEST(Circles, ApartFromEachOtherAreAllFound) {
    const NeedGraph graph{{node("a"), {node("b")}},
                          {node("b"), {node("a")}},
                          {node("c"), {node("c")}},
                          {node("d"), {node("a"), node("missing")}}};
    EXPECT_EQ(circles_in(graph, {}).size(), 2U);
}

}  // namespace
}  // namespace driftless
