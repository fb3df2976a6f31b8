// Compare and plan, nothing else: CPU per plan for 100 and 1,000 resources that are as declared.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "daemon/secrets/secrets.hpp"
#include "reconcilers/plan.hpp"

namespace driftless {
namespace {

json spec_of(std::size_t number) {
    json environment = json::object();
    for (int i = 0; i < 12; ++i)
        environment[fmt::format("VARIABLE_{}", i)] = fmt::format("{}", number + 1);
    return {{"image", "registry.example/app:1"},
            {"env", environment},
            {"command", {"serve", "--all"}},
            {"labels", {{"team", "a"}, {"tier", "b"}}},
            {"restart", "unless-stopped"}};
}

struct Scene {
    Facts facts;
    Reads reads;
};

Scene scene_of(std::size_t count) {
    DesiredState desired{.target = "t", .commit = "c", .resources = {}};
    LiveState live;
    Scene scene;
    for (std::size_t i = 0; i < count; ++i) {
        const ResourceKey key{"t", "docker.container", fmt::format("app.s{:04}.1", i)};
        Declared declared;
        declared.key = key;
        declared.collection = "containers";
        declared.spec = spec_of(i);
        declared.digest = digest_of(declared.spec);
        declared.origin.manifest = {"t", "ComposeProject", "app"};
        desired.resources.push_back(declared);
        Live one;
        one.key = key;
        one.id = fmt::format("{:064}", i);
        one.spec = spec_of(i);
        one.owner = Owner::ours;
        live.push_back(one);
        InventoryEntry entry;
        entry.key = key;
        entry.id = one.id;
        entry.collection = declared.collection;
        entry.manifest = declared.origin.manifest;
        scene.facts.inventory.emplace(key, entry);
    }
    scene.facts.target = "t";
    scene.facts.desired = Complete<DesiredState>::vouched(std::move(desired));
    scene.reads.emplace("containers", Complete<LiveState>::vouched(std::move(live)));
    return scene;
}

double milliseconds_per_plan(std::size_t count, int rounds) {
    const Scene scene = scene_of(count);
    const auto vault = make_vault("a key for measuring only, 32 byte");
    const std::map<std::string, KindRules> rules{{"docker.container", {}}};
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i) {
        const auto began = std::chrono::steady_clock::now();
        const Plan plan = make_plan(scene.facts, scene.reads, rules, *vault);
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - began;
        if (!plan.actions.empty()) std::abort();  // it would not be the case that is measured
        times.push_back(took.count());
    }
    std::ranges::sort(times);
    return times[times.size() / 2];
}

}  // namespace
}  // namespace driftless

int main() {
    const double hundred = driftless::milliseconds_per_plan(100, 51);
    const double thousand = driftless::milliseconds_per_plan(1'000, 21);
    fmt::print("{{\"ms_100\": {:.3f}, \"ms_1000\": {:.3f}, \"ratio\": {:.2f}}}\n", hundred,
               thousand, thousand / hundred);
}
