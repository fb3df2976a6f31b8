#include "reconcilers/posting.hpp"

#include <algorithm>
#include <set>

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
Posted posted_of(const std::optional<Live>& have, const ResourceStatus& status) {
    Posted posted;
    if (have && status.status != Status::conflict) posted = posted_of(*have);
    posted.failed = will_not_pass(status.status) && !posted.ready;
    if (!posted.ready && !status.why.empty()) posted.detail = status.why;
    return posted;
}

class Posting {
public:
    Posting(Outcome& outcome, const Facts& facts) : outcome_(outcome), facts_(facts) {}

    void post() {
        for (const Rest& rest : outcome_.plan.resting) {
            if (rest.status != Status::unknown) put(rest.key, rest.have);
        }
        for (const Held& held : outcome_.plan.held) put(held.action.key, held.action.have);
        for (const Action& action : outcome_.plan.actions) put(action.key, action.have);
        for (const ActionOutcome& action : outcome_.actions) put_done(action);
        for (const ResourceKey& key : outcome_.gone) outcome_.posted.insert_or_assign(key, Posted{});
        post_manifests();
    }

private:
    void put(const ResourceKey& key, const std::optional<Live>& have) {
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

    void post_manifests() {
        if (!facts_.desired) return;
        std::map<ResourceKey, std::vector<const Posted*>> manifests;
        std::set<ResourceKey> unknown;
        for (const Declared& want : (*facts_.desired)->resources) {
            const Posted* posted = find(want.key);
            if (posted == nullptr) unknown.insert(want.origin.manifest);
            if (posted != nullptr) manifests[want.origin.manifest].push_back(posted);
        }
        std::map<ResourceKey, Posted> whole;
        for (const auto& [key, parts] : manifests) {
            if (!unknown.contains(key)) whole.emplace(key, together(parts));
        }
        for (auto& [key, posted] : whole) outcome_.posted.insert_or_assign(key, std::move(posted));
    }

    [[nodiscard]] const Posted* find(const ResourceKey& key) const {
        const auto now = outcome_.posted.find(key);
        return now != outcome_.posted.end() ? &now->second : facts_.board.find(key);
    }

    static Posted together(const std::vector<const Posted*>& parts) {
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

    Outcome& outcome_;
    const Facts& facts_;
};

}  // namespace

void post(Outcome& outcome, const Facts& facts) { Posting{outcome, facts}.post(); }

}  // namespace driftless
