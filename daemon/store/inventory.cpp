#include "daemon/store/inventory.hpp"

namespace driftless {
namespace {

constexpr std::size_t most_repairs = 10;  // enough to tell a fight

std::string text_of(const ResourceKey& key) {
    return key.target.empty() ? "" : to_string(key);
}

/// Throws what nlohmann throws; an empty text is an empty key.
ResourceKey key_of(const json& text) {
    const auto written = text.get<std::string>();
    if (written.empty()) return {};
    auto key = parse_resource_key(written);
    if (!key) throw std::invalid_argument(key.error().message);
    return *std::move(key);
}

json json_of(const std::vector<Need>& needs) {
    json list = json::array();
    for (const Need& need : needs) {
        list.push_back({{"key", text_of(need.key)},
                        {"until", static_cast<int>(need.until)},
                        {"required", need.required}});
    }
    return list;
}

std::vector<Need> needs_of(const json& list) {
    std::vector<Need> needs;
    for (const json& need : list) {
        needs.push_back({key_of(need.at("key")), static_cast<Until>(need.at("until").get<int>()),
                         need.at("required").get<bool>()});
    }
    return needs;
}

json json_of(const std::vector<net::WallTime>& times) {
    json list = json::array();
    for (const net::WallTime time : times) list.push_back(time.time_since_epoch().count());
    return list;
}

std::vector<net::WallTime> times_of(const json& list) {
    std::vector<net::WallTime> times;
    for (const json& time : list) {
        times.emplace_back(std::chrono::milliseconds{time.get<std::int64_t>()});
    }
    return times;
}

InventoryEntry parse_entry(const ResourceKey& key, const json& from) {
    const auto text = [](const json& of, const char* field) -> const std::string& {
        return of.at(field).get_ref<const std::string&>();
    };
    InventoryEntry entry;
    entry.key = key;
    entry.id = text(from, "id");
    entry.collection = text(from, "collection");
    entry.manifest = key_of(from.at("manifest"));
    const json& place = from.at("place");
    entry.place = {text(place, "file"), place.at("line"), place.at("column")};
    entry.commit = text(from, "commit");
    entry.adopted = from.at("adopted");
    entry.protect = from.at("protect");
    entry.data = from.at("data");
    entry.needs = needs_of(from.at("needs"));
    entry.good_commit = text(from, "goodCommit");
    entry.good_digest = text(from, "goodDigest");
    entry.bad_digest = text(from, "badDigest");
    entry.bad_reason = from.at("badReason");
    entry.repairs = times_of(from.at("repairs"));
    entry.repaired_digest = text(from, "repairedDigest");
    entry.note = from.at("note");
    return entry;
}

void note_declared(InventoryEntry& entry, const Declared& want) {
    entry.collection = want.collection;
    entry.manifest = want.origin.manifest;
    entry.place = want.origin.place;
    entry.commit = want.origin.commit;
    entry.protect = want.protect;
    entry.data = want.data;
    entry.needs = want.needs;
}

/// `finish` goes on with what was counted when it began.
void count_repair(InventoryEntry& entry, const Action& action, net::WallTime now) {
    if (!action.repair || action.verb == Verb::finish) return;
    if (entry.repaired_digest != action.digest) entry.repairs.clear();
    entry.repaired_digest = action.digest;
    entry.repairs.push_back(now);
    if (entry.repairs.size() > most_repairs) entry.repairs.erase(entry.repairs.begin());
}

/// An object that somebody else made stays adopted until we make it anew.
bool is_adopted(const InventoryEntry& entry, Verb verb) {
    if (verb == Verb::adopt) return true;
    return entry.adopted && (verb == Verb::update || verb == Verb::remove);
}

/// What is replaced was in service and well: where we forgot which content worked, its mark tells.
void note_by_mark(InventoryEntry& entry, const Action& action) {
    const bool is_known = !entry.good_commit.empty();
    if (is_known || action.verb != Verb::replace || !action.have) return;
    const Live& old = *action.have;
    const bool is_well = (old.ready || old.completed) && old.unfinished.empty() &&
                         old.health != Health::starting && old.health != Health::unhealthy;
    if (is_well && old.owner == Owner::ours) entry.good_commit = old.commit;
}

}  // namespace

std::string to_text(const InventoryEntry& entry) {
    const json place{
        {"file", entry.place.file}, {"line", entry.place.line}, {"column", entry.place.column}};
    const json all{
        {"id", entry.id},
        {"collection", entry.collection},
        {"manifest", text_of(entry.manifest)},
        {"place", place},
        {"commit", entry.commit},
        {"adopted", entry.adopted},
        {"protect", entry.protect},
        {"data", entry.data},
        {"needs", json_of(entry.needs)},
        {"goodCommit", entry.good_commit},
        {"goodDigest", entry.good_digest},
        {"badDigest", entry.bad_digest},
        {"badReason", entry.bad_reason},
        {"repairs", json_of(entry.repairs)},
        {"repairedDigest", entry.repaired_digest},
        {"note", entry.note},
    };
    return all.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<InventoryEntry> read_inventory_entry(const ResourceKey& key, const std::string& text) {
    try {
        return parse_entry(key, json::parse(text));
    } catch (const std::exception& problem) {
        return Error{Errc::internal,
                     fmt::format("read the inventory of {}: {}", to_string(key), problem.what())};
    }
}

std::optional<InventoryEntry> entry_after(const InventoryEntry* before, const Action& action,
                                          const Done& done, net::WallTime now) {
    if (action.verb == Verb::remove && done.done) return std::nullopt;
    InventoryEntry entry = before == nullptr ? InventoryEntry{} : *before;
    entry.key = action.key;
    entry.adopted = is_adopted(entry, action.verb);
    if (action.want) note_declared(entry, *action.want);
    note_by_mark(entry, action);
    if (entry.collection.empty()) entry.collection = action.collection;
    if (action.have) entry.id = action.have->id;
    if (!done.id.empty()) entry.id = done.id;
    entry.note = done.done ? json() : done.note;
    if (done.content_failed &&
        !action.back) {  // when the older content fails, the newer is no better
        entry.bad_digest = action.digest;
        entry.bad_reason = done.why;
    }
    const bool begins_anew =
        !action.back && action.verb != Verb::finish && action.verb != Verb::adopt;
    if (begins_anew && !done.content_failed && entry.bad_digest == action.digest) {
        entry.bad_digest = {};  // a person had it tried again
        entry.bad_reason.clear();
    }
    if (action.want && !done.content_failed) entry.last_state = action.want->spec;  // never opened
    count_repair(entry, action, now);
    return entry;
}

bool is_news(const InventoryEntry& entry, const std::string& digest) {
    return entry.good_digest != digest || entry.good_commit.empty() || entry.bad_digest == digest;
}

void note_worked(InventoryEntry& entry, const std::string& digest, const std::string& commit) {
    if (entry.good_digest != digest || entry.good_commit.empty()) entry.good_commit = commit;
    entry.good_digest = digest;
    if (entry.bad_digest == digest) {
        entry.bad_digest = {};
        entry.bad_reason.clear();
    }
}

}  // namespace driftless
