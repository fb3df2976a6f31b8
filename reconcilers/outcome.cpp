#include "reconcilers/outcome.hpp"

#include <algorithm>

#include "reconcilers/lookup.hpp"
#include "reconcilers/posting.hpp"

namespace driftless {
namespace {

using namespace std::chrono_literals;

constexpr auto verifying_look = 200ms;    ///< after something was done
constexpr auto after_a_change = 1'000ms;  ///< to what waits for it
constexpr auto next_glance = 5'000ms;     ///< while something is under way by itself

/// Under way, with nothing to do about it until a known time.
bool is_idle(const Rest& rest) {
    return rest.status == Status::progressing && rest.have && rest.have->idle_until;
}

ResourceStatus status_of(const Rest& rest) {
    ResourceStatus status;
    status.status = rest.status;
    status.why = rest.why;
    status.fields = rest.fields;
    if (rest.have) status.id = rest.have->id;
    if (is_idle(rest) && rest.have->kept) status.kept_until = rest.have->idle_until;
    return status;
}

/// Of an action that was not begun: what the plan says of it.
ResourceStatus status_of(const Action& action) {
    ResourceStatus status;
    const bool as_declared = action.verb == Verb::adopt;
    status.status = action.verb == Verb::finish ? Status::progressing
                    : as_declared               ? Status::in_sync
                                                : Status::drifted;
    status.why = action.reason;
    status.fields = action.fields;
    if (action.have) status.id = action.have->id;
    return status;
}

ResourceStatus status_of(const Held& held, const std::string& hash) {
    ResourceStatus status = status_of(held.action);
    status.status = Status::held;
    status.why = held.why;
    status.held_hash = hash;
    return status;
}

void add_origins(Outcome& outcome, const Facts& facts) {
    if (!facts.desired) return;
    for (const Declared& want : (*facts.desired)->resources) {
        const auto status = outcome.statuses.find(want.key);
        if (status != outcome.statuses.end()) status->second.origin = want.origin;
    }
}

void look_within(Outcome& outcome, std::chrono::milliseconds time) {
    outcome.look_again = std::min(outcome.look_again.value_or(time), time);
}

void look_at(Outcome& outcome, const ResourceKey& key, std::chrono::milliseconds time) {
    outcome.under_way.push_back(key);
    look_within(outcome, time);
}

void record_done(Outcome& outcome, const Action& action, const Done& done) {
    ResourceStatus& status = outcome.statuses[action.key];
    if (!done.id.empty()) status.id = done.id;
    if (done.content_failed) {
        status.status = Status::failed;
        status.why = done.why;
        look_at(outcome, action.key, verifying_look);
    } else if (!done.done) {
        status.status = Status::progressing;
        status.why = done.why.empty() ? action.reason : done.why;
        const bool removes = action.verb == Verb::remove || !action.want;
        look_at(outcome, action.key, removes ? verifying_look : done.look_again);
    } else if (action.verb == Verb::adopt) {
        status.status = Status::in_sync;
        const bool ready = action.have && (action.have->ready || action.have->completed);
        if (!ready) look_at(outcome, action.key, verifying_look);
    } else if (action.verb == Verb::remove || !action.want) {
        outcome.statuses.erase(action.key);
    } else {
        status.status = Status::progressing;
        status.why = "done; the next look tells";
        look_at(outcome, action.key, verifying_look);
    }
}

/// The inventory's resources that a full look no longer finds, and that git does not declare.
std::vector<ResourceKey> gone(const Facts& facts, const Scope& scope, const Reads& reads) {
    std::vector<ResourceKey> gone;
    if (!facts.desired) return gone;
    KeySet declared;
    for (const Declared& want : (*facts.desired)->resources) declared.insert(want.key);
    std::unordered_set<std::string> taken_over;  // by a declared resource with another key
    for (const auto& [key, entry] : facts.inventory) {
        if (declared.contains(key)) taken_over.insert(key.kind + "/" + entry.id);
    }
    const Lookup lookup{reads};
    for (const auto& [key, entry] : facts.inventory) {
        const auto read = reads.find(entry.collection);
        const bool was_read = scope.covers(key) && read != reads.end() && read->second.ok();
        if (!was_read || declared.contains(key)) continue;
        const bool is_live = lookup.by_key(entry.collection, key) != nullptr ||
                             lookup.by_id(entry.collection, entry.id) != nullptr;
        if (!is_live || taken_over.contains(key.kind + "/" + entry.id)) gone.push_back(key);
    }
    return gone;
}

void mark_left(Outcome& outcome, const std::vector<Frontier::Left>& left) {
    for (const Frontier::Left& one : left) {
        ResourceStatus& status = outcome.statuses[one.action->key];
        status.status = Status::blocked;
        status.why = one.why;
        if (one.passing) outcome.under_way.push_back(one.action->key);
    }
}

/// When to look again at what gets no action.
void mark_waiting(Outcome& outcome, const Rest& rest, net::WallTime now) {
    if (rest.passing) outcome.under_way.push_back(rest.key);
    if (is_idle(rest)) {
        const auto time = std::max<std::chrono::milliseconds>(*rest.have->idle_until - now, 0ms);
        if (!rest.have->kept) look_at(outcome, rest.key, time);
    } else if (rest.status == Status::progressing) {
        look_at(outcome, rest.key, next_glance);
    }
}

/// What waits for something else has no time of its own, unless that was done just now or is not
/// of this target.
void mark_passing(Outcome& outcome, const std::vector<Frontier::Left>& left) {
    const auto waits = [](const Rest& rest) { return rest.passing && !is_idle(rest); };
    const bool any = std::ranges::any_of(outcome.plan.resting, waits) ||
                     std::ranges::any_of(left, &Frontier::Left::passing);
    if (!any) return;
    if (outcome.changes > 0) return look_within(outcome, after_a_change);
    if (!outcome.look_again) look_within(outcome, next_glance);
}

/// The end of a grace is no reason to look at anything before.
void mark_kept(Outcome& outcome, net::WallTime now) {
    for (const auto& [key, status] : outcome.statuses) {
        if (!status.kept_until) continue;
        look_within(outcome, std::max<std::chrono::milliseconds>(*status.kept_until - now, 0ms));
    }
}

void mark_resting(Outcome& outcome, net::WallTime now) {
    for (const Rest& rest : outcome.plan.resting) {
        mark_waiting(outcome, rest, now);
        if (rest.status == Status::in_sync) outcome.worked.emplace(rest.key, rest.digest);
    }
    for (const ActionOutcome& action : outcome.actions) {
        if (action.verb != Verb::adopt || action.error) continue;
        const auto planned = std::ranges::find(outcome.plan.actions, action.key, &Action::key);
        const Live& have = *planned->have;
        const bool works = (have.ready || have.completed) && have.health != Health::starting &&
                           have.health != Health::unhealthy;
        if (works && !planned->back) outcome.worked.emplace(action.key, planned->digest);
    }
}

/// A plan may be kept for long; what is in sync is told by its status alone from now on.
void let_reads_go(Plan& plan) {
    for (Rest& rest : plan.resting) {
        if (rest.status == Status::in_sync) rest.have.reset();
    }
}

}  // namespace

Outcome outcome_of(const Run& run, const Scope& scope, const Reads& reads, Plan plan) {
    Outcome outcome;
    outcome.run = run.id;
    outcome.target = run.facts.target;
    outcome.trigger = run.trigger;
    outcome.full = scope.all;
    for (const auto& [collection, read] : reads) {
        if (!read && !outcome.unreadable) outcome.unreadable = read.error();
    }
    for (const Rest& rest : plan.resting)
        outcome.statuses.insert_or_assign(rest.key, status_of(rest));
    for (const Action& action : plan.actions) {
        outcome.statuses.insert_or_assign(action.key, status_of(action));
    }
    for (const Held& held : plan.held) {
        outcome.statuses.insert_or_assign(held.action.key, status_of(held, plan.held_hash));
    }
    outcome.gone = gone(run.facts, scope, reads);
    outcome.plan = std::move(plan);
    return outcome;
}

void record(Outcome& outcome, const Step& step, const Results& results) {
    for (std::size_t i = 0; i < step.actions.size(); ++i) {
        const Action& action = step.actions[i];
        ActionOutcome done;
        done.key = action.key;
        done.verb = action.verb;
        if (results[i]) {
            done.done = results[i]->done;
            done.why = results[i]->why;
            done.request_id = results[i]->request_id;
            if (action.verb != Verb::adopt) ++outcome.changes;
            record_done(outcome, action, *results[i]);
        } else {
            done.error = results[i].error();
            done.done = false;
            ResourceStatus& status = outcome.statuses[action.key];
            status.status = Status::failed;
            status.why = done.error->message;
        }
        outcome.actions.push_back(std::move(done));
    }
}

void conclude(Outcome& outcome, const Run& run, const std::vector<Frontier::Left>& left) {
    const net::WallTime now = run.clock.wall();
    mark_left(outcome, left);
    mark_resting(outcome, now);
    mark_passing(outcome, left);
    mark_kept(outcome, now);
    add_origins(outcome, run.facts);
    post(outcome, run.facts);
    let_reads_go(outcome.plan);
    std::ranges::sort(outcome.under_way);
    const auto end = std::unique(outcome.under_way.begin(), outcome.under_way.end());
    outcome.under_way.erase(end, outcome.under_way.end());
}

bool Outcome::converged() const {
    const auto rests = [](const auto& one) {
        const ResourceStatus& status = one.second;
        return status.status == Status::in_sync || status.kept_until;
    };
    return clean() && under_way.empty() && std::ranges::all_of(statuses, rests);
}

bool Outcome::ends_first_contact() const {
    return full && clean() && std::ranges::none_of(plan.held, &Held::first_contact);
}

}  // namespace driftless
