#include "reconcilers/cloudflare/record_room.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "reconcilers/cloudflare/record_set.hpp"

namespace driftless::cloudflare {
namespace {

class Counting {
public:
    Counting(const ZoneView& view, const LiveState& state) : facts_(view.facts) {
        for (const Live& live : state) {
            if (live.owner != Owner::foreign) {
                there_.emplace(live.key.name, &live);
            } else {
                taken_.insert(live.claims.begin(), live.claims.end());
            }
        }
        if (!facts_.desired) return;
        const std::string collection = collection_of(view.zone);
        for (const Declared& declared : (*facts_.desired)->resources) {
            if (declared.collection == collection) declared_.emplace(declared.key.name, &declared);
        }
    }

    ZoneGrowth count() {
        for (const auto& [name, declared] : declared_) add(*declared);
        for (const auto& [name, live] : there_) {
            const bool stays = declared_.contains(name) || followed_.contains(name);
            if (!stays && live->owner == Owner::ours) drop(*live);
        }
        if (wait_for_a_person()) growth_.leaving = growth_.going = 0;
        std::ranges::sort(growth_.sets, {}, [](const GrowingSet& set) {
            return std::tie(set.declared->origin.place, set.declared->key.name);
        });
        return std::move(growth_);
    }

private:
    void add(const Declared& want) {
        const std::size_t wanted = want.spec.at("values").size();
        const Live* have = live_of(want);
        const std::size_t there = have == nullptr ? 0 : split_ids(have->id).size();
        if (wanted < there) {
            growth_.leaving += there - wanted;
            removals_ += there - wanted;
        }
        if (wanted <= there || !is_sent(want, have)) return;
        growth_.sets.push_back({&want, wanted - there});
        growth_.more += wanted - there;
    }

    /// What is there of it, or of what it follows under another key.
    const Live* live_of(const Declared& want) {
        const auto here = there_.find(want.key.name);
        if (here != there_.end()) return here->second;
        for (const ResourceKey& key : want.was) {
            const auto before = there_.find(key.name);
            if (before == there_.end() || declared_.contains(key.name)) continue;
            followed_.insert(before->first);
            return before->second;
        }
        return nullptr;
    }

    [[nodiscard]] bool is_sent(const Declared& want, const Live* have) const {
        if (facts_.suspended.contains(want.key) || facts_.suspended.contains(want.origin.manifest))
            return false;
        const auto entry = facts_.inventory.find(want.key);
        const bool failed = entry != facts_.inventory.end() && !want.digest.empty() &&
                            entry->second.bad_digest == want.digest;
        if (failed && !facts_.retry.contains(want.key)) return false;
        return have != nullptr || std::ranges::none_of(want.claims, [&](const auto& claim) {
                   return taken_.contains(claim);
               });
    }

    void drop(const Live& live) {
        const auto entry = facts_.inventory.find(live.key);
        const bool known = entry != facts_.inventory.end();
        const bool stays = live.protect || (known && entry->second.protect) || !facts_.desired;
        if (stays || !facts_.policy.prune || facts_.after_outage || facts_.first_contact) return;
        const std::size_t records = split_ids(live.id).size();
        growth_.going += records;
        const bool vanished =
            known && std::ranges::find((*facts_.desired)->manifests, entry->second.manifest) ==
                         (*facts_.desired)->manifests.end();
        if (!vanished) {
            removals_ += records;
        } else if (vanished_.insert(entry->second.manifest).second) {
            ++removals_;
        }
    }

    /// As the brake counts, about: where this is wrong, the API refuses, or the next look adds.
    [[nodiscard]] bool wait_for_a_person() const {
        if (!facts_.hold_removals.empty()) return true;
        return removals_ > facts_.policy.max_removals && facts_.confirmed.empty();
    }

    const Facts& facts_;
    std::unordered_map<std::string_view, const Live*> there_;  ///< by name; not of others
    std::unordered_set<std::string> taken_;                    ///< what others hold
    std::unordered_map<std::string_view, const Declared*> declared_;
    std::unordered_set<std::string_view> followed_;
    std::set<ResourceKey> vanished_;
    std::size_t removals_ = 0;
    ZoneGrowth growth_;
};

std::string why_full(const std::string& zone, const ZoneGrowth& growth, const RecordUsage& usage,
                     const std::string& first) {
    std::string why =
        fmt::format("zone {} has {} records and may have {}", zone, usage.used, *usage.quota);
    const std::size_t all = usage.used + growth.more;
    const std::size_t away = growth.leaving + growth.going;
    const std::size_t end = all - std::min(all, away);
    if (end <= *usage.quota) {
        return why + "; what git drops goes first, and the next look adds what then fits";
    }
    return why + fmt::format(
                     ": with what git adds and drops it would have {}, and from {} on nothing "
                     "fits; drop {} of them, or give the zone a larger plan",
                     end, first, end - *usage.quota);
}

}  // namespace

ZoneGrowth growth_of(const ZoneView& view, const LiveState& state) {
    return Counting{view, state}.count();
}

std::map<std::string, std::string> beyond_quota(const std::string& zone, const ZoneGrowth& growth,
                                                const RecordUsage& usage) {
    std::map<std::string, std::string> refused;
    if (!usage.quota) return refused;
    const std::size_t stay = usage.used - std::min(usage.used, growth.leaving);
    std::size_t room = *usage.quota - std::min(*usage.quota, stay);
    std::string why;
    for (const auto& [declared, more] : growth.sets) {
        const std::string place = to_string(declared->origin.place);
        if (why.empty() && more <= room) {
            room -= more;
            continue;
        }
        if (why.empty()) {
            why = why_full(zone, growth, usage, place);
        }
        refused[declared->key.name] = fmt::format("{}: is not added: {}", place, why);
    }
    return refused;
}

}  // namespace driftless::cloudflare
