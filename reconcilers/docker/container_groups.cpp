#include "reconcilers/docker/container_groups.hpp"

#include <algorithm>
#include <set>

#include "reconcilers/docker/marks.hpp"
#include "reconcilers/docker/normalise.hpp"
#include "reconcilers/docker/places.hpp"

namespace driftless::docker {
namespace {

std::string name_of(const ContainerSummary& container) {
    // Links of others show as "other/alias" among the names.
    for (const std::string& name : container.names) {
        if (name.find('/') == std::string::npos) return name;
    }
    return container.id.substr(0, 12);
}

bool is_kept(const ContainerSummary& container) {
    return !kept_name(container.id, name_of(container)).empty();
}

std::string value_in(const std::map<std::string, std::string>& labels, std::string_view label) {
    const auto found = labels.find(std::string{label});
    return found == labels.end() ? "" : found->second;
}

/// The names of keys that are declared or remembered: what carries their labels is kin.
std::set<std::string> known_keys(const Facts& facts) {
    std::set<std::string> known;
    for (const auto& [key, entry] : facts.inventory) {
        if (key.kind == marks::container_kind) known.insert(key.name);
    }
    if (!facts.desired) return known;
    for (const Declared& want : (*facts.desired)->resources) {
        if (want.key.kind != marks::container_kind) continue;
        known.insert(want.key.name);
        for (const ResourceKey& earlier : want.was) known.insert(earlier.name);
    }
    return known;
}

/// The key of a container that no label gives one: of what a person gave us, and of what we kept.
std::string key_by_place(Places& places, const ContainerSummary& container) {
    const std::string place = "name " + own_name(container);
    const Declared* want =
        is_kept(container) ? places.at(place) : places.given(place, container.id);
    return want == nullptr ? "" : want->key.name;
}

/// Of two that answer to one key, the one with our mark, then the one that runs, then the newer id.
bool goes_first(const ContainerSummary& one, const ContainerSummary& other) {
    const auto rank = [](const ContainerSummary& container) {
        return std::pair{!label_of(container, marks::installation).empty(),
                         container.state == "running"};
    };
    return rank(one) > rank(other);
}

void add(ContainerGroup& group, const ContainerSummary& container, ContainerGroups& groups) {
    if (is_kept(container)) {
        group.kept.push_back(&container);
        return;
    }
    if (group.current == nullptr) {
        group.current = &container;
        return;
    }
    const bool better = goes_first(container, *group.current);
    groups.foreign.push_back(better ? group.current : &container);
    if (better) group.current = &container;
}

bool is_filler(const ContainerSummary& container) {
    return !label_of(container, marks::content).empty();
}

}  // namespace

std::string label_of(const ContainerSummary& container, std::string_view label) {
    return value_in(container.labels, label);
}

std::string own_name(const ContainerSummary& container) {
    const std::string name = name_of(container);
    const std::string kept = kept_name(container.id, name);
    return kept.empty() ? name : kept;
}

std::string key_of(const std::map<std::string, std::string>& labels) {
    const std::string project = value_in(labels, marks::project);
    const std::string service = value_in(labels, marks::service);
    const std::string number = value_in(labels, marks::number);
    const std::string oneoff = value_in(labels, marks::oneoff);
    if (oneoff == "True" || oneoff == "true") return {};
    if (!project.empty() && !service.empty() && !number.empty()) {
        return project + "." + service + "." + number;
    }
    const auto key = parse_resource_key(value_in(labels, marks::key));
    return key && key->kind == marks::container_kind ? key->name : "";
}

ContainerGroups group_containers(const std::vector<ContainerSummary>& list, const Facts& facts,
                                 const std::string& installation) {
    ContainerGroups groups;
    const std::set<std::string> known = known_keys(facts);
    Places places{facts};
    for (const ContainerSummary& container : list) {
        groups.names[container.id] = name_of(container);
        const bool leaves = is_kept(container) && container.state == "removing";
        if (is_filler(container) || leaves) continue;
        const std::string mark = label_of(container, marks::installation);
        const bool marked = mark == installation;
        std::string key = key_of(container.labels);
        if (!marked && mark.empty() && !known.contains(key)) key = key_by_place(places, container);
        if (key.empty() || (!marked && !mark.empty())) {
            groups.foreign.push_back(&container);
            continue;
        }
        ContainerGroup& group = groups.ours[key];
        add(group, container, groups);
    }
    for (auto& [key, group] : groups.ours) {
        const ContainerSummary* shown =
            group.current != nullptr ? group.current : group.kept.front();
        const bool marked = label_of(*shown, marks::installation) == installation;
        // A kept one has its name from us, whatever its labels are.
        group.owner = marked || !group.kept.empty() ? Owner::ours : Owner::kin;
    }
    return groups;
}

}  // namespace driftless::docker
