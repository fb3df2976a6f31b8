#pragma once

#include <string>
#include <utility>

#include "daemon/store/sqlite.hpp"
#include "daemon/store/store.hpp"

namespace driftless {

/// The right to write to a state folder; at most one process has it. It ends with the process.
class FolderLock {
public:
    /// Makes the folder where it is missing. @return `conflict`: another process has it;
    /// `unavailable`
    static Result<FolderLock> take(const std::string& folder);
    FolderLock(FolderLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    FolderLock& operator=(FolderLock&&) = delete;
    ~FolderLock();

private:
    explicit FolderLock(int file) : file_(file) {}
    int file_;
};

/// An open database, and why it is a new one where a damaged one was set aside just now.
struct Opened {
    sqlite::Database database;
    std::string lost;
};

/// Opens or makes `folder`/driftless.db for its owner, checks it and brings its schema up to date.
/// A damaged file is set aside with the date in its name, and the new one notes that.
/// @return `invalid`: made by a newer driftless; `unavailable`
Result<Opened> open_owned(const std::string& folder, net::WallTime now);

/// Opens it beside an owner, or an empty one in memory where there is none. Nothing can be written.
/// @return `invalid`: made by another version; `unavailable`
Result<sqlite::Database> open_to_read(const std::string& folder);

/// Writes a consistent copy to a new file, for its owner only, while others go on writing. What was
/// begun and failed leaves no file.
/// @return `conflict`: there is a file already; `unavailable`: the disk
Result<void> copy_database(sqlite::Database& database, const std::string& path);

/// Why everything before is forgotten; "" where it is not. Stays in the file.
Result<std::string> lost_reason(sqlite::Database& database);

}  // namespace driftless
