#include "reconcilers/load_graph.hpp"

#include <algorithm>

namespace driftless {
namespace {

/// Takes out all that comes to an end: what is left holds a circle, or leads to one.
void take_out_ends(NeedGraph& graph) {
    std::map<ResourceKey, std::size_t> open;
    std::map<ResourceKey, std::vector<ResourceKey>> needed_by;
    std::vector<ResourceKey> ends;
    for (const auto& [key, needs] : graph) {
        std::size_t count = 0;
        for (const ResourceKey& need : needs) {
            if (!graph.contains(need)) continue;
            needed_by[need].push_back(key);
            ++count;
        }
        open[key] = count;
        if (count == 0) ends.push_back(key);
    }
    while (!ends.empty()) {
        const ResourceKey key = std::move(ends.back());
        ends.pop_back();
        graph.erase(key);
        for (const ResourceKey& other : needed_by[key]) {
            if (--open[other] == 0) ends.push_back(other);
        }
    }
}

/// Follows the needs from `at` until a key comes again. Every key left has a need that is left.
std::vector<ResourceKey> walk(const NeedGraph& graph, ResourceKey at) {
    std::vector<ResourceKey> way;
    std::map<ResourceKey, std::size_t> seen;
    while (true) {
        const auto [before, is_new] = seen.emplace(at, way.size());
        if (!is_new) {
            return {way.begin() + static_cast<std::ptrdiff_t>(before->second), way.end()};
        }
        way.push_back(at);
        const auto& needs = graph.at(at);
        at = *std::ranges::find_if(needs, [&](const auto& need) { return graph.contains(need); });
    }
}

}  // namespace

std::vector<std::vector<ResourceKey>> circles_in(NeedGraph graph,
                                                 const std::vector<ResourceKey>& first) {
    std::vector<std::vector<ResourceKey>> circles;
    take_out_ends(graph);
    while (!graph.empty()) {
        const auto begin = std::ranges::find_if(
            first, [&graph](const ResourceKey& key) { return graph.contains(key); });
        auto circle = walk(graph, begin == first.end() ? graph.begin()->first : *begin);
        for (const ResourceKey& key : circle) graph.erase(key);
        take_out_ends(graph);
        circles.push_back(std::move(circle));
    }
    return circles;
}

}  // namespace driftless
