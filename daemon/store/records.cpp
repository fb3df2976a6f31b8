#include "daemon/store/records.hpp"

#include "daemon/store/database_file.hpp"

namespace driftless {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t confirmed_for_ms = std::chrono::milliseconds{24h}.count();
constexpr std::int64_t removed_for_ms = std::chrono::milliseconds{24h * 30}.count();
constexpr std::int64_t wanted_for_ms = confirmed_for_ms;  ///< what can't be restored sooner
constexpr std::int64_t most_history = 100'000;

/// The text of a list of file names. @return `internal`: not written by us
Result<std::vector<std::string>> read_files(const std::string& text) {
    const json list = json::parse(text, nullptr, false);
    const Error not_ours{Errc::internal, "read the files of a target: not a list of names"};
    if (!list.is_array()) return not_ours;
    std::vector<std::string> files;
    for (const json& file : list) {
        if (!file.is_string()) return not_ours;
        files.push_back(file.get<std::string>());
    }
    return files;
}

std::string last_state_of(const InventoryEntry& entry) {
    return entry.last_state.dump(-1, ' ', false, json::error_handler_t::replace);
}

HistoryEntry history_of(const sqlite::Statement& row, ResourceKey key) {
    HistoryEntry entry;
    entry.at = time_of(row.number(0));
    entry.run = row.text(1);
    entry.target = row.text(2);
    entry.key = std::move(key);
    entry.verb = row.text(4);
    entry.phase = row.text(5);
    entry.commit = row.text(6);
    entry.place = row.text(7);
    entry.reason = row.text(8);
    entry.request_id = row.text(9);
    entry.error = row.text(10);
    entry.trigger = row.text(11);
    entry.author = row.text(12);
    return entry;
}

}  // namespace

Result<TargetMemory> Records::recall(const std::string& target, net::WallTime now) {
    TargetMemory memory;
    if (auto done = read_target(memory, target); !done) return std::move(done).error();
    if (auto done = read_confirmed(memory, target, now); !done) return std::move(done).error();
    if (auto done = read_learned(memory, target); !done) return std::move(done).error();
    if (auto done = read_suspended(memory, target, now); !done) return std::move(done).error();
    auto restores = this->restores(target);
    if (!restores) return std::move(restores).error();
    memory.restores = *std::move(restores);
    auto inventory = this->inventory(target);
    if (!inventory) return std::move(inventory).error();
    auto adopt = permits(target);
    if (!adopt) return std::move(adopt).error();
    memory.inventory = **inventory;
    memory.adopt = *std::move(adopt);
    return memory;
}

Result<const Inventory*> Records::inventory(const std::string& target) {
    if (const Inventory* known = inventories_.find(target)) return known;
    auto read = read_inventory(target);
    if (!read) return std::move(read).error();
    return &inventories_.keep(target, *std::move(read));
}

Result<bool> Records::waits_confirmed(const std::string& target, net::WallTime now) {
    TargetMemory memory;
    if (auto done = read_target(memory, target); !done) return std::move(done).error();
    if (memory.hold_removals.empty()) return false;
    if (auto done = read_confirmed(memory, target, now); !done) return std::move(done).error();
    return !memory.confirmed.empty();
}

Result<void> Records::read_target(TargetMemory& memory, const std::string& target) {
    auto lost = lost_reason(database_);
    if (!lost) return std::move(lost).error();
    auto row = database_.prepare(
        "SELECT good_commit, good_source, files, hold_removals, first_contact, lost_confirmed, "
        "after_outage "
        "FROM target WHERE name = ?");
    if (!row) return std::move(row).error();
    auto found = row->bind(target).step();
    if (!found) return std::move(found).error();
    if (!*found) {
        memory.hold_removals = std::move(*lost);
        return {};
    }
    auto files = read_files(row->text(2));
    if (!files) return std::move(files).error();
    memory.good_commit = row->text(0);
    memory.good_source = row->text(1);
    memory.files = std::move(*files);
    memory.hold_removals = row->text(3);
    memory.first_contact = row->number(4) != 0;
    memory.after_outage = row->number(6) != 0;
    if (row->number(5) == 0) add_reason(memory.hold_removals, *lost);
    return {};
}

Result<Inventory> Records::read_inventory(const std::string& target) {
    Inventory inventory;
    auto rows = database_.prepare("SELECT key, entry FROM inventory WHERE target = ?");
    if (!rows) return std::move(rows).error();
    rows->bind(target);
    while (true) {
        auto more = rows->step();
        if (!more) return std::move(more).error();
        if (!*more) return inventory;
        auto key = parse_resource_key(rows->text(0));
        if (!key) return Error{Errc::internal, "read the inventory: " + key.error().message};
        auto entry = read_inventory_entry(*key, rows->text(1));
        if (!entry) return std::move(entry).error();
        inventory.emplace(*std::move(key), *std::move(entry));
    }
}

