#include "reconcilers/docker/storage_live.hpp"

#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/marks.hpp"

namespace driftless::docker {
namespace {

std::string key_name(const StorageKind& kind, const json& labels, const std::string& name) {
    const json& project = in(labels, marks::project);
    const json& key = in(labels, kind.label);
    if (project.is_string() && key.is_string()) {
        return project.get<std::string>() + "." + key.get<std::string>();
    }
    const json& mark = in(labels, marks::key);
    const auto ours = parse_resource_key(mark.is_string() ? mark.get<std::string>() : "");
    return ours && ours->kind == kind.kind ? ours->name.text() : name;
}

bool is_known(const Facts& facts, const ResourceKey& key) {
    return facts.inventory.contains(key) || declared_as(facts, key) != nullptr;
}

}  // namespace

const Declared* declared_as(const Facts& facts, const ResourceKey& key) {
    if (!facts.desired) return nullptr;
    for (const Declared& want : (*facts.desired)->resources) {
        if (want.key == key) return &want;
        for (const ResourceKey& earlier : want.was) {
            if (earlier == key) return &want;
        }
    }
    return nullptr;
}

Live storage_live(const StorageKind& kind, const EngineAccess& access, Places& places,
                  const json& shown, const std::string& id) {
    const Facts& facts = places.facts();
    const std::string name = shown_text(shown, "/Name");
    const json& labels = in(shown, "Labels");
    const auto label = [&](std::string_view which) {
        const json& value = in(labels, which);
        return value.is_string() ? value.get<std::string>() : "";
    };
    Live live;
    live.id = id;
    live.key = {access.target, std::string{kind.kind}, key_name(kind, labels, name)};
    const std::string mark = label(marks::installation);
    const bool paired = live.key.name != name;
    live.owner = Owner::foreign;
    if (mark == access.installation) live.owner = Owner::ours;
    if (mark.empty() && paired && is_known(facts, live.key)) live.owner = Owner::kin;
    const std::string place = std::string{kind.claim} + " " + name;
    const Declared* given =
        mark.empty() && live.owner == Owner::foreign ? places.given(place, id) : nullptr;
    if (given != nullptr) {
        live.key = given->key;
        live.owner = Owner::kin;
    }
    if (live.owner == Owner::foreign) {  // a key of its own, that can't be one of ours
        live.key.name = name;
        if (is_known(facts, live.key)) live.key.name += "/foreign";
    }
    live.claims.push_back(place);
    live.protect = label(marks::protect) == "true";
    live.commit = label(marks::commit);
    live.manifest = label(marks::manifest);
    return live;
}

json own_labels(const json& labels) {
    json own = json::object();
    if (!labels.is_object()) return own;
    for (const auto& [name, value] : labels.items()) {
        if (!name.starts_with(marks::ours) && !name.starts_with(marks::compose)) own[name] = value;
    }
    return own;
}

}  // namespace driftless::docker
