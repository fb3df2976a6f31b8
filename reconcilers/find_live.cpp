#include "reconcilers/find_live.hpp"

namespace driftless {
namespace {

const Live* by_earlier_key(const Planning& planning, const Declared& want) {
    for (const ResourceKey& key : want.was) {
        if (planning.declared.contains(key)) continue;
        const Live* live = planning.lookup.by_key(want.collection, key);
        if (live != nullptr && live->owner != Owner::foreign) return live;
    }
    return nullptr;
}

/// What stands where ours should, where a person said that it is ours from now on.
const Live* given_holder(const Planning& planning, const Declared& want) {
    if (!planning.facts.adopt.contains(want.key) || want.claims.empty()) return nullptr;
    for (const Live* holder : planning.lookup.holders(want.collection, want.claims.front())) {
        const bool is_free = !planning.is_ours(*holder) && !planning.declared.contains(holder->key);
        if (is_free) return holder;
    }
    return nullptr;
}

}  // namespace

const Live* find_live(const Planning& planning, const Declared& want) {
    const Live* here = planning.lookup.by_key(want.collection, want.key);
    if (here != nullptr && here->owner != Owner::foreign) return here;
    const InventoryEntry* entry = planning.entry_of(want.key);
    if (entry != nullptr) {
        const Live* known = planning.lookup.by_id(want.collection, entry->id);
        const bool is_free =
            known != nullptr && (known == here || !planning.declared.contains(known->key));
        if (is_free) return known;
    }
    if (const Live* left = by_earlier_key(planning, want)) return left;
    return here != nullptr ? here : given_holder(planning, want);
}

}  // namespace driftless
