#pragma once

#include <string>
#include <vector>

#include "daemon/store/inventory.hpp"
#include "daemon/store/inventory_cache.hpp"
#include "daemon/store/sqlite.hpp"
#include "daemon/store/store.hpp"

namespace driftless {

/// A time as a table holds it: ms since 1970.
inline std::int64_t ms(net::WallTime time) {
    return time.time_since_epoch().count();
}
inline net::WallTime time_of(std::int64_t ms) {
    return net::WallTime{std::chrono::milliseconds{ms}};
}

/// A target, or a key, as a table names it. @return `internal`: not written by us
Result<ResourceKey> what_in(const std::string& text, const std::string& target);

/// Reading and writing the tables. Each call is one or a few statements; whoever calls holds the
/// transaction. Blocking.
class Records {
public:
    Records(sqlite::Database& database, InventoryCache& inventories)
        : database_(database), inventories_(inventories) {}

    Result<TargetMemory> recall(const std::string& target, net::WallTime now);
    /// Without last states. Valid until the next write to it.
    Result<const Inventory*> inventory(const std::string& target);
    Result<std::set<ResourceKey>> permits(const std::string& target);
    /// Is there a reason to hold removals, and something that a person confirmed?
    Result<bool> waits_confirmed(const std::string& target, net::WallTime now);
    Result<std::vector<HistoryEntry>> history(const std::string& key, std::size_t limit);
    Result<std::string> tip_of(const std::string& source);
    Result<std::string> verified_tip(const std::string& source, const std::string& what);

    /// The last state of everything that was removed, the latest first, each key once.
    Result<std::vector<Removed>> removed(const std::string& target);
    Result<std::vector<Restore>> restores(const std::string& target);
    Result<std::vector<LastRun>> runs(const std::string& target, std::size_t limit);
    /// Is this target as a whole, or this resource or manifest, suspended now?
    Result<bool> is_suspended(const std::string& what, net::WallTime now);
    /// Is anything remembered of it, besides its history?
    Result<bool> knows(const std::string& target);

    Result<void> add(const HistoryEntry& entry);
    Result<void> put(const InventoryEntry& entry);
    /// With its last state.
    Result<std::optional<InventoryEntry>> entry(const ResourceKey& key);
    Result<void> drop(const ResourceKey& key);
    /// Keeps what was removed, for `restore`.
    Result<void> keep_removed(const InventoryEntry& entry, net::WallTime now);

    /// @param said  null forgets it
    Result<void> learn(const std::string& target, const std::string& subject, const json& said);
    Result<void> add_run(const std::string& target, const LastRun& run);
    Result<void> suspend(const Suspension& suspension);
    /// @return `not_found`
    Result<void> resume(const ResourceKey& what, net::WallTime now);
    Result<void> mind_outage(const std::string& target, bool away);
    Result<void> restore(const Restore& restore, net::WallTime now);
    Result<void> restored(const ResourceKey& key);  ///< it is in place
    Result<void> end_restore(const ResourceKey& key);
    Result<void> forget(const std::string& target);

    Result<void> took_tip(const std::string& source, const std::string& commit,
                          const std::string& author);
    Result<void> verified(const std::string& source, const std::string& what,
                          const std::string& commit);
    Result<void> took_commit(const std::string& target, const std::string& source,
                             const std::string& commit, const std::vector<std::string>& files);
    Result<void> confirm(const std::string& target, const std::string& hash, net::WallTime now);
    Result<void> permit(const ResourceKey& key, net::WallTime now);
    Result<void> use_up_permit(const ResourceKey& key);
    Result<void> hold_removals(const std::string& target, const std::string& why);
    /// Ends them all, that of a lost database too.
    Result<void> end_holds(const std::string& target);
    Result<void> end_first_contact(const std::string& target);
    /// Forgets what is too old to count: confirmations, what was removed, the start of history.
    Result<void> forget_old(net::WallTime now);

private:
    template <class... Values>
    Result<void> run(std::string_view statement, const Values&... values) {
        auto prepared = database_.prepare(statement);
        if (!prepared) return std::move(prepared).error();
        (prepared->bind(values), ...);
        return prepared->run();
    }
    Result<void> make_sure_of(const std::string& target);
    Result<void> read_target(TargetMemory& memory, const std::string& target);
    Result<Inventory> read_inventory(const std::string& target);
    Result<void> read_learned(TargetMemory& memory, const std::string& target);
    Result<void> read_confirmed(TargetMemory& memory, const std::string& target, net::WallTime now);
    Result<void> read_suspended(TargetMemory& memory, const std::string& target, net::WallTime now);

    sqlite::Database& database_;
    InventoryCache& inventories_;
};

}  // namespace driftless
