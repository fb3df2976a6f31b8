#include "daemon/store/schema.hpp"

#include <array>
#include <filesystem>

namespace driftless {
namespace {

/// One step each; steps are only ever added at the end.
constexpr std::array migrations{
    R"sql(
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE target (
    name TEXT PRIMARY KEY,
    good_commit TEXT NOT NULL DEFAULT '',
    good_source TEXT NOT NULL DEFAULT '',
    files TEXT NOT NULL DEFAULT '[]',
    hold_removals TEXT NOT NULL DEFAULT '',
    lost_confirmed INTEGER NOT NULL DEFAULT 0,  -- what a lost database held back was confirmed
    first_contact INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;
CREATE TABLE source (
    name TEXT PRIMARY KEY,
    tip TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE inventory (
    key TEXT PRIMARY KEY,
    target TEXT NOT NULL,
    entry TEXT NOT NULL                         -- JSON
) WITHOUT ROWID;
CREATE INDEX inventory_of_target ON inventory (target);
CREATE TABLE removed (                          -- for restore
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    key TEXT NOT NULL,
    entry TEXT NOT NULL
);
CREATE TABLE confirmed (
    target TEXT NOT NULL,
    hash TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (target, hash)
) WITHOUT ROWID;
CREATE TABLE permit (
    key TEXT PRIMARY KEY,
    target TEXT NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE history (                          -- the journal: what was intended, what came of it
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,                        -- ms since 1970
    run TEXT NOT NULL,
    target TEXT NOT NULL,
    key TEXT NOT NULL,
    verb TEXT NOT NULL,
    phase TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    place TEXT NOT NULL,
    reason TEXT NOT NULL,
    request_id TEXT NOT NULL,
    error TEXT NOT NULL
);
CREATE INDEX history_of_key ON history (key, id);
)sql",
    // No plan needs the last state, and it is most of an entry: so it stands apart.
    R"sql(
ALTER TABLE inventory ADD COLUMN last_state TEXT NOT NULL DEFAULT 'null';
UPDATE inventory SET last_state = json_quote(json_extract(entry, '$.lastState')),
                     entry = json_remove(entry, '$.lastState');
ALTER TABLE removed ADD COLUMN last_state TEXT NOT NULL DEFAULT 'null';
UPDATE removed SET last_state = json_quote(json_extract(entry, '$.lastState')),
                   entry = json_remove(entry, '$.lastState');
)sql",
    R"sql(
CREATE TABLE verified (                         -- behind which a source never goes back
    source TEXT PRIMARY KEY,
    what TEXT NOT NULL,                         -- its URL and ref then
    commit_id TEXT NOT NULL
) WITHOUT ROWID;
)sql",
    R"sql(
CREATE TABLE learned (                          -- what the world said that git leaves to it
    target TEXT NOT NULL,
    subject TEXT NOT NULL,
    said TEXT NOT NULL,                         -- JSON
    PRIMARY KEY (target, subject)
) WITHOUT ROWID;
)sql",
    R"sql(
CREATE TABLE suspended (                        -- by a person
    what TEXT PRIMARY KEY,                      -- a target, or a key
    target TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,                     -- 0: until somebody resumes it
    reason TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE restore (                          -- what a person wants back
    key TEXT PRIMARY KEY,
    target TEXT NOT NULL,
    at INTEGER NOT NULL,
    commit_id TEXT NOT NULL,
    done INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    target TEXT NOT NULL,
    run TEXT NOT NULL,
    trigger TEXT NOT NULL,
    began INTEGER NOT NULL,                     -- ms since 1970
    took_us INTEGER NOT NULL,
    changes INTEGER NOT NULL,
    converged INTEGER NOT NULL,
    error TEXT NOT NULL
);
CREATE INDEX run_of_target ON run (target, id);
CREATE INDEX removed_of_key ON removed (key, id);
ALTER TABLE history ADD COLUMN trigger TEXT NOT NULL DEFAULT '';
ALTER TABLE target ADD COLUMN after_outage INTEGER NOT NULL DEFAULT 0;
)sql",
    R"sql(
CREATE TABLE author (                           -- who wrote the commits that were taken
    commit_id TEXT PRIMARY KEY,
    name TEXT NOT NULL
) WITHOUT ROWID;
)sql",
};

/// Keeps the newest copy only: one from before an older migration is of no use.
Result<void> keep_copy(sqlite::Database& database, const std::string& copy) {
    std::error_code problem;
    std::filesystem::remove(copy, problem);
    if (problem)
        return Error{Errc::unavailable, fmt::format("remove {}: {}", copy, problem.message())};
    return database.copy_to(copy);
}

}  // namespace

std::int64_t schema_version() {
    return static_cast<std::int64_t>(migrations.size());
}

Result<void> prepare_connection(sqlite::Database& database) {
    return database.execute(
        "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;"
        "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -2000;");
}

Result<void> migrate(sqlite::Database& database, const std::string& copy) {
    const auto version = database.number("PRAGMA user_version");
    if (!version) return Error{version.error()};
    if (*version == schema_version()) return {};
    if (*version > schema_version()) {
        return Error{Errc::invalid,
                     fmt::format("the database has version {}, this driftless knows {}; use the "
                                 "newer driftless, or put a backup back",
                                 *version, schema_version())};
    }
    if (*version > 0) {
        if (auto kept = keep_copy(database, copy); !kept) return kept;
    }
    auto transaction = sqlite::Transaction::begin(database);
    if (!transaction) return std::move(transaction).error();
    for (auto step = *version; step < schema_version(); ++step) {
        auto done = database.execute(migrations[static_cast<std::size_t>(step)]);
        if (!done) return done;
    }
    auto noted = database.execute(fmt::format("PRAGMA user_version = {}", schema_version()));
    if (!noted) return noted;
    return transaction->commit();
}

}  // namespace driftless
