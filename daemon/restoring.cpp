#include "daemon/restoring.hpp"

#include <algorithm>

#include "config/base/nearest.hpp"

namespace driftless {
namespace {

/// The commit whose content was in force: the last that declared it, or the one before where that
/// failed.
const std::string& commit_of(const InventoryEntry& entry) {
    const bool failed = !entry.bad_digest.empty() && !entry.good_commit.empty();
    return failed ? entry.good_commit : entry.commit;
}

const InventoryEntry* entry_of(const ResourceKey& key, const Losses& losses) {
    const auto held = losses.inventory.find(key);
    if (held != losses.inventory.end()) return &held->second;
    const auto gone = std::ranges::find_if(
        losses.removed, [&key](const Removed& one) { return one.entry.key == key; });
    return gone == losses.removed.end() ? nullptr : &gone->entry;
}

Error not_removed(const ResourceKey& key, const std::vector<Restorable>& restorable) {
    std::vector<std::string> known;
    for (const Restorable& one : restorable) known.push_back(to_string(one.entry.key));
    const std::string text = to_string(key);
    return {Errc::not_found, fmt::format("{} is not among what was removed{}; `driftless restore` "
                                         "lists what can be restored",
                                         text, did_you_mean(text, known))};
}

}  // namespace

std::vector<Restorable> restorable(const Losses& losses, const TargetStatus& status,
                                   std::chrono::seconds grace) {
    std::vector<Restorable> all;
    for (const auto& [key, entry] : losses.inventory) {
        const auto seen = status.resources.find(key);
        const bool kept = seen != status.resources.end() && seen->second.kept_until;
        if (!kept || losses.declared.contains(key)) continue;
        all.push_back({entry, *seen->second.kept_until - grace, seen->second.kept_until});
    }
    for (const Removed& one : losses.removed) {
        const ResourceKey& key = one.entry.key;
        const bool is_back = losses.inventory.contains(key) || losses.declared.contains(key);
        if (!is_back) all.push_back({one.entry, one.at, std::nullopt});
    }
    std::ranges::stable_sort(all, std::ranges::greater{}, &Restorable::at);
    return all;
}

Result<std::vector<Restore>> restores_for(const ResourceKey& key, const Losses& losses,
                                          const std::vector<Restorable>& restorable) {
    const auto is_key = [&key](const Restorable& one) { return one.entry.key == key; };
    if (std::ranges::none_of(restorable, is_key)) return not_removed(key, restorable);
    std::vector<Restore> wanted;
    std::vector<ResourceKey> open{key};
    std::set<ResourceKey> known = losses.declared;
    while (!open.empty()) {
        const ResourceKey next = open.back();
        open.pop_back();
        const InventoryEntry* entry = entry_of(next, losses);
        if (entry == nullptr || !known.insert(next).second) continue;
        wanted.push_back({.key = next, .commit = commit_of(*entry)});
        for (const Need& need : entry->needs) open.push_back(need.key);
    }
    return wanted;
}

}  // namespace driftless
