#include "daemon/store/sqlite.hpp"

#include <sqlite3.h>

#include "providers/net/redactor.hpp"

namespace driftless::sqlite {
namespace {

Errc errc_of(int code) {
    switch (code & 0xFF) {
        case SQLITE_ERROR:
        case SQLITE_INTERNAL:
        case SQLITE_MISMATCH:
        case SQLITE_MISUSE:
        case SQLITE_RANGE:
        case SQLITE_CONSTRAINT: return Errc::internal;
        default: return Errc::unavailable;  // full, I/O, busy, locked, read-only, damaged …
    }
}

Error error_of(sqlite3* database, int code) {
    const char* more = database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database);
    return {errc_of(code), fmt::format("database: {} (SQLite {})", more, code)};
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Statement& Statement::bind(std::string_view text) {
    std::string clean;
    if (redactor_ != nullptr) {
        clean = redactor_->redacted(std::string{text});
        text = clean;
    }
    const int code = sqlite3_bind_text64(statement_.get(), ++bound_, text.data(), text.size(),
                                         SQLITE_TRANSIENT, SQLITE_UTF8);
    if (failed_ == SQLITE_OK) failed_ = code;
    return *this;
}

Statement& Statement::bind(std::int64_t number) {
    const int code = sqlite3_bind_int64(statement_.get(), ++bound_, number);
    if (failed_ == SQLITE_OK) failed_ = code;
    return *this;
}

Result<bool> Statement::step() {
    if (failed_ != SQLITE_OK) return error_of(database_, failed_);
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return error_of(database_, code);
}

Result<void> Statement::run() {
    auto row = step();
    if (!row) return std::move(row).error();
    return {};
}

std::string Statement::text(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

std::int64_t Statement::number(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Database::Close::operator()(sqlite3* database) const {
    sqlite3_close_v2(database);
}

Result<Database> Database::open(const std::string& path, Open how) {
    const int access =
        how == Open::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const std::string file = how == Open::in_memory ? ":memory:" : path;
    sqlite3* opened = nullptr;
    const int code =
        sqlite3_open_v2(file.c_str(), &opened, access | SQLITE_OPEN_FULLMUTEX, nullptr);
    Database database{opened};  // to be closed even when it failed
    if (code != SQLITE_OK) return error_of(opened, code).in("open " + in_quotes(path));
    sqlite3_extended_result_codes(opened, 1);
    sqlite3_busy_timeout(opened, 5000);
    return database;
}

Result<void> Database::execute(const std::string& statements) {
    const int code = sqlite3_exec(database_.get(), statements.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return error_of(database_.get(), code);
    return {};
}

Result<Statement> Database::prepare(std::string_view statement) {
    sqlite3_stmt* prepared = nullptr;
    const int code = sqlite3_prepare_v2(database_.get(), statement.data(),
                                        static_cast<int>(statement.size()), &prepared, nullptr);
    if (code != SQLITE_OK) return error_of(database_.get(), code);
    return Statement{database_.get(), prepared, redactor_};
}

Result<std::int64_t> Database::number(const std::string& statement) {
    auto prepared = prepare(statement);
    if (!prepared) return std::move(prepared).error();
    auto row = prepared->step();
    if (!row) return std::move(row).error();
    return *row ? prepared->number(0) : 0;
}

Result<std::string> Database::quick_check() {
    auto prepared = prepare("PRAGMA quick_check(1)");
    if (!prepared) return std::move(prepared).error();
    auto row = prepared->step();
    if (!row) return std::move(row).error();
    return prepared->text(0);
}

bool Database::damaged() const {
    const int code = sqlite3_errcode(database_.get()) & 0xFF;
    return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

Result<void> Database::copy_to(const std::string& path) {
    auto statement = prepare("VACUUM INTO ?");
    if (!statement) return std::move(statement).error();
    return statement->bind(path).run();
}

Result<Transaction> Transaction::begin(Database& database) {
    if (auto begun = database.execute("BEGIN IMMEDIATE"); !begun) return std::move(begun).error();
    return Transaction{database};
}

Transaction::~Transaction() {
    if (database_ == nullptr) return;
    // An error here means that SQLite has rolled back by itself already.
    static_cast<void>(database_->execute("ROLLBACK"));
}

Result<void> Transaction::commit() {
    auto done = database_->execute("COMMIT");
    if (done) database_ = nullptr;
    return done;
}

}  // namespace driftless::sqlite
