#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "config/base/error.hpp"

namespace driftless::net {
class Redactor;
}
struct sqlite3;
struct sqlite3_stmt;

namespace driftless::sqlite {

/// One prepared statement. Values are bound in their order; `step` gives row after row.
class Statement {
public:
    Statement& bind(std::string_view text);  ///< copied, without what the database redacts
    Statement& bind(std::int64_t number);
    /// @return true: a row; false: no further one. Errors as `Database`
    Result<bool> step();
    /// For statements that give no rows.
    Result<void> run();

    [[nodiscard]] std::string text(int column) const;  ///< NULL is ""
    [[nodiscard]] std::int64_t number(int column) const;
    [[nodiscard]] bool is_null(int column) const;

private:
    friend class Database;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    Statement(sqlite3* database, sqlite3_stmt* statement, const net::Redactor* redactor)
        : database_(database), statement_(statement), redactor_(redactor) {}

    sqlite3* database_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    const net::Redactor* redactor_;
    int bound_ = 0;
    int failed_ = 0;  // the first code that a bind gave
};

enum class Open { make, read_only, in_memory };

/// One connection. No exceptions.
/// @return `unavailable`: disk full, I/O, locked, damaged, not writable; `internal`: a fault of
/// ours
class Database {
public:
    static Result<Database> open(const std::string& path, Open how);

    /// From now on secrets are taken out of every text before it is written. It outlives the
    /// database.
    void redact_with(const net::Redactor& redactor) { redactor_ = &redactor; }
    /// Runs statements that give no rows.
    Result<void> execute(const std::string& statements);
    Result<Statement> prepare(std::string_view statement);
    /// Reads the one number that a statement gives.
    Result<std::int64_t> number(const std::string& statement);
    /// "ok", or what is wrong inside the file.
    Result<std::string> quick_check();
    /// Was the last error that the file is damaged, or no database at all?
    [[nodiscard]] bool damaged() const;
    /// Copies everything to a new file.
    Result<void> copy_to(const std::string& path);

private:
    struct Close {
        void operator()(sqlite3* database) const;
    };
    explicit Database(sqlite3* database) : database_(database) {}

    std::unique_ptr<sqlite3, Close> database_;
    const net::Redactor* redactor_ = nullptr;
};

/// Undoes what was written since `begin`, unless `commit` was called.
class Transaction {
public:
    static Result<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept
        : database_(std::exchange(other.database_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    /// Durable when it returns.
    Result<void> commit();

private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;
};

}  // namespace driftless::sqlite