Result<void> Records::read_confirmed(TargetMemory& memory, const std::string& target,
                                     net::WallTime now) {
    // Both ways, so that a clock that was set back makes no confirmation live longer.
    auto rows =
        database_.prepare("SELECT hash FROM confirmed WHERE target = ? AND abs(? - at) < ?");
    if (!rows) return std::move(rows).error();
    rows->bind(target).bind(ms(now)).bind(confirmed_for_ms);
    while (true) {
        auto more = rows->step();
        if (!more) return std::move(more).error();
        if (!*more) return {};
        memory.confirmed.insert(rows->text(0));
    }
}

/// What can't be read is asked for again.
Result<void> Records::read_learned(TargetMemory& memory, const std::string& target) {
    auto rows = database_.prepare("SELECT subject, said FROM learned WHERE target = ?");
    if (!rows) return std::move(rows).error();
    rows->bind(target);
    while (true) {
        auto more = rows->step();
        if (!more) return std::move(more).error();
        if (!*more) return {};
        json said = json::parse(rows->text(1), nullptr, false);
        if (!said.is_discarded()) memory.learned.emplace(rows->text(0), std::move(said));
    }
}

Result<std::set<ResourceKey>> Records::permits(const std::string& target) {
    std::set<ResourceKey> permits;
    auto rows = database_.prepare("SELECT key FROM permit WHERE target = ?");
    if (!rows) return std::move(rows).error();
    rows->bind(target);
    while (true) {
        auto more = rows->step();
        if (!more) return std::move(more).error();
        if (!*more) return permits;
        auto key = parse_resource_key(rows->text(0));
        if (!key) return Error{Errc::internal, "read the permits: " + key.error().message};
        permits.insert(*std::move(key));
    }
}

Result<std::vector<HistoryEntry>> Records::history(const std::string& key, std::size_t limit) {
    auto rows = database_.prepare(
        "SELECT at, run, target, key, verb, phase, commit_id, place, reason, request_id, error, "
        "trigger, coalesce(author.name, '') "
        "FROM history LEFT JOIN author USING (commit_id) WHERE ?1 = '' OR key = ?1 ORDER BY id "
        "DESC LIMIT ?2");
    if (!rows) return std::move(rows).error();
    rows->bind(key).bind(static_cast<std::int64_t>(limit));
    std::vector<HistoryEntry> entries;
    while (true) {
        auto more = rows->step();
        if (!more) return std::move(more).error();
        if (!*more) return entries;
        auto of = what_in(rows->text(3), rows->text(2));
        if (!of) return std::move(of).error().in("read the history");
        entries.push_back(history_of(*rows, *std::move(of)));
    }
}

Result<std::string> Records::tip_of(const std::string& source) {
    auto row = database_.prepare("SELECT tip FROM source WHERE name = ?");
    if (!row) return std::move(row).error();
    auto found = row->bind(source).step();
    if (!found) return std::move(found).error();
    return *found ? row->text(0) : std::string();
}

Result<std::string> Records::verified_tip(const std::string& source, const std::string& what) {
    auto row = database_.prepare("SELECT commit_id FROM verified WHERE source = ? AND what = ?");
    if (!row) return std::move(row).error();
    auto found = row->bind(source).bind(what).step();
    if (!found) return std::move(found).error();
    return *found ? row->text(0) : std::string();
}

Result<void> Records::add(const HistoryEntry& entry) {
    return run(
        "INSERT INTO history (at, run, target, key, verb, phase, commit_id, place, reason, "
        "request_id, error, trigger) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ms(entry.at), entry.run, entry.target, name_of(entry.key), entry.verb, entry.phase,
        entry.commit, entry.place, entry.reason, entry.request_id, entry.error, entry.trigger);
}

Result<void> Records::put(const InventoryEntry& entry) {
    inventories_.forget(entry.key.target);
    return run(
        "INSERT OR REPLACE INTO inventory (key, target, entry, last_state) VALUES (?, ?, ?, ?)",
        to_string(entry.key), entry.key.target, to_text(entry), last_state_of(entry));
}

