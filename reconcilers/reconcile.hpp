#pragma once

#include <map>
#include <optional>
#include <string>

#include "reconcilers/reconciler.hpp"

namespace driftless {

/// What status shows of one resource.
struct ResourceStatus {
    Status status = Status::unknown;
    std::string why;
    std::vector<FieldChange> fields;
    SharedText id;
    Origin origin;          ///< empty for what git no longer declares
    std::string held_hash;  ///< when held
    /// Removed, and kept until then: no fault, and nothing to do before.
    std::optional<net::WallTime> kept_until = std::nullopt;
};

struct ActionOutcome {
    ResourceKey key;
    Verb verb = Verb::create;
    std::optional<Error> error;
    bool done = true;
    std::string why;
    std::string request_id;
};

/// What came of a run.
struct Outcome {
    std::string run;
    std::string target;
    std::string trigger;
    Plan plan;
    bool full = true;                    ///< the scope was everything
    std::optional<Error> unreadable;     ///< the target, or a collection of it, could not be read
    std::vector<ActionOutcome> actions;  ///< those that were begun
    std::map<ResourceKey, ResourceStatus> statuses;  ///< of the scope
    std::map<ResourceKey, Posted> posted;            ///< for the board
    std::optional<NeedsElsewhere> needs;             ///< for the board; none: as before
    /// In sync and ready: key -> digest; its commit is good.
    std::map<ResourceKey, SharedText> worked;
    std::optional<std::chrono::milliseconds> look_again;  ///< something is under way
    std::vector<ResourceKey> under_way;
    std::size_t changes = 0;  ///< calls that changed something
    bool canceled = false;
    std::vector<ResourceKey> gone;  ///< of the inventory: neither live nor declared any more

    [[nodiscard]] bool converged()
        const;  ///< all in sync or only kept for its grace, nothing under way
    [[nodiscard]] bool clean() const { return !unreadable && !canceled; }
    /// A full and clean look after which nothing waits for a person only because it was the first.
    [[nodiscard]] bool ends_first_contact() const;
};

/// One run of one target, all its kinds: observe, plan, apply, tell. Every way out is an Outcome.
asio::awaitable<Outcome> reconcile(const Kinds& kinds, Run& run, Scope scope);

}  // namespace driftless
