#include "reconcilers/lookup.hpp"

namespace driftless {

std::size_t KeyHash::operator()(const ResourceKey& key) const {
    const std::hash<std::string> hash;
    return hash(key.name) * 31 + hash(key.kind) * 7 + hash(key.target);
}

Lookup::Lookup(const Reads& reads) {
    for (const auto& [collection, read] : reads) {
        if (!read) continue;
        for (const Live& live : **read) add(collection, live);
    }
}

void Lookup::add(const std::string& collection, const Live& live) {
    Collection& known = collections_[collection];
    const auto [place, is_new] = known.by_key.emplace(live.key, &live);
    if (!is_new && live.owner < place->second->owner) place->second = &live;
    known.by_id.emplace(live.id, &live);
    for (const std::string& claim : live.claims) known.by_claim[claim].push_back(&live);
    all_.push_back({&live, &collection});
}

const Live* Lookup::by_key(const std::string& collection, const ResourceKey& key) const {
    const auto known = collections_.find(collection);
    if (known == collections_.end()) return nullptr;
    const auto found = known->second.by_key.find(key);
    return found == known->second.by_key.end() ? nullptr : found->second;
}

const Live* Lookup::by_id(const std::string& collection, const std::string& id) const {
    const auto known = collections_.find(collection);
    if (known == collections_.end() || id.empty()) return nullptr;
    const auto found = known->second.by_id.find(id);
    return found == known->second.by_id.end() ? nullptr : found->second;
}

const std::vector<const Live*>& Lookup::holders(const std::string& collection,
                                                const std::string& claim) const {
    static const std::vector<const Live*> nobody;
    const auto known = collections_.find(collection);
    if (known == collections_.end()) return nobody;
    const auto found = known->second.by_claim.find(claim);
    return found == known->second.by_claim.end() ? nobody : found->second;
}

}  // namespace driftless