Result<std::optional<InventoryEntry>> Records::entry(const ResourceKey& key) {
    auto row = database_.prepare("SELECT entry, last_state FROM inventory WHERE key = ?");
    if (!row) return std::move(row).error();
    auto found = row->bind(to_string(key)).step();
    if (!found) return std::move(found).error();
    if (!*found) return std::optional<InventoryEntry>{};
    auto entry = read_inventory_entry(key, row->text(0));
    if (!entry) return std::move(entry).error();
    entry->last_state = json::parse(row->text(1), nullptr, false);
    if (entry->last_state.is_discarded()) {
        return Error{Errc::internal, "read the last state of " + to_string(key) + ": not JSON"};
    }
    return std::optional<InventoryEntry>{*std::move(entry)};
}

Result<void> Records::drop(const ResourceKey& key) {
    inventories_.forget(key.target);
    return run("DELETE FROM inventory WHERE key = ?", to_string(key));
}

Result<void> Records::keep_removed(const InventoryEntry& entry, net::WallTime now) {
    return run("INSERT INTO removed (at, key, entry, last_state) VALUES (?, ?, ?, ?)", ms(now),
               to_string(entry.key), to_text(entry), last_state_of(entry));
}

Result<void> Records::learn(const std::string& target, const std::string& subject,
                            const json& said) {
    if (said.is_null()) {
        return run("DELETE FROM learned WHERE target = ? AND subject = ?", target, subject);
    }
    return run("INSERT OR REPLACE INTO learned (target, subject, said) VALUES (?, ?, ?)", target,
               subject, said.dump(-1, ' ', false, json::error_handler_t::replace));
}

Result<void> Records::took_tip(const std::string& source, const std::string& commit,
                               const std::string& author) {
    auto noted =
        run("INSERT OR REPLACE INTO author (commit_id, name) VALUES (?, ?)", commit, author);
    if (!noted) return noted;
    return run("INSERT OR REPLACE INTO source (name, tip) VALUES (?, ?)", source, commit);
}

Result<void> Records::verified(const std::string& source, const std::string& what,
                               const std::string& commit) {
    return run("INSERT OR REPLACE INTO verified (source, what, commit_id) VALUES (?, ?, ?)", source,
               what, commit);
}

Result<void> Records::make_sure_of(const std::string& target) {
    return run("INSERT OR IGNORE INTO target (name) VALUES (?)", target);
}

Result<void> Records::took_commit(const std::string& target, const std::string& source,
                                  const std::string& commit,
                                  const std::vector<std::string>& files) {
    if (auto done = make_sure_of(target); !done) return done;
    const std::string list = json(files).dump(-1, ' ', false, json::error_handler_t::replace);
    return run("UPDATE target SET good_commit = ?, good_source = ?, files = ? WHERE name = ?",
               commit, source, list, target);
}

Result<void> Records::confirm(const std::string& target, const std::string& hash,
                              net::WallTime now) {
    return run("INSERT OR REPLACE INTO confirmed (target, hash, at) VALUES (?, ?, ?)", target, hash,
               ms(now));
}

Result<void> Records::permit(const ResourceKey& key, net::WallTime now) {
    return run("INSERT OR REPLACE INTO permit (key, target, at) VALUES (?, ?, ?)", to_string(key),
               key.target, ms(now));
}

Result<void> Records::use_up_permit(const ResourceKey& key) {
    return run("DELETE FROM permit WHERE key = ?", to_string(key));
}

Result<void> Records::hold_removals(const std::string& target, const std::string& why) {
    if (auto done = make_sure_of(target); !done) return done;
    return run("UPDATE target SET hold_removals = ? WHERE name = ?", why, target);
}

Result<void> Records::end_holds(const std::string& target) {
    if (auto done = make_sure_of(target); !done) return done;
    return run("UPDATE target SET hold_removals = '', lost_confirmed = 1 WHERE name = ?", target);
}

Result<void> Records::end_first_contact(const std::string& target) {
    if (auto done = make_sure_of(target); !done) return done;
    return run("UPDATE target SET first_contact = 0 WHERE name = ? AND first_contact != 0", target);
}

Result<void> Records::forget_old(net::WallTime now) {
    auto done = run("DELETE FROM confirmed WHERE abs(? - at) >= ?", ms(now), confirmed_for_ms);
    if (!done) return done;
    done = run("DELETE FROM removed WHERE ? - at >= ?", ms(now), removed_for_ms);
    if (!done) return done;
    done = run("DELETE FROM suspended WHERE until != 0 AND until <= ?", ms(now));
    if (!done) return done;
    done = run("DELETE FROM restore WHERE done = 0 AND abs(? - at) >= ?", ms(now), wanted_for_ms);
    if (!done) return done;
    return run("DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?", most_history);
}

}  // namespace driftless
