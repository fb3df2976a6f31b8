#include "daemon/store/database_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "daemon/store/schema.hpp"

namespace driftless {
namespace {

std::string database_in(const std::string& folder) {
    return folder + "/driftless.db";
}

Error disk_error(std::string_view doing, const std::string& path) {
    return {Errc::unavailable, fmt::format("{} {}: {}", doing, in_quotes(path),
                                           std::generic_category().message(errno))};
}

Result<void> make_folder(const std::string& folder) {
    std::error_code problem;
    std::filesystem::create_directories(std::filesystem::path(folder).parent_path(), problem);
    if (::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return {};
    return disk_error("make folder", folder);
}

/// SQLite gives its own files the mode of the database, which nobody else may read.
Result<void> make_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return disk_error("open", path);
    ::close(file);
    return {};
}

/// "ok", or what is wrong with the file.
Result<std::string> check(const std::string& path) {
    auto database = sqlite::Database::open(path, sqlite::Open::make);
    if (!database) return std::move(database).error();
    auto found = database->quick_check();
    if (!found && database->damaged()) return std::move(found).error().message;
    return found;
}

/// "20261123T150212Z", for names of files.
std::string date_for_names(net::WallTime now) {
    std::string date = net::to_string(now);
    date.resize(std::min(date.find('.'), date.size()));
    std::erase_if(date, [](char letter) { return letter == '-' || letter == ':'; });
    return date + "Z";
}

/// @return where the damaged file is now
Result<std::string> set_aside(const std::string& path, net::WallTime now) {
    const std::string aside = path + ".damaged-" + date_for_names(now);
    for (const std::string part :
         {"-wal", "-shm", ""}) {  // the file itself last: a crash repeats it
        if (::rename((path + part).c_str(), (aside + part).c_str()) != 0 && errno != ENOENT) {
            return disk_error("set aside", path + part);
        }
    }
    return aside;
}

Result<sqlite::Database> open_checked(const std::string& path) {
    if (auto made = make_file(path); !made) return std::move(made).error();
    auto database = sqlite::Database::open(path, sqlite::Open::make);
    if (!database) return database;
    if (auto done = database->execute("PRAGMA journal_mode = WAL"); !done)
        return std::move(done).error();
    if (auto done = prepare_connection(*database); !done) return std::move(done).error();
    if (auto done = migrate(*database, path + ".before-migration"); !done) {
        return std::move(done).error();
    }
    return database;
}

/// SQLite counts a copy as a write, where a connection may not write at all too.
Result<void> copy_into(sqlite::Database& database, const std::string& path) {
    const auto only_reads = database.number("PRAGMA query_only");
    if (!only_reads) return Error{only_reads.error()};
    if (auto done = database.execute("PRAGMA query_only = OFF"); !done) return done;
    auto copied = database.copy_to(path);
    const auto again = database.execute(fmt::format("PRAGMA query_only = {}", *only_reads));
    return copied ? again : copied;
}

/// A copy that nobody could use is none.
Result<void> prove_copy(const std::string& path) {
    auto copy = sqlite::Database::open(path, sqlite::Open::read_only);
    if (!copy) return std::move(copy).error();
    const auto found = copy->quick_check();
    if (!found) return Error{found.error()};
    if (*found == "ok") return {};
    return Error{Errc::unavailable,
                 fmt::format("the copy {} is not whole: {}", in_quotes(path), *found)};
}

Result<void> note_lost(sqlite::Database& database, const std::string& why) {
    auto statement =
        database.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('lost', ?)");
    if (!statement) return std::move(statement).error();
    return statement->bind(why).run();
}

Result<Opened> open_anew(const std::string& path, const std::string& problem, net::WallTime now) {
    auto aside = set_aside(path, now);
    if (!aside) return std::move(aside).error();
    auto database = open_checked(path);
    if (!database) return std::move(database).error();
    std::string lost = fmt::format(
        "the database was damaged ({}) and was set aside as {}; what "
        "driftless made before is only known by its marks",
        problem, in_quotes(*aside));
    if (auto noted = note_lost(*database, lost); !noted) return std::move(noted).error();
    return Opened{*std::move(database), std::move(lost)};
}

}  // namespace

Result<FolderLock> FolderLock::take(const std::string& folder) {
    if (auto made = make_folder(folder); !made) return std::move(made).error();
    const std::string path = folder + "/lock";
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return disk_error("open", path);
    FolderLock lock{file};
    if (::flock(file, LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK) return disk_error("lock", path);
    return Error{Errc::conflict,
                 fmt::format("another driftless runs on {}; stop it first", in_quotes(folder))};
}

FolderLock::~FolderLock() {
    if (file_ >= 0) ::close(file_);
}

Result<Opened> open_owned(const std::string& folder, net::WallTime now) {
    const std::string path = database_in(folder);
    if (auto made = make_file(path); !made) return std::move(made).error();
    auto found = check(path);
    if (!found) return std::move(found).error();
    if (*found != "ok") return open_anew(path, *found, now);
    auto database = open_checked(path);
    if (!database) return std::move(database).error();
    return Opened{*std::move(database), ""};
}

Result<sqlite::Database> open_to_read(const std::string& folder) {
    const std::string path = database_in(folder);
    const bool exists = std::filesystem::exists(path);
    auto database =
        sqlite::Database::open(path, exists ? sqlite::Open::read_only : sqlite::Open::in_memory);
    if (!database) return database;
    if (!exists) {
        if (auto done = migrate(*database, ""); !done) return std::move(done).error();
    }
    auto version = database->number("PRAGMA user_version");
    if (!version) return std::move(version).error();
    if (*version != schema_version()) {
        return Error{Errc::invalid,
                     fmt::format("the database has version {}, this driftless knows {}; "
                                 "use the version that the daemon has",
                                 *version, schema_version())};
    }
    if (auto done = database->execute("PRAGMA query_only = ON"); !done)
        return std::move(done).error();
    return database;
}

Result<void> copy_database(sqlite::Database& database, const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0 && errno == EEXIST) {
        return Error{Errc::conflict,
                     fmt::format("{} is there already; name a new file", in_quotes(path))};
    }
    if (file < 0) return disk_error("make", path);
    auto copied = copy_into(database, path);  // an empty file: so it keeps its mode
    if (copied && ::fsync(file) != 0) copied = disk_error("write", path);
    ::close(file);
    if (copied) copied = prove_copy(path);
    if (!copied) ::unlink(path.c_str());
    return copied;
}

Result<std::string> lost_reason(sqlite::Database& database) {
    auto statement = database.prepare("SELECT value FROM meta WHERE name = 'lost'");
    if (!statement) return std::move(statement).error();
    auto row = statement->step();
    if (!row) return std::move(row).error();
    return *row ? statement->text(0) : std::string();
}

}  // namespace driftless
