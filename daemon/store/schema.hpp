#pragma once

#include "daemon/store/sqlite.hpp"

namespace driftless {

/// The version of the schema that this driftless reads and writes (PRAGMA user_version).
std::int64_t schema_version();

/// How driftless uses a connection: durable at each commit, deleted bytes overwritten.
Result<void> prepare_connection(sqlite::Database& database);

/// Brings the schema up to date in one transaction. A file that holds an older version is first
/// copied to `copy`; an empty one is not.
/// @return `invalid`: made by a newer driftless
Result<void> migrate(sqlite::Database& database, const std::string& copy);

}  // namespace driftless
