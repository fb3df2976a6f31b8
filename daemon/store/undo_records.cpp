// What concerns a person's undo: suspensions, runs, what was removed, and what is wanted back.
#include "daemon/store/records.hpp"

namespace driftless {
namespace {

constexpr std::int64_t most_runs_kept = 200;  ///< of each target

LastRun run_of(const sqlite::Statement& row) {
    LastRun run;
    run.id = row.text(0);
    run.trigger = row.text(1);
    run.began = time_of(row.number(2));
    run.took = std::chrono::microseconds{row.number(3)};
    run.changes = static_cast<std::size_t>(row.number(4));
    run.converged = row.number(5) != 0;
    run.error = row.text(6);
    return run;
}

}  // namespace

Result<ResourceKey> what_in(const std::string& text, const std::string& target) {
    if (text == target) return ResourceKey{target, "", ""};
    auto key = parse_resource_key(text);
    if (!key) return Error{Errc::internal, key.error().message};
    return key;
}

Result<void> Records::read_suspended(TargetMemory& memory, const std::string& target,
                                     net::WallTime now) {
    auto rows = database_.prepare(
        "SELECT what, target, since, until, reason FROM suspended "
        "WHERE target = ? AND (until = 0 OR until > ?)");
    if (!rows) return std::move(rows).error();
    rows->bind(target).bind(ms(now));
    while (true) {
        auto more = rows->step();
        if (!more) return std::move(more).error();
        if (!*more) return {};
        auto what = what_in(rows->text(0), rows->text(1));
        if (!what) return std::move(what).error().in("read what is suspended");
        Suspension one{.what = *std::move(what),
                       .since = time_of(rows->number(2)),
                       .until = std::nullopt,
                       .reason = rows->text(4)};
        if (rows->number(3) != 0) one.until = time_of(rows->number(3));
        memory.suspended.push_back(std::move(one));
    }
}

Result<std::vector<Restore>> Records::restores(const std::string& target) {
    auto rows = database_.prepare("SELECT key, commit_id, done FROM restore WHERE target = ?");
    if (!rows) return std::move(rows).error();
    rows->bind(target);
    std::vector<Restore> restores;
    while (true) {
        auto more = rows->step();
        if (!more) return std::move(more).error();
        if (!*more) return restores;
        auto key = parse_resource_key(rows->text(0));
        if (!key) return Error{Errc::internal, "read what to restore: " + key.error().message};
        restores.push_back({*std::move(key), rows->text(1), rows->number(2) != 0});
    }
}

Result<std::vector<Removed>> Records::removed(const std::string& target) {
    auto rows = database_.prepare(
        "SELECT at, key, entry FROM removed WHERE id IN (SELECT max(id) FROM removed GROUP BY key) "
        "AND substr(key, 1, length(?1) + 1) = ?1 || '/' ORDER BY id DESC");
    if (!rows) return std::move(rows).error();
    rows->bind(target);
    std::vector<Removed> removed;
    while (true) {
        auto more = rows->step();
        if (!more) return std::move(more).error();
        if (!*more) return removed;
        auto key = parse_resource_key(rows->text(1));
        if (!key) return Error{Errc::internal, "read what was removed: " + key.error().message};
        auto entry = read_inventory_entry(*key, rows->text(2));
        if (!entry) return std::move(entry).error();
        removed.push_back({time_of(rows->number(0)), *std::move(entry)});
    }
}

Result<std::vector<LastRun>> Records::runs(const std::string& target, std::size_t limit) {
    auto rows = database_.prepare(
        "SELECT run, trigger, began, took_us, changes, converged, error FROM run "
        "WHERE target = ? ORDER BY id DESC LIMIT ?");
    if (!rows) return std::move(rows).error();
    rows->bind(target).bind(static_cast<std::int64_t>(limit));
    std::vector<LastRun> runs;
    while (true) {
        auto more = rows->step();
        if (!more) return std::move(more).error();
        if (!*more) return runs;
        runs.push_back(run_of(*rows));
    }
}

Result<bool> Records::is_suspended(const std::string& what, net::WallTime now) {
    auto row =
        database_.prepare("SELECT 1 FROM suspended WHERE what = ? AND (until = 0 OR until > ?)");
    if (!row) return std::move(row).error();
    return row->bind(what).bind(ms(now)).step();
}

Result<bool> Records::knows(const std::string& target) {
    auto row = database_.prepare(
        "SELECT 1 FROM target WHERE name = ?1 UNION SELECT 1 FROM inventory WHERE target = ?1 "
        "UNION SELECT 1 FROM suspended WHERE target = ?1");
    if (!row) return std::move(row).error();
    return row->bind(target).step();
}

Result<void> Records::add_run(const std::string& target, const LastRun& last) {
    auto done = run(
        "INSERT INTO run (target, run, trigger, began, took_us, changes, converged, error) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        target, last.id, last.trigger, ms(last.began), std::int64_t{last.took.count()},
        static_cast<std::int64_t>(last.changes), std::int64_t{last.converged ? 1 : 0}, last.error);
    if (!done) return done;
    return run(
        "DELETE FROM run WHERE target = ?1 AND id <= (SELECT id FROM run WHERE target = ?1 "
        "ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        target, most_runs_kept);
}

Result<void> Records::suspend(const Suspension& suspension) {
    auto done =
        run("INSERT OR REPLACE INTO suspended (what, target, since, until, reason) "
            "VALUES (?, ?, ?, ?, ?)",
            suspension.name(), suspension.what.target, ms(suspension.since),
            suspension.until ? ms(*suspension.until) : std::int64_t{0}, suspension.reason);
    if (!done || !suspension.is_target()) return done;
    return mind_outage(suspension.what.target, true);
}

Result<void> Records::resume(const ResourceKey& what, net::WallTime now) {
    const std::string name = name_of(what);
    const auto found = is_suspended(name, now);
    if (!found) return Error{found.error()};
    if (!*found) return Error{Errc::not_found, name + " is not suspended"};
    return run("DELETE FROM suspended WHERE what = ?", name);
}

Result<void> Records::mind_outage(const std::string& target, bool away) {
    if (away) {
        if (auto done = make_sure_of(target); !done) return done;
    }
    return run("UPDATE target SET after_outage = ?1 WHERE name = ?2 AND after_outage != ?1",
               std::int64_t{away ? 1 : 0}, target);
}

Result<void> Records::restore(const Restore& restore, net::WallTime now) {
    return run(
        "INSERT OR REPLACE INTO restore (key, target, at, commit_id, done) VALUES (?, ?, ?, ?, ?)",
        to_string(restore.key), restore.key.target, ms(now), restore.commit,
        std::int64_t{restore.done ? 1 : 0});
}

Result<void> Records::restored(const ResourceKey& key) {
    return run("UPDATE restore SET done = 1 WHERE key = ? AND done = 0", to_string(key));
}

Result<void> Records::end_restore(const ResourceKey& key) {
    return run("DELETE FROM restore WHERE key = ?", to_string(key));
}

Result<void> Records::forget(const std::string& target) {
    inventories_.forget(target);
    for (const char* table :
         {"inventory", "confirmed", "permit", "suspended", "restore", "run", "learned"}) {
        auto done = run(fmt::format("DELETE FROM {} WHERE target = ?", table), target);
        if (!done) return done;
    }
    return run("DELETE FROM target WHERE name = ?", target);
}

}  // namespace driftless
