#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/counted_journal.hpp"
#include "daemon/schedule/order.hpp"
#include "daemon/schedule/status.hpp"
#include "daemon/schedule/tracked.hpp"
#include "daemon/store/store.hpp"
#include "reconcilers/target.hpp"

namespace driftless {

/// What a commit wants of one target, and the commit's files.
struct Wanted {
    Complete<DesiredState> desired;
    std::shared_ptr<const Files> files;  // shared with the runs of that commit
    std::string source;
    bool is_tip = true;  ///< false: an older commit, kept because the newest one has an error
    std::optional<net::SteadyTime> seen{};  ///< when a look at the source found it
};

/// @return nullptr where it does not want it
const Declared* find_declared(const DesiredState& desired, const ResourceKey& key);

/// Reads what an earlier commit wanted of the runner's target.
using EarlierCommit = std::function<asio::awaitable<Result<Wanted>>(std::string commit)>;

/// What a run says of itself while it is under way.
enum class RunNews { began, progressed };
using OnRunNews = std::function<void(const TargetStatus& target, RunNews news)>;

/// What a runner works with; everything outlives it.
struct RunnerParts {
    const TargetSettings& settings;
    std::string installation;
    Target& target;
    Store& store;
    Vault& vault;
    net::Clock& clock;
    net::Random& random;
    Board& board;           ///< shared by all targets
    EarlierCommit earlier;  ///< for content that failed: what worked before; may be empty
    OnRunNews on_news{};    ///< may be empty; progress is told once a second
    OnStoreFailure on_store_failure{};  ///< may be empty
};

/// The runs of one target, one at a time: facts from store, desired state and board; reconcile;
/// record; board and status. Made from seams only, so that tests drive it in virtual time.
class TargetRunner {
public:
    explicit TargetRunner(RunnerParts parts);

    /// From the next run on the target shall be so. A run that is under way ends at its next step.
    void want(Wanted wanted);
    /// Why every removal waits, besides what the store remembers; empty ends it.
    void hold_removals(std::string why);
    /// The target was away, or the machine slept, or its clock was set: removals wait for one clean
    /// full round, and no time before counts. @param set_back_from  how far the clock had come
    void was_away(std::optional<net::WallTime> set_back_from = std::nullopt);
    /// What a run was told is no longer so: the one that is under way ends at its next step.
    void cut_short() { superseded_ = true; }
    /// The run that is under way ends at its next step.
    void stop() { stop_asked_ = true; }

    /// Before the first run of any target: what of this one may still be there and needs others,
    /// what is suspended, and the runs before.
    asio::awaitable<void> remember();
    /// What is suspended now, for status; a run reads it by itself.
    asio::awaitable<void> look_at_suspensions();
    /// One run. Every way out is an Outcome; a store that fails makes it `unreadable`, and then
    /// nothing was sent.
    asio::awaitable<Outcome> run(Order order);
    /// The plan alone, and what was seen for the board. Changes and records nothing.
    asio::awaitable<Result<Plan>> plan(Scope scope);

    [[nodiscard]] const TargetStatus& status() const { return *status_; }
    TargetStatus& edit_status() { return status_.edit(); }
    /// Grows whenever the status may have changed.
    [[nodiscard]] std::uint64_t edits() const { return status_.edits(); }
    [[nodiscard]] const std::optional<Wanted>& wanted() const { return wanted_; }
    /// Did the last run change what others may know of this target's resources?
    [[nodiscard]] bool posted_news() const { return posted_news_; }
    /// Could the store be read and written at the last run?
    [[nodiscard]] bool store_works() const { return store_works_; }

private:
    asio::awaitable<Result<Facts>> facts_of(const Order& order);
    [[nodiscard]] std::set<ResourceKey> unfit_content(const Facts& facts) const;
    asio::awaitable<void> add_fallbacks(Facts& facts);
    asio::awaitable<void> add_restores(Facts& facts, const std::vector<Restore>& restores);
    asio::awaitable<std::optional<Declared>> as_it_was(Restore restore);
    void tell_suspended(std::vector<Suspension> suspended);
    [[nodiscard]] const Suspension* suspension() const;
    asio::awaitable<void> keep_run();
    asio::awaitable<Result<const Wanted*>> commit_that_worked(const std::string& commit);
    Run run_of(const Order& order, Facts facts, Journal& journal);
    asio::awaitable<Outcome> carry_out(Run& run, Scope scope);
    asio::awaitable<void> write_down(Outcome& outcome);
    asio::awaitable<void> end_hold(const Outcome& outcome);
    void tell_board(const Outcome& outcome);
    void tell_progress(const std::string& text);
    void tell_news(RunNews news) const;
    void store_failed(const std::string& operation);
    /// @param unread  why the target itself could not be read
    void tell_status(const Outcome& outcome, const std::optional<Error>& unread, const Run& run,
                     net::SteadyTime began);
    void mind_outage(const Outcome& outcome);
    [[nodiscard]] std::string holds() const;  ///< why every removal waits

    RunnerParts parts_;
    std::optional<Wanted> wanted_;
    std::map<std::string, Wanted> earlier_;    ///< commits that fallbacks come from
    std::vector<ResourceKey> declared_again_;  ///< of what was restored: git's once more
    std::vector<ResourceKey> restoring_;       ///< wanted back, and not in place yet
    std::string hold_;
    std::string stored_hold_;       ///< what the store said at the last run
    std::set<ResourceKey> posted_;  ///< what of ours is on the board
    Tracked<TargetStatus> status_;
    CountedJournal journal_;
    net::SteadyTime progress_told_{};
    bool after_outage_ = false;  ///< besides what the store remembers
    Watched watched_;
    bool stop_asked_ = false;
    bool superseded_ = false;
    bool posted_news_ = false;
    bool store_works_ = true;
};

}  // namespace driftless
