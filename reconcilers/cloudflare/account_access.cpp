#include "reconcilers/cloudflare/account_access.hpp"

#include <algorithm>

namespace driftless::cloudflare {

asio::awaitable<Result<Zone>> zone_named(AccountAccess& access, std::string name) {
    const auto known = access.zones.find(name);
    if (known != access.zones.end()) co_return known->second;
    Zones zones{access.account};
    auto found = co_await zones.find(name);
    if (found) access.zones.emplace(std::move(name), *found);
    co_return found;
}

bool looks_at(std::string_view kind, const Facts& facts, const Scope& scope) {
    const auto counts = [kind, &scope](const ResourceKey& key) {
        return key.kind == kind && scope.covers(key);
    };
    if (std::ranges::any_of(scope.keys, counts)) return true;
    for (const auto& [key, entry] : facts.inventory) {
        if (counts(key)) return true;
    }
    if (!facts.desired) return false;
    const auto& resources = (*facts.desired)->resources;
    return std::ranges::any_of(resources,
                               [&](const Declared& declared) { return counts(declared.key); });
}

}  // namespace driftless::cloudflare
