#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/base/files.hpp"
#include "reconcilers/plan.hpp"

namespace driftless {

namespace asio = boost::asio;

/// Actions that go out together.
struct Step {
    std::vector<Action> actions;
};

/// What apply did for one action.
struct Done {
    bool done = true;                            ///< false: begun; observe will find it unfinished
    std::chrono::milliseconds look_again{1000};  ///< when not done
    std::string id;                              ///< the provider's, of what was made
    std::string request_id;                      ///< the provider's, for support
    json note;                    ///< to be kept until it is done: an operation's URL
    bool content_failed = false;  ///< what was declared was tried and does not work; `why` says how
    std::string why;              ///< for people
};
using Results = std::vector<Result<Done>>;  ///< one for each action of the step, in its order

/// Written before and after every step: after a crash we still know what may exist and be ours.
class Journal {
public:
    virtual ~Journal() = default;
    /// Durable when it returns. @return `unavailable`: nothing may be sent then
    virtual asio::awaitable<Result<void>> intend(const std::string& run, const Step& step) = 0;
    /// Notes what came of it, and brings the inventory up to date in the same transaction.
    virtual asio::awaitable<Result<void>> settle(const std::string& run, const Step& step,
                                                 const Results& results) = 0;
    /// Keeps what the world said of `subject`, for the facts of later runs; null forgets it.
    /// Durable when it returns.
    virtual asio::awaitable<Result<void>> learn(std::string target, std::string subject,
                                                json said) = 0;
};

/// What is going on inside a run, for people who watch.
struct Progress {
    ResourceKey key;
    std::string text;  ///< "pulling nginx:1.27: 12.1 of 40.3 MB"
};

/// One reconcile of one target.
struct Run {
    std::string id;
    std::string trigger;  ///< "interval", "commit", "event", "person", "start"
    Facts facts;
    Vault& vault;
    Journal& journal;
    net::Clock& clock;
    /// Of the commit; shared with later runs of the same commit.
    std::shared_ptr<const Files> files;
    std::function<bool()> stop_asked;
    std::function<void(const Progress&)> progress;
    /// By commit: files that content of `facts.fallback` comes from.
    std::map<std::string, std::shared_ptr<const Files>> earlier_files = {};

    /// The files that a declared resource was written with: of `origin.commit`.
    [[nodiscard]] const Files* files_of(const std::string& commit) const {
        const auto found = earlier_files.find(commit);
        return found == earlier_files.end() ? files.get() : found->second.get();
    }

    [[nodiscard]] bool stopping() const { return stop_asked && stop_asked(); }
};

/// One kind at one target. Acts on what it sees and remembers nothing that it cannot read again, so
/// any crash is survived.
class Reconciler {
public:
    virtual ~Reconciler() = default;
    virtual KindRules rules() const = 0;
    /// Before anything is read: puts into the run's facts what git leaves to the world to say, such
    /// as the image that a followed tag stands for now. Asks for it only where that is due.
    virtual asio::awaitable<void> resolve(Run& run, Scope scope);
    /// Reads all of `scope`, each collection apart: one that failed is unknown, the others are
    /// known.
    virtual asio::awaitable<Reads> observe(Run& run, Scope scope) = 0;
    /// Fetches what the actions will need (images) before anything is stopped. Changes nothing that
    /// runs; safe to repeat. One result for each action: a failed one is not begun.
    virtual asio::awaitable<Results> prepare(Run& run, Step step);
    /// Begins or goes on, never waits: `done = false` says that observe will find it unfinished.
    /// Safe to repeat. One result for each action of the step.
    virtual asio::awaitable<Results> apply(Run& run, Step step) = 0;
    /// Actions with the same word go out in one call, up to `batch_max`; empty: alone.
    virtual std::string batch_of(const Action&) const { return {}; }
    virtual std::size_t batch_max() const { return 1; }
};

/// All kinds of one target, by name.
using Kinds = std::map<std::string, std::unique_ptr<Reconciler>>;

}  // namespace driftless
