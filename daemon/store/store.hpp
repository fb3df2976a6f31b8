#pragma once

#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "daemon/store/last_run.hpp"
#include "daemon/store/restore.hpp"
#include "daemon/store/suspension.hpp"
#include "providers/net/blocking.hpp"
#include "providers/net/redactor.hpp"
#include "reconcilers/reconcile.hpp"

namespace driftless {

/// What the store remembers of a target, as a plan needs it.
struct TargetMemory {
    Inventory inventory;
    std::set<std::string> confirmed;  ///< hashes confirmed within the last 24 h
    std::set<ResourceKey> adopt;
    std::vector<Suspension> suspended;  ///< that have not ended yet
    std::vector<Restore> restores;
    std::string good_commit;    ///< the last commit that this target took as a whole
    std::string good_source;    ///< which source it came from
    std::string hold_removals;  ///< a rewind that nobody confirmed yet
    bool first_contact = true;  ///< no full clean converging run was ever recorded
    /// It could not be read, or was suspended, and no full clean run was recorded since.
    bool after_outage = false;
    std::vector<std::string> files;       ///< those that addressed it in `good_commit`
    std::map<std::string, json> learned;  ///< by subject, as `Journal::learn` was told
};

/// One line of history.
struct HistoryEntry {
    net::WallTime at;
    std::string run;
    std::string trigger;  ///< of the run: "commit", "event", "person", …
    std::string target;
    ResourceKey key;
    std::string verb;
    std::string phase;  ///< "intended", "done", "begun", "failed"
    std::string commit;
    std::string author = {};  ///< of the commit, where that is known
    std::string place;        ///< "apps/web.yaml:3:1"
    std::string reason;
    std::string request_id;
    std::string error;
};

/// Journal, inventory and history in one SQLite file (WAL, synchronous=FULL). All calls go through
/// one lane. Disk full and I/O errors are `unavailable`: nothing is sent to providers then.
class Store : public Journal {
public:
    ~Store() override = default;

    virtual asio::awaitable<Result<TargetMemory>> recall(std::string target) = 0;
    /// What set off a run whose steps will be noted: for history. Waits for nothing.
    virtual void run_began(const std::string& run, const std::string& trigger) = 0;
    /// After a run: what worked, what went away, permits that were used up. A converging run that
    /// `ends_first_contact` does so here.
    virtual asio::awaitable<Result<void>> record(const Outcome& outcome, bool converging) = 0;
    /// The target took this commit as a whole.
    virtual asio::awaitable<Result<void>> took_commit(std::string target, std::string source,
                                                      std::string commit,
                                                      std::vector<std::string> files) = 0;
    /// A run of a target came to its end. Some hundred of each are kept; a quiet one, which found
    /// nothing to do, writes nothing.
    virtual asio::awaitable<Result<void>> ended(std::string target, LastRun run) = 0;
    /// The last runs of a target, newest first.
    virtual asio::awaitable<Result<std::vector<LastRun>>> runs(std::string target,
                                                               std::size_t limit) = 0;
    virtual asio::awaitable<Result<void>> confirm(std::string target, std::string hash) = 0;
    virtual asio::awaitable<Result<void>> permit_adoption(ResourceKey key) = 0;
    /// A reason to hold every removal of a target; empty ends it. It, and what a lost database
    /// holds, also ends by itself at the first full clean converging run after a confirmation that
    /// leaves nothing held.
    virtual asio::awaitable<Result<void>> hold_removals(std::string target, std::string why) = 0;
    /// Replaces an earlier one of the same thing. What a target's suspension kept us from seeing
    /// counts as an outage.
    virtual asio::awaitable<Result<void>> suspend(Suspension suspension) = 0;
    /// @return `not_found`: it was not suspended
    virtual asio::awaitable<Result<void>> resume(ResourceKey what) = 0;
    /// What was removed from a target, the latest first, each thing once.
    virtual asio::awaitable<Result<std::vector<Removed>>> removed(std::string target) = 0;
    virtual asio::awaitable<Result<void>> restore(std::vector<Restore> restores) = 0;
    /// Git declares them again, or nobody wants them back any more.
    virtual asio::awaitable<Result<void>> end_restores(std::vector<ResourceKey> keys) = 0;
    /// Forgets a target, save its history. @return what we had of it; `not_found`: nothing is known
    /// of it
    virtual asio::awaitable<Result<Inventory>> leave(std::string target) = 0;
    /// Writes a consistent copy, while all goes on. `path` is made anew, for its owner only.
    /// @return `conflict`: it exists already
    virtual asio::awaitable<Result<void>> copy_to(std::string path) = 0;
    /// Newest first. @param key  all when empty
    virtual asio::awaitable<Result<std::vector<HistoryEntry>>> history(std::string key,
                                                                       std::size_t limit) = 0;
    /// The last tip of a source that we took; empty where none was taken yet.
    virtual asio::awaitable<Result<std::string>> tip_of(std::string source) = 0;
    /// @param author  who wrote the commit, for history
    virtual asio::awaitable<Result<void>> took_tip(std::string source, std::string commit,
                                                   std::string author) = 0;
    /// The last tip of a source whose signatures were found good; empty where there is none.
    /// @param what  the URL and ref that it is asked for: of any other, nothing was found
    virtual asio::awaitable<Result<std::string>> verified_tip(std::string source,
                                                              std::string what) = 0;
    virtual asio::awaitable<Result<void>> verified(std::string source, std::string what,
                                                   std::string commit) = 0;

    /// Why everything before is forgotten, when a corrupt file was set aside at this start: for
    /// status. Empty otherwise. `recall` adds it to `hold_removals` of each target until that hold
    /// ends, also after further starts.
    [[nodiscard]] virtual std::string lost() const = 0;
};

/// Puts one more reason behind others: "a; b".
inline void add_reason(std::string& reasons, const std::string& reason) {
    if (!reasons.empty() && !reason.empty()) reasons += "; ";
    reasons += reason;
}

enum class Access { own, read_only };

/// Opens or makes `folder`/driftless.db: integrity check, migrations (a copy is kept before one), a
/// corrupt file is set aside with its date. `own` takes the lock of the state folder; `read_only`
/// reads beside an owner, changes nothing, and remembers nothing where there is no database yet.
/// @return `conflict`: another daemon owns this folder; `invalid`: made by a newer driftless;
///         `unavailable`: the disk
/// @param redactor  takes secrets out of every text that is written; outlives the store
Result<std::unique_ptr<Store>> open_store(const std::string& folder, Access access, net::Lane& lane,
                                          net::Clock& clock,
                                          const net::Redactor* redactor = nullptr);

}  // namespace driftless
