#include "reconcilers/frontier.hpp"

#include <algorithm>

#include "reconcilers/because.hpp"

namespace driftless {
namespace {

bool removes(const Action& action) {
    return action.verb == Verb::remove || (action.verb == Verb::finish && !action.want);
}

}  // namespace

Frontier::Frontier(const Plan& plan, const Kinds& kinds) : kinds_(kinds) {
    KeySet room;  // what makes room, and what must go before that
    for (auto action = plan.actions.rbegin(); action != plan.actions.rend(); ++action) {
        room.insert(action->after_begun.begin(), action->after_begun.end());
        if (room.contains(action->key)) room.insert(action->after.begin(), action->after.end());
    }
    for (const Action& action : plan.actions) {
        place_.emplace(action.key, entries_.size());
        entries_.push_back({&action, State::waiting, removes(action), room.contains(action.key)});
    }
    pending_ = std::ranges::any_of(plan.resting, [](const Rest& rest) { return rest.passing; });
    failed_ = std::ranges::any_of(plan.resting, [](const Rest& rest) { return rest.later; });
}

const Frontier::Entry* Frontier::find(const ResourceKey& key) const {
    const auto found = place_.find(key);
    return found == place_.end() ? nullptr : &entries_[found->second];
}

std::vector<Step> Frontier::next() {
    std::vector<Entry*> ready;
    for (Entry& entry : entries_) {
        if (entry.state != State::waiting || chance(entry) != Chance::now) continue;
        ready.push_back(&entry);
    }
    for (Entry* entry : ready) entry->state = State::out;
    return grouped(ready);
}

Frontier::Chance Frontier::chance(Entry& entry) {
    const Chance after = chance_after(entry);
    if (after == Chance::now && entry.action->aside && failed_) {
        return block(entry, "something failed in this round: nothing makes room in it", true);
    }
    if (after != Chance::now || !entry.removes) return after;
    return chance_of_removal(entry);
}

Frontier::Chance Frontier::chance_after(Entry& entry) {
    Chance best = Chance::now;
    const auto weigh = [&](const std::vector<ResourceKey>& keys, bool begun_will_do,
                           bool may_fail) {
        for (const ResourceKey& key : keys) {
            const Entry* on = find(key);
            if (on == nullptr || best == Chance::never) continue;
            const bool ended_badly = on->state == State::failed || on->state == State::blocked;
            if (on->state == State::waiting || on->state == State::out) {
                best = Chance::later;
            } else if (ended_badly && !may_fail) {
                const std::string why = on->state == State::failed ? "it failed" : on->why;
                best = block(entry, because("waits for " + to_string(key), why), on->passing);
            } else if (on->state == State::begun && !begun_will_do) {
                best = block(entry, fmt::format("waits for {}: under way", to_string(key)), true);
            } else if (may_fail && on->state == State::done &&
                       !is_known_ready(*entry.action, *on)) {
                best = block(entry, fmt::format("waits until {} is ready", to_string(key)), true);
            }
        }
    };
    weigh(entry.action->after, false, false);
    weigh(entry.action->after_begun, true, false);
    weigh(entry.action->after_ended, false, true);
    return best;
}

/// Of what was just made only another look tells whether it is ready.
bool Frontier::is_known_ready(const Action& waiter, const Entry& on) const {
    const bool made = on.action->verb == Verb::create || on.action->verb == Verb::replace;
    if (!made || !waiter.want || !on.action->want) return true;
    const auto kind = kinds_.find(on.action->key.kind);
    if (kind != kinds_.end() && kind->second->rules().ready_when_done) return true;
    return std::ranges::none_of(waiter.want->needs, [&](const Need& need) {
        const bool meant =
            need.key == on.action->key || need.key == on.action->want->origin.manifest;
        return meant && need.until != Until::exists;
    });
}

Frontier::Chance Frontier::chance_of_removal(Entry& entry) {
    if (failed_) {
        return block(entry, "something failed in this round: nothing is removed in it", true);
    }
    if (entry.makes_room) return Chance::now;
    if (pending_)
        return block(entry, "removals come last: something else is still to be done", true);
    for (const Entry& other : entries_) {
        if (other.removes || other.state == State::done) continue;
        if (other.state == State::waiting || other.state == State::out) return Chance::later;
        const std::string why = other.state == State::begun ? "under way" : "not done";
        return block(entry,
                     fmt::format("removals come last: {} is {}", to_string(other.action->key), why),
                     true);
    }
    return Chance::now;
}

Frontier::Chance Frontier::block(Entry& entry, std::string why, bool passing) {
    entry.state = State::blocked;
    entry.why = std::move(why);
    entry.passing = passing;
    return Chance::never;
}

/// Actions of one kind with the same word go out together.
std::vector<Step> Frontier::grouped(const std::vector<Entry*>& ready) const {
    std::vector<Step> steps;
    std::map<std::pair<std::string, std::string>, std::size_t> open;
    for (const Entry* entry : ready) {
        const Action& action = *entry->action;
        const Reconciler& kind = *kinds_.at(action.key.kind);
        const std::string word = kind.batch_of(action);
        const auto group = open.find({action.key.kind, word});
        const bool joins = !word.empty() && group != open.end() &&
                           steps[group->second].actions.size() < kind.batch_max();
        if (joins) {
            steps[group->second].actions.push_back(action);
            continue;
        }
        open[{action.key.kind, word}] = steps.size();
        steps.push_back({{action}});
    }
    return steps;
}

void Frontier::record(const Step& step, const Results& results) {
    for (std::size_t i = 0; i < step.actions.size(); ++i) {
        Entry& entry = entries_[place_.at(step.actions[i].key)];
        if (!results[i]) {
            fail(entry.action->key);
        } else {
            entry.state = results[i]->done ? State::done : State::begun;
        }
    }
}

void Frontier::fail(const ResourceKey& key) {
    entries_[place_.at(key)].state = State::failed;
    failed_ = true;
}

std::vector<Frontier::Left> Frontier::left() const {
    std::vector<Left> left;
    for (const Entry& entry : entries_) {
        if (entry.state == State::blocked) left.push_back({entry.action, entry.why, entry.passing});
        if (entry.state == State::waiting || entry.state == State::out) {
            left.push_back({entry.action, "the run ended before", true});
        }
    }
    return left;
}

}  // namespace driftless
