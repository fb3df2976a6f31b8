#include "reconcilers/load_checks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/base/nearest.hpp"
#include "reconcilers/load_graph.hpp"

namespace driftless {
namespace {

Finding error(const Place& place, std::string message) {
    return {Finding::Severity::error, place, std::move(message)};
}

void check_keys(const std::vector<Declared>& resources, Findings& findings) {
    for (std::size_t at = 1; at < resources.size(); ++at) {
        const Declared& first = resources[at - 1];
        const Declared& second = resources[at];
        if (first.key != second.key) continue;
        findings.push_back(error(second.origin.place,
                                 fmt::format("{} is declared twice, first at {}",
                                             to_string(first.key), to_string(first.origin.place))));
    }
}

void check_claims(const std::vector<Declared>& resources, Findings& findings) {
    std::map<std::string_view, const Declared*> claimed;
    for (const Declared& declared : resources) {
        for (const std::string& claim : declared.claims) {
            const auto [first, is_new] = claimed.emplace(claim, &declared);
            const Declared& other = *first->second;
            if (is_new || other.key == declared.key) continue;
            findings.push_back(
                error(declared.origin.place,
                      fmt::format("{} claims {}, as {} does at {}; only one can hold it",
                                  to_string(declared.key), in_quotes(claim), to_string(other.key),
                                  to_string(other.origin.place))));
        }
    }
}

void check_earlier_names(const std::vector<Declared>& resources, Findings& findings) {
    std::map<ResourceKey, const Declared*> holders;
    for (const Declared& declared : resources) holders.emplace(declared.key, &declared);
    for (const Declared& declared : resources) {
        for (const ResourceKey& was : declared.was) {
            const auto [holder, is_free] = holders.emplace(was, &declared);
            const Declared& other = *holder->second;
            if (is_free || other.key == declared.key) continue;
            findings.push_back(error(
                declared.origin.place,
                fmt::format("{} was {}, which {} holds at {}", to_string(declared.key),
                            to_string(was), to_string(other.key), to_string(other.origin.place))));
        }
    }
}

class ReferenceCheck {
public:
    explicit ReferenceCheck(CommitParts& parts) : parts_{parts} {
        for (const Manifest& each : parts.manifests) manifests_.emplace(each.key(), &each);
        for (const auto& [target, resources] : parts.resources) {
            for (const Declared& declared : resources) resources_.insert(declared.key);
        }
        for (const auto& [target, findings] : parts.findings) {
            if (has_errors(findings)) uncertain_.insert(target);
        }
    }

    void run() {
        for (const Manifest& manifest : parts_.manifests) check(manifest);
        for (const auto& [target, resources] : parts_.resources) {
            for (const Declared& declared : resources) check(declared);
        }
        check_circles();
        for (auto& [target, found] : found_) {
            std::ranges::move(found, std::back_inserter(parts_.findings[target]));
        }
    }

private:
    void check(const Manifest& manifest) {
        for (std::size_t at = 0; at < manifest.depends_on.size(); ++at) {
            const bool has_place = at < manifest.depends_on_places.size();
            check_there(manifest.depends_on[at], "dependsOn", manifest.target,
                        has_place ? manifest.depends_on_places[at] : manifest.place);
        }
        for (const auto& [ref, place] : places_of_late_values(manifest.spec, manifest.target)) {
            check_there(ref.of, "from", manifest.target, place);
            asked_in_place_.insert({manifest.key(), ref.of});
        }
    }

    void check(const Declared& declared) {
        for (const Need& need : declared.needs) {
            if (asked_in_place_.contains({declared.origin.manifest, need.key})) continue;
            if (is_depended_on(declared.origin.manifest, need.key)) continue;
            check_there(need.key, to_string(declared.key) + " needs", declared.key.target,
                        declared.origin.place);
        }
    }

    /// The manifest asks for it by `dependsOn`, and was told of it.
    bool is_depended_on(const ResourceKey& manifest, const ResourceKey& need) {
        const auto asking = manifests_.find(manifest);
        return asking != manifests_.end() && std::ranges::find(asking->second->depends_on, need) !=
                                                 asking->second->depends_on.end();
    }

    void check_there(const ResourceKey& key, const std::string& what, const std::string& target,
                     const Place& place) {
        if (manifests_.contains(key) || resources_.contains(key)) return;
        if (uncertain_.contains(key.target)) return;
        std::string message =
            parts_.elsewhere.contains(key.target)
                ? fmt::format("{}: {}/{} is for target {}, which this daemon doesn't have", what,
                              key.kind, key.name, key.target)
                : fmt::format("{}: there is no {}/{} for target {} in this commit{}", what,
                              key.kind, key.name, key.target, nearest_to(key));
        found_[target].push_back(error(place, std::move(message)));
    }

    std::string nearest_to(const ResourceKey& key) {
        std::vector<std::string> known;
        for (const auto& [each, manifest] : manifests_) {
            if (each.target == key.target) known.push_back(each.kind + "/" + each.name);
        }
        return did_you_mean(key.kind + "/" + key.name, known);
    }

    void check_circles() {
        NeedGraph graph;
        for (const Manifest& manifest : parts_.manifests) {
            graph[manifest.key()] = manifest.depends_on;
        }
        for (const auto& [target, resources] : parts_.resources) {
            for (const Declared& declared : resources) {
                const auto manifest = graph.find(declared.origin.manifest);
                if (manifest != graph.end()) manifest->second.push_back(declared.key);
                auto& needs = graph[declared.key];
                for (const Need& need : declared.needs) needs.push_back(need.key);
            }
        }
        std::vector<ResourceKey> first;
        for (const auto& [key, manifest] : manifests_) first.push_back(key);
        for (const auto& circle : circles_in(std::move(graph), first)) tell(circle);
    }

    /// Once for each target that has a part in it.
    void tell(const std::vector<ResourceKey>& circle) {
        std::vector<std::string> names;
        for (const ResourceKey& key : circle) names.push_back(to_string(key));
        names.push_back(names.front());
        std::set<std::string> told;
        for (const ResourceKey& key : circle) {
            if (!told.insert(key.target).second) continue;
            found_[key.target].push_back(error(
                place_of(key),
                fmt::format("these need each other in a circle: {}", fmt::join(names, " -> "))));
        }
    }

    Place place_of(const ResourceKey& key) {
        const auto manifest = manifests_.find(key);
        if (manifest != manifests_.end()) return manifest->second->place;
        for (const Declared& declared : parts_.resources[key.target]) {
            if (declared.key == key) return declared.origin.place;
        }
        return {};
    }

    CommitParts& parts_;
    std::map<ResourceKey, const Manifest*> manifests_;
    std::set<ResourceKey> resources_;
    std::set<std::string> uncertain_;
    std::set<std::pair<ResourceKey, ResourceKey>> asked_in_place_;  // manifest, what it asks for
    std::map<std::string, Findings> found_;
};

}  // namespace

void check_inside_targets(CommitParts& parts) {
    for (auto& [target, resources] : parts.resources) {
        std::ranges::stable_sort(resources, {}, &Declared::key);
        Findings& findings = parts.findings[target];
        check_keys(resources, findings);
        check_claims(resources, findings);
        check_earlier_names(resources, findings);
    }
}

void check_references(CommitParts& parts) {
    ReferenceCheck{parts}.run();
}

}  // namespace driftless
