#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "reconcilers/plan.hpp"
#include "tests/support/toy_vault.hpp"

namespace driftless::test {

/// What a plan is made from, said shortly: one target "here", one collection "things" of kind
/// "toy.thing" ("/image" replaces, "/env" is ours as a whole and secret), manifest App/<name>.
struct Scene {
    static constexpr auto kind = "toy.thing";

    Facts facts;
    std::vector<Declared> wants;
    LiveState lives;
    Reads other_reads;
    std::optional<Error> unreadable;
    std::map<std::string, KindRules> rules;
    ToyVault vault;
    bool forgot = false;

    Scene() {
        facts.target = "here";
        facts.installation = "toy";
        facts.policy.mode = Mode::converge;
        facts.policy.prune = true;
        facts.now = net::WallTime{std::chrono::hours{1000}};
        rules[kind].fields = {
            {.path = "/env", .as = Compare::whole, .replaces = true, .secret = true},
            {.path = "/image", .replaces = true}};
        rules["toy.data"].data = true;
    }

    static ResourceKey key(const std::string& name) { return {"here", kind, name}; }
    static ResourceKey app(const std::string& name) { return {"here", "App", name}; }

    Declared& want(const std::string& name, json spec = {{"size", 1}}) {
        Declared declared;
        declared.key = key(name);
        declared.collection = "things";
        declared.spec = std::move(spec);
        declared.origin = {"c2", {name + ".yaml", 1, 1}, app(name)};
        wants.push_back(std::move(declared));
        return wants.back();
    }
    Live& live(const std::string& name, json spec = {{"size", 1}}, Owner owner = Owner::ours) {
        Live thing;
        thing.key = key(name);
        thing.id = "id-" + name;
        thing.version = "v1";
        thing.spec = std::move(spec);
        thing.owner = owner;
        lives.push_back(std::move(thing));
        return lives.back();
    }
    InventoryEntry& entry(const std::string& name, const json& good = {{"size", 1}}) {
        const auto [place, is_new] = facts.inventory.try_emplace(key(name));
        InventoryEntry& entry = place->second;
        if (!is_new) return entry;
        entry.key = key(name);
        entry.id = "id-" + name;
        entry.collection = "things";
        entry.manifest = app(name);
        entry.commit = "c1";
        entry.good_digest = digest_of(good);
        return entry;
    }
    /// In the inventory, alive, and no longer declared.
    Live& dropped(const std::string& name) {
        entry(name);
        return live(name);
    }
    /// In the inventory, alive and as declared.
    void settled(const std::string& name) {
        entry(name);
        live(name);
        want(name);
    }
    void of(const std::string& name, const std::string& manifest) {
        if (facts.inventory.contains(key(name)))
            facts.inventory[key(name)].manifest = app(manifest);
        for (Declared& one : wants) {
            if (one.key == key(name)) one.origin.manifest = app(manifest);
        }
    }

    Plan plan() {
        std::ranges::sort(wants, {}, &Declared::key);
        DesiredState desired{"here", "c2", wants, facts_manifests, told};
        if (known) facts.desired = Complete<DesiredState>::vouched(std::move(desired));
        Reads reads = other_reads;
        if (unreadable) {
            reads.emplace("things", *unreadable);
        } else {
            reads.emplace("things", Complete<LiveState>::vouched(lives));
        }
        return make_plan(facts, reads, rules, vault);
    }
    bool known = true;  ///< is the desired state?
    std::vector<ResourceKey> facts_manifests;
    std::vector<std::string> told;
};

/// "update web: drift", "held remove db: it holds data", "blocked api: waits for …", in the plan's
/// own order.
inline std::vector<std::string> lines_of(const Plan& plan) {
    std::vector<std::string> lines;
    for (const Action& action : plan.actions) {
        lines.push_back(fmt::format("{}{} {}: {}", name(action.verb), action.back ? " back" : "",
                                    action.key.name, action.reason));
    }
    for (const Held& held : plan.held) {
        lines.push_back(
            fmt::format("held {} {}: {}", name(held.action.verb), held.action.key.name, held.why));
    }
    for (const Rest& rest : plan.resting) {
        lines.push_back(fmt::format("{} {}: {}", name(rest.status), rest.key.name, rest.why));
    }
    return lines;
}

/// Does each line begin as expected, and are there no others?
inline bool begin_as(const std::vector<std::string>& lines,
                     const std::vector<std::string>& expected) {
    return std::ranges::equal(
        lines, expected,
        [](const std::string& line, const std::string& start) { return line.starts_with(start); });
}

/// One rule of a plan: a scene, and how each line of its plan begins.
struct PlanCase {
    std::string name;
    std::function<void(Scene&)> set;
    std::vector<std::string> lines;
};

inline void PrintTo(const PlanCase& one, std::ostream* out) {
    *out << one.name;
}
inline std::string case_name(const ::testing::TestParamInfo<PlanCase>& info) {
    return info.param.name;
}

}  // namespace driftless::test
