#include "daemon/store/sql_store.hpp"

namespace driftless {
namespace {

/// What a person asked for, for history.
HistoryEntry said(std::string verb, ResourceKey what, std::string why, net::WallTime now) {
    HistoryEntry entry;
    entry.at = now;
    entry.trigger = "person";
    entry.target = what.target;
    entry.key = std::move(what);
    entry.verb = std::move(verb);
    entry.phase = "done";
    entry.reason = std::move(why);
    return entry;
}

}  // namespace

SqlStore::SqlStore(sqlite::Database database, std::optional<FolderLock> lock, std::string lost,
                   net::Lane& lane, net::Clock& clock)
    : lock_(std::move(lock)),
      database_(std::move(database)),
      lost_(std::move(lost)),
      lane_(lane),
      clock_(clock) {}

asio::awaitable<Result<void>> SqlStore::in_transaction(std::string_view doing, Write write) {
    const net::WallTime now = clock_.wall();
    std::function<Result<void>()> work = [this, &write, now]() -> Result<void> {
        auto transaction = sqlite::Transaction::begin(database_);
        if (!transaction) return std::move(transaction).error();
        Records records{database_, inventories_};
        auto done = write(records, now);
        if (done) done = transaction->commit();
        if (!done) inventories_.clear();
        return done;
    };
    auto done = co_await net::run_blocking<Result<void>>(lane_, std::move(work));
    if (!done) co_return std::move(done).error().in(doing);
    co_return done;
}

template <class T>
asio::awaitable<Result<T>> SqlStore::read(std::function<Result<T>(Records&)> reading) {
    std::function<Result<T>()> work = [this, &reading]() -> Result<T> {
        if (!lock_) inventories_.clear();  // another may write beside us
        Records records{database_, inventories_};
        return reading(records);
    };
    auto answer = co_await net::run_blocking<Result<T>>(lane_, std::move(work));
    co_return answer;
}

asio::awaitable<Result<void>> SqlStore::intend(const std::string& run, const Step& step) {
    const RunName of = named(run);
    Write write = [&](Records& records, net::WallTime now) {
        return write_intents(records, of, step, now);
    };
    co_return co_await in_transaction("note what is intended", std::move(write));
}

asio::awaitable<Result<void>> SqlStore::settle(const std::string& run, const Step& step,
                                               const Results& results) {
    const RunName of = named(run);
    Write write = [&](Records& records, net::WallTime now) {
        return write_results(records, of, step, results, now);
    };
    co_return co_await in_transaction("note what was done", std::move(write));
}

asio::awaitable<Result<void>> SqlStore::learn(std::string target, std::string subject, json said) {
    Write write = [&](Records& records, net::WallTime) {
        return records.learn(target, subject, said);
    };
    co_return co_await in_transaction("note what was learned", std::move(write));
}

asio::awaitable<Result<void>> SqlStore::record(const Outcome& outcome, bool converging) {
    Write write = [&](Records& records, net::WallTime now) {
        return write_outcome(records, outcome, converging, now);
    };
    co_return co_await in_transaction("record a run", std::move(write));
}

asio::awaitable<Result<TargetMemory>> SqlStore::recall(std::string target) {
    const net::WallTime now = clock_.wall();
    std::function<Result<TargetMemory>(Records&)> reading = [&](Records& records) {
        return records.recall(target, now);
    };
    co_return co_await read<TargetMemory>(std::move(reading));
}

asio::awaitable<Result<void>> SqlStore::took_commit(std::string target, std::string source,
                                                    std::string commit,
                                                    std::vector<std::string> files) {
    Write write = [&](Records& records, net::WallTime) {
        return records.took_commit(target, source, commit, files);
    };
    co_return co_await in_transaction("note a commit", std::move(write));
}

asio::awaitable<Result<void>> SqlStore::confirm(std::string target, std::string hash) {
    Write write = [&](Records& records, net::WallTime now) -> Result<void> {
        if (auto done = records.confirm(target, hash, now); !done) return done;
        return records.add(said("confirm", {target, "", ""}, hash, now));
    };
    co_return co_await in_transaction("note a confirmation", std::move(write));
}

asio::awaitable<Result<void>> SqlStore::permit_adoption(ResourceKey key) {
    Write write = [&](Records& records, net::WallTime now) -> Result<void> {
        if (auto done = records.permit(key, now); !done) return done;
        return records.add(said("adopt", key, "", now));
    };
    co_return co_await in_transaction("note a permit to adopt", std::move(write));
}

asio::awaitable<Result<void>> SqlStore::hold_removals(std::string target, std::string why) {
    Write write = [&](Records& records, net::WallTime) {
        return records.hold_removals(target, why);
    };
    co_return co_await in_transaction("note a hold of removals", std::move(write));
}

asio::awaitable<Result<std::vector<HistoryEntry>>> SqlStore::history(std::string key,
                                                                     std::size_t limit) {
    using Entries = std::vector<HistoryEntry>;
    std::function<Result<Entries>(Records&)> reading = [&](Records& records) {
        return records.history(key, limit);
    };
    co_return co_await read<Entries>(std::move(reading));
}

asio::awaitable<Result<std::string>> SqlStore::tip_of(std::string source) {
    std::function<Result<std::string>(Records&)> reading = [&](Records& records) {
        return records.tip_of(source);
    };
    co_return co_await read<std::string>(std::move(reading));
}

asio::awaitable<Result<void>> SqlStore::took_tip(std::string source, std::string commit,
                                                 std::string author) {
    Write write = [&](Records& records, net::WallTime) {
        return records.took_tip(source, commit, author);
    };
    co_return co_await in_transaction("note the tip of a source", std::move(write));
}

asio::awaitable<Result<std::string>> SqlStore::verified_tip(std::string source, std::string what) {
    std::function<Result<std::string>(Records&)> reading = [&](Records& records) {
        return records.verified_tip(source, what);
    };
    co_return co_await read<std::string>(std::move(reading));
}

asio::awaitable<Result<void>> SqlStore::verified(std::string source, std::string what,
                                                 std::string commit) {
    Write write = [&](Records& records, net::WallTime) {
        return records.verified(source, what, commit);
    };
    co_return co_await in_transaction("note a verified tip", std::move(write));
}

void SqlStore::run_began(const std::string& run, const std::string& trigger) {
    triggers_.insert_or_assign(run, trigger);
}

RunName SqlStore::named(const std::string& run) const {
    const auto found = triggers_.find(run);
    return {run, found == triggers_.end() ? std::string{} : found->second};
}

asio::awaitable<Result<void>> SqlStore::ended(std::string target, LastRun run) {
    triggers_.erase(run.id);
    const bool is_quiet = run.changes == 0 && run.error.empty();
    if (is_quiet) co_return Result<void>{};
    Write write = [&](Records& records, net::WallTime) { return records.add_run(target, run); };
    co_return co_await in_transaction("note the end of a run", std::move(write));
}

asio::awaitable<Result<std::vector<LastRun>>> SqlStore::runs(std::string target,
                                                             std::size_t limit) {
    using Runs = std::vector<LastRun>;
    std::function<Result<Runs>(Records&)> reading = [&](Records& records) {
        return records.runs(target, limit);
    };
    co_return co_await read<Runs>(std::move(reading));
}

asio::awaitable<Result<void>> SqlStore::suspend(Suspension suspension) {
    Write write = [&](Records& records, net::WallTime now) -> Result<void> {
        if (auto done = records.suspend(suspension); !done) return done;
        std::string why = suspension.until ? "until " + net::to_string(*suspension.until) : "";
        if (!why.empty() && !suspension.reason.empty()) why += ": ";
        return records.add(said("suspend", suspension.what, why + suspension.reason, now));
    };
    co_return co_await in_transaction("note a suspension", std::move(write));
}

asio::awaitable<Result<void>> SqlStore::resume(ResourceKey what) {
    Write write = [&](Records& records, net::WallTime now) -> Result<void> {
        if (auto done = records.resume(what, now); !done) return done;
        return records.add(said("resume", what, "", now));
    };
    auto done = co_await in_transaction("resume", std::move(write));
    co_return done;
}

asio::awaitable<Result<std::vector<Removed>>> SqlStore::removed(std::string target) {
    using All = std::vector<Removed>;
    std::function<Result<All>(Records&)> reading = [&](Records& records) {
        return records.removed(target);
    };
    co_return co_await read<All>(std::move(reading));
}

asio::awaitable<Result<void>> SqlStore::restore(std::vector<Restore> restores) {
    Write write = [&](Records& records, net::WallTime now) -> Result<void> {
        for (const Restore& restore : restores) {
            if (auto done = records.restore(restore, now); !done) return done;
            HistoryEntry entry = said("restore", restore.key, "", now);
            entry.commit = restore.commit;
            if (auto done = records.add(entry); !done) return done;
        }
        return {};
    };
    co_return co_await in_transaction("note what is wanted back", std::move(write));
}

asio::awaitable<Result<void>> SqlStore::end_restores(std::vector<ResourceKey> keys) {
    Write write = [&](Records& records, net::WallTime) -> Result<void> {
        for (const ResourceKey& key : keys) {
            if (auto done = records.end_restore(key); !done) return done;
        }
        return {};
    };
    co_return co_await in_transaction("end what was wanted back", std::move(write));
}

asio::awaitable<Result<Inventory>> SqlStore::leave(std::string target) {
    Inventory had;
    Write write = [&](Records& records, net::WallTime) -> Result<void> {
        const auto known = records.knows(target);
        if (!known) return Error{known.error()};
        if (!*known) return Error{Errc::not_found, "nothing is known of " + in_quotes(target)};
        const auto inventory = records.inventory(target);
        if (!inventory) return Error{inventory.error()};
        had = **inventory;
        return records.forget(target);
    };
    const auto done = co_await in_transaction("forget a target", std::move(write));
    if (!done) co_return Error{done.error()};
    co_return had;
}

asio::awaitable<Result<void>> SqlStore::copy_to(std::string path) {
    std::function<Result<void>()> work = [this, &path] { return copy_database(database_, path); };
    auto done = co_await net::run_blocking<Result<void>>(lane_, std::move(work));
    co_return done;
}

}  // namespace driftless
