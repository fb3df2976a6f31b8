#include "reconcilers/planning.hpp"

namespace driftless {

Planning::Planning(const Facts& facts_, const Reads& reads_,
                   const std::map<std::string, KindRules>& rules_, const Vault& vault_)
    : facts(facts_), reads(reads_), rules(rules_), vault(vault_), lookup(reads_) {
    plan.target = facts.target;
    for (const auto& [key, entry] : facts.inventory) {
        if (!entry.id.empty()) entry_by_id.emplace(key.kind + "/" + entry.id, &entry);
    }
    if (!facts.desired) return;
    const DesiredState& desired = **facts.desired;
    plan.commit = desired.commit;
    manifests.insert(desired.manifests.begin(), desired.manifests.end());
    told.insert(desired.told.begin(), desired.told.end());
    for (const Declared& want : desired.resources) {
        declared.emplace(want.key, &want);
        of_manifest[want.origin.manifest].push_back(want.key);
        manifests.insert(want.origin.manifest);
    }
}

const KindRules& Planning::rules_of(const std::string& kind) const {
    static const KindRules plain;
    const auto found = rules.find(kind);
    return found == rules.end() ? plain : found->second;
}

const InventoryEntry* Planning::entry_of(const ResourceKey& key) const {
    const auto found = facts.inventory.find(key);
    return found == facts.inventory.end() ? nullptr : &found->second;
}

const InventoryEntry* Planning::entry_for(const Live& live) const {
    const auto found = entry_by_id.find(live.key.kind + "/" + live.id);
    return found == entry_by_id.end() ? entry_of(live.key) : found->second;
}

bool Planning::is_ours(const Live& live) const {
    if (live.owner == Owner::ours) return true;
    const InventoryEntry* entry = entry_for(live);
    return entry != nullptr && !live.id.empty() && entry->id == live.id;
}

std::size_t Planning::count_in(const std::string& kind, const json& spec) const {
    const auto& count = rules_of(kind).count;
    return count && !spec.is_null() ? count(spec) : 1;
}

bool Planning::holds_data(const ResourceKey& key, const Declared* want) const {
    const InventoryEntry* entry = entry_of(key);
    return (want != nullptr && want->data) || (entry != nullptr && entry->data) ||
           rules_of(key.kind).data;
}

ResourceKey Planning::manifest_of(const Live& live) const {
    const InventoryEntry* entry = entry_for(live);
    if (entry != nullptr && !entry->manifest.name.empty()) return entry->manifest;
    const auto slash = live.manifest.find('/');
    if (slash == std::string::npos) return live.key;
    return {live.key.target, live.manifest.substr(0, slash), live.manifest.substr(slash + 1)};
}

const std::string* Planning::suspended(const ResourceKey& key, const ResourceKey& manifest) const {
    for (const ResourceKey& one : {key, manifest, ResourceKey{facts.target, "", ""}}) {
        const auto found = facts.suspended.find(one);
        if (found != facts.suspended.end()) return &found->second;
    }
    return nullptr;
}

bool Planning::first_met(const InventoryEntry* entry) const {
    return facts.first_contact && (entry == nullptr || entry->adopted);
}

std::string why_unread(const Live& live) {
    return live.unread.empty() ? "its content was not read; the next look reads it" : live.unread;
}

Live without_spec(const Live& live) {
    Live shown;
    shown.key = live.key;
    shown.id = live.id;
    shown.version = live.version;
    shown.owner = live.owner;
    shown.unfinished = live.unfinished;
    shown.idle_until = live.idle_until;
    shown.kept = live.kept;
    shown.claims = live.claims;
    shown.gave_up = live.gave_up;
    shown.lock = live.lock;
    shown.health = live.health;
    shown.ready = live.ready;
    shown.completed = live.completed;
    shown.left_alone = live.left_alone;
    shown.detail = live.detail;
    shown.protect = live.protect;
    shown.commit = live.commit;
    shown.manifest = live.manifest;
    shown.self = live.self;
    shown.outputs = live.outputs;
    return shown;
}

std::shared_ptr<const Live> shown(const Live* live) {
    return live == nullptr ? nullptr : std::make_shared<const Live>(without_spec(*live));
}

}  // namespace driftless
