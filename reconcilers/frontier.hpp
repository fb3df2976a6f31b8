#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reconcilers/lookup.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless {

/// The actions of a plan that may go now, by what has become of those that they wait for. What
/// failed keeps back what needs it; removals go last, and not at all after an error.
class Frontier {
public:
    Frontier(const Plan& plan, const Kinds& kinds);

    /// All that may go now, side by side; empty: nothing can go any more.
    std::vector<Step> next();
    void record(const Step& step, const Results& results);
    /// An action that failed before it was begun.
    void fail(const ResourceKey& key);

    struct Left {
        const Action* action = nullptr;
        std::string why;
        bool passing = false;  ///< what it waits for is under way
    };
    /// What was not begun, and why.
    [[nodiscard]] std::vector<Left> left() const;

private:
    enum class State { waiting, out, done, begun, failed, blocked };
    struct Entry {
        const Action* action = nullptr;
        State state = State::waiting;
        bool removes = false;
        bool makes_room = false;
        std::string why = {};
        bool passing = false;
    };
    /// Nothing: it may go. An entry that may never go is marked as blocked.
    enum class Chance { now, later, never };

    Chance chance(Entry& entry);
    Chance chance_after(Entry& entry);
    Chance chance_of_removal(Entry& entry);
    Chance block(Entry& entry, std::string why, bool passing);
    [[nodiscard]] bool is_known_ready(const Action& waiter, const Entry& on) const;
    const Entry* find(const ResourceKey& key) const;
    std::vector<Step> grouped(const std::vector<Entry*>& ready) const;

    const Kinds& kinds_;
    std::vector<Entry> entries_;
    ByKey<std::size_t> place_;
    bool failed_ = false;   ///< something failed in this round
    bool pending_ = false;  ///< the plan has something that is blocked but will go soon
};

}  // namespace driftless
