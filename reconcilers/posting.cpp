#include "reconcilers/posting.hpp"

#include <algorithm>
#include <set>

#include "reconcilers/lookup.hpp"

namespace driftless {
namespace {

Posted posted_of(const Live& live) {
    Posted posted;
    posted.exists = true;
    posted.ready = live.ready && live.unfinished.empty() && live.health != Health::starting &&
                   live.health != Health::unhealthy;
    posted.completed = live.completed;
    posted.detail = live.unfinished.empty() ? live.detail : live.unfinished;
    posted.outputs = live.outputs;
    return posted;
}

bool will_not_pass(Status status) {
    return status == Status::failed || status == Status::conflict || status == Status::contended;
}

/// By a live thing, if it is ours, and the status that the run ended with.
Posted posted_of(const Live* have, const ResourceStatus& status) {
    Posted posted;
    if (have != nullptr && status.status != Status::conflict) posted = posted_of(*have);
    posted.failed = will_not_pass(status.status) && !posted.ready;
    if (!posted.ready && !status.why.empty()) posted.detail = status.why;
    return posted;
}

Posted together(const std::vector<const Posted*>& parts) {
    Posted whole{true, true, true, false, "", json::object()};
    for (const Posted* part : parts) {
        const bool ready = part->exists && (part->ready || part->completed);
        if (!ready && whole.detail.empty()) whole.detail = part->detail;
        whole.exists = whole.exists && part->exists;
        whole.ready = whole.ready && ready;
        whole.completed = whole.completed && part->completed;
        whole.failed = whole.failed || part->failed;
        if (part->outputs.is_object()) whole.outputs.update(part->outputs);
    }
    return whole;
}

/// Each manifest of which every resource is known, as a whole.
std::map<ResourceKey, Posted> manifests_of(const DesiredState& desired,
                                           const std::map<ResourceKey, Posted>& now,
                                           const Board& before) {
    std::map<ResourceKey, std::vector<const Posted*>> parts;
    std::set<ResourceKey> unknown;
    for (const Declared& want : desired.resources) {
        const auto found = now.find(want.key);
        const Posted* posted = found != now.end() ? &found->second : before.find(want.key);
        if (posted == nullptr) unknown.insert(want.origin.manifest);
        if (posted != nullptr) parts[want.origin.manifest].push_back(posted);
    }
    std::map<ResourceKey, Posted> manifests;
    for (const auto& [key, all] : parts) {
        if (!unknown.contains(key)) manifests.emplace(key, together(all));
    }
    return manifests;
}

void add_needs(NeedsElsewhere& needs, const ResourceKey& dependent, const std::vector<Need>& all) {
    for (const Need& need : all) {
        if (need.key.target == dependent.target) continue;
        auto& known = needs[dependent];
        if (std::ranges::find(known, need.key) == known.end()) known.push_back(need.key);
    }
}

bool is_there(const Outcome& outcome, const ResourceKey& key) {
    const auto posted = outcome.posted.find(key);
    return posted != outcome.posted.end() && posted->second.exists;
}

/// What was there before, what this run may have made, and not what went for good.
NeedsElsewhere needs_after(const Outcome& outcome, const Facts& facts) {
    NeedsElsewhere needs = needs_elsewhere(facts.target, facts.inventory);
    KeySet begun;
    for (const ActionOutcome& action : outcome.actions) begun.insert(action.key);
    for (const Action& action : outcome.plan.actions) {
        if (action.want && begun.contains(action.key))
            add_needs(needs, action.key, action.want->needs);
    }
    if (facts.desired) {
        for (const Declared& want : (*facts.desired)->resources) {
            if (is_there(outcome, want.key)) add_needs(needs, want.key, want.needs);
        }
    }
    for (const ResourceKey& key : outcome.gone) needs.erase(key);
    for (const ActionOutcome& action : outcome.actions) {
        const bool is_gone = !action.error && action.done && !is_there(outcome, action.key) &&
                             !outcome.statuses.contains(action.key);
        if (is_gone) needs.erase(action.key);
    }
    return needs;
}

class Posting {
public:
    Posting(Outcome& outcome, const Facts& facts) : outcome_(outcome), facts_(facts) {}

    void post() {
        for (const Rest& rest : outcome_.plan.resting) {
            if (rest.status != Status::unknown) put(rest.key, rest.have.get());
        }
        for (const Held& held : outcome_.plan.held) put(held.action);
        for (const Action& action : outcome_.plan.actions) put(action);
        for (const ActionOutcome& action : outcome_.actions) put_done(action);
        for (const ResourceKey& key : outcome_.gone)
            outcome_.posted.insert_or_assign(key, Posted{});
        if (!facts_.desired) return;
        auto manifests = manifests_of(**facts_.desired, outcome_.posted, facts_.board);
        for (auto& [key, posted] : manifests)
            outcome_.posted.insert_or_assign(key, std::move(posted));
    }

private:
    void put(const Action& action) { put(action.key, action.have ? &*action.have : nullptr); }
    void put(const ResourceKey& key, const Live* have) {
        const auto status = outcome_.statuses.find(key);
        const ResourceStatus none;
        outcome_.posted.insert_or_assign(
            key, posted_of(have, status == outcome_.statuses.end() ? none : status->second));
    }

    /// What was made or changed in this run is there; whether it is ready only the next look tells.
    void put_done(const ActionOutcome& action) {
        if (action.error) return;
        Posted& posted = outcome_.posted[action.key];
        if (!outcome_.statuses.contains(action.key)) {
            posted = Posted{};
        } else if (action.verb == Verb::create || action.verb == Verb::replace) {
            posted.exists = true;
            posted.ready = false;
        }
    }

    Outcome& outcome_;
    const Facts& facts_;
};

}  // namespace

void post(Outcome& outcome, const Facts& facts) {
    Posting{outcome, facts}.post();
    outcome.needs = needs_after(outcome, facts);
}

NeedsElsewhere needs_elsewhere(const std::string& target, const Inventory& inventory) {
    NeedsElsewhere needs;
    for (const auto& [key, entry] : inventory) {
        if (key.target == target) add_needs(needs, key, entry.needs);
    }
    return needs;
}

void post_seen(Facts& facts, const Reads& reads) {
    if (!facts.desired) return;
    const Lookup lookup{reads};
    std::map<ResourceKey, Posted> seen;
    for (const Declared& want : (*facts.desired)->resources) {
        const Live* live = lookup.by_key(want.collection, want.key);
        if (live != nullptr && live->owner != Owner::foreign)
            seen.emplace(want.key, posted_of(*live));
    }
    for (auto& [key, posted] : manifests_of(**facts.desired, seen, facts.board)) {
        facts.board.post(key, std::move(posted));
    }
    for (auto& [key, posted] : seen) facts.board.post(key, std::move(posted));
}

}  // namespace driftless
