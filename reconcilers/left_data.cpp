#include "reconcilers/left_data.hpp"

namespace driftless {
namespace {

/// What a thing is called inside its manifest: "data" of "shop.data".
std::string own_name(const ResourceKey& key) {
    const std::string& name = key.name;
    return key.kind + "/" + name.substr(name.find('.') + 1);
}

}  // namespace

LeftData::LeftData(const Planning& planning) : p_(planning) {
    for (const Sighting& seen : p_.lookup.all()) {
        const Live& live = *seen.live;
        const InventoryEntry* entry = p_.entry_for(live);
        const bool data = p_.rules_of(live.key.kind).data || (entry != nullptr && entry->data);
        if (!data || p_.declared.contains(live.key) || !p_.is_ours(live)) continue;
        if (!p_.manifests.contains(p_.manifest_of(live))) left_.emplace(own_name(live.key), &live);
    }
}

std::string LeftData::why_hold(const ResourceKey& key) const {
    const auto left = left_.find(own_name(key));
    if (left == left_.end()) return "";
    return fmt::format(
        "{} of {}, which git dropped, still holds data of that name; \"was\" in the "
        "manifest keeps it",
        to_string(left->second->key), to_string(p_.manifest_of(*left->second)));
}

}  // namespace driftless
