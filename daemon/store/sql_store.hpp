#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "daemon/store/database_file.hpp"
#include "daemon/store/journal.hpp"
#include "daemon/store/records.hpp"
#include "daemon/store/store.hpp"

namespace driftless {

/// The store over an open database. `open_store` makes one; tests make theirs.
class SqlStore final : public Store {
public:
    SqlStore(sqlite::Database database, std::optional<FolderLock> lock, std::string lost,
             net::Lane& lane, net::Clock& clock);

    asio::awaitable<Result<void>> intend(const std::string& run, const Step& step) override;
    asio::awaitable<Result<void>> learn(std::string target, std::string subject,
                                        json said) override;
    asio::awaitable<Result<void>> settle(const std::string& run, const Step& step,
                                         const Results& results) override;
    asio::awaitable<Result<TargetMemory>> recall(std::string target) override;
    void run_began(const std::string& run, const std::string& trigger) override;
    asio::awaitable<Result<void>> ended(std::string target, LastRun run) override;
    asio::awaitable<Result<std::vector<LastRun>>> runs(std::string target,
                                                       std::size_t limit) override;
    asio::awaitable<Result<void>> suspend(Suspension suspension) override;
    asio::awaitable<Result<void>> resume(ResourceKey what) override;
    asio::awaitable<Result<std::vector<Removed>>> removed(std::string target) override;
    asio::awaitable<Result<void>> restore(std::vector<Restore> restores) override;
    asio::awaitable<Result<void>> end_restores(std::vector<ResourceKey> keys) override;
    asio::awaitable<Result<Inventory>> leave(std::string target) override;
    asio::awaitable<Result<void>> copy_to(std::string path) override;
    asio::awaitable<Result<void>> record(const Outcome& outcome, bool converging) override;
    asio::awaitable<Result<void>> took_commit(std::string target, std::string source,
                                              std::string commit,
                                              std::vector<std::string> files) override;
    asio::awaitable<Result<void>> confirm(std::string target, std::string hash) override;
    asio::awaitable<Result<void>> permit_adoption(ResourceKey key) override;
    asio::awaitable<Result<void>> hold_removals(std::string target, std::string why) override;
    asio::awaitable<Result<std::vector<HistoryEntry>>> history(std::string key,
                                                               std::size_t limit) override;
    asio::awaitable<Result<std::string>> tip_of(std::string source) override;
    asio::awaitable<Result<void>> took_tip(std::string source, std::string commit,
                                           std::string author) override;
    asio::awaitable<Result<std::string>> verified_tip(std::string source,
                                                      std::string what) override;
    asio::awaitable<Result<void>> verified(std::string source, std::string what,
                                           std::string commit) override;
    [[nodiscard]] std::string lost() const override { return lost_; }

private:
    using Write = std::function<Result<void>(Records&, net::WallTime)>;
    /// Runs `write` in one transaction on the lane. It may refer to what the awaiting caller owns.
    asio::awaitable<Result<void>> in_transaction(std::string_view doing, Write write);
    [[nodiscard]] RunName named(const std::string& run) const;
    template <class T>
    asio::awaitable<Result<T>> read(std::function<Result<T>(Records&)> reading);

    std::optional<FolderLock> lock_;  // let go after the database is closed
    sqlite::Database database_;
    InventoryCache inventories_;                   // on the lane only
    std::map<std::string, std::string> triggers_;  // of the runs that are under way, by id
    std::string lost_;
    net::Lane& lane_;
    net::Clock& clock_;
};

}  // namespace driftless
