#include "daemon/store/journal.hpp"

#include <algorithm>
#include <cassert>

namespace driftless {
namespace {

HistoryEntry entry_of(const RunName& run, const Action& action, net::WallTime now) {
    HistoryEntry entry;
    entry.at = now;
    entry.run = run.id;
    entry.trigger = run.trigger;
    entry.target = action.key.target;
    entry.key = action.key;
    entry.verb = name(action.verb);
    entry.phase = "intended";
    entry.reason = action.reason;
    if (action.want) {
        entry.commit = action.want->origin.commit;
        entry.place = to_string(action.want->origin.place);
    } else if (action.have) {
        entry.commit = action.have->commit;
    }
    return entry;
}

HistoryEntry entry_of(const RunName& run, const Action& action, const Result<Done>& result,
                      net::WallTime now) {
    HistoryEntry entry = entry_of(run, action, now);
    if (!result) {
        entry.phase = "failed";
        entry.error = fmt::format("{}: {}", name(result.error().code), result.error().message);
        return entry;
    }
    entry.phase = result->done ? "done" : "begun";
    entry.request_id = result->request_id;
    if (result->content_failed) {
        entry.phase = "failed";
        entry.error = result->why;
    }
    return entry;
}

/// The earlier key of an object that a renamed manifest takes over, or the action's own.
ResourceKey key_before(const Action& action) {
    const bool is_taken_over =
        action.want && action.have && action.have->key != action.key &&
        std::ranges::find(action.want->was, action.have->key) != action.want->was.end();
    return is_taken_over ? action.have->key : action.key;
}

/// @return what the inventory held until now of what the action is about
Result<std::optional<InventoryEntry>> entry_before(Records& records, const Action& action) {
    auto own = records.entry(action.key);
    if (!own || *own || key_before(action) == action.key) return own;
    return records.entry(key_before(action));
}

Result<void> bring_up_to_date(Records& records, const Action& action, const Done& result,
                              net::WallTime now) {
    auto before = entry_before(records, action);
    if (!before) return std::move(before).error();
    const InventoryEntry* known = *before ? &**before : nullptr;
    const auto after = entry_after(known, action, result, now);
    if (after) {
        if (auto done = records.put(*after); !done) return done;
    } else {
        if (known != nullptr) {
            if (auto done = records.keep_removed(*known, now); !done) return done;
        }
        if (auto done = records.drop(action.key); !done) return done;
    }
    const ResourceKey old_key = key_before(action);
    if (old_key == action.key || !result.done) return {};
    return records.drop(old_key);
}

Result<void> note_worked(Records& records, const Outcome& outcome) {
    const auto inventory = records.inventory(outcome.target);
    if (!inventory) return Error{inventory.error()};
    std::vector<ResourceKey> news;
    for (const auto& [key, digest] : outcome.worked) {
        const auto known = (*inventory)->find(key);
        if (known != (*inventory)->end() && is_news(known->second, digest)) news.push_back(key);
    }
    for (const ResourceKey& key : news) {
        auto entry = records.entry(key);
        if (!entry) return std::move(entry).error();
        if (!*entry) continue;
        const auto status = outcome.statuses.find(key);
        const bool is_told =
            status != outcome.statuses.end() && !status->second.origin.commit.empty();
        note_worked(**entry, outcome.worked.at(key),
                    is_told ? status->second.origin.commit.text() : outcome.plan.commit);
        if (auto done = records.put(**entry); !done) return done;
    }
    return {};
}

/// What is neither declared nor there any more: somebody else removed it, or a crash kept us from
/// noting that we did.
Result<void> drop_vanished(Records& records, const Outcome& outcome, net::WallTime now) {
    for (const ResourceKey& key : outcome.gone) {
        auto entry = records.entry(key);
        if (!entry) return std::move(entry).error();
        if (!*entry) continue;
        if (auto done = records.keep_removed(**entry, now); !done) return done;
        if (auto done = records.drop(key); !done) return done;
        if (auto done = records.end_restore(key); !done) return done;
    }
    return {};
}

/// What a person wanted back is there.
Result<void> note_restored(Records& records, const Outcome& outcome) {
    auto restores = records.restores(outcome.target);
    if (!restores) return std::move(restores).error();
    for (const Restore& restore : *restores) {
        if (restore.done || !outcome.worked.contains(restore.key)) continue;
        if (auto done = records.restored(restore.key); !done) return done;
    }
    return {};
}

/// Removals wait for a full look without a fault since the target was away. While it is suspended
/// a look changes nothing, and so ends nothing.
Result<void> mind_outage(Records& records, const Outcome& outcome, bool suspended) {
    if (outcome.unreadable) return records.mind_outage(outcome.target, true);
    if (suspended || !outcome.full || !outcome.clean()) return {};
    return records.mind_outage(outcome.target, false);
}

Result<void> use_up_permits(Records& records, const Outcome& outcome) {
    auto permits = records.permits(outcome.target);
    if (!permits) return std::move(permits).error();
    for (const ResourceKey& key : *permits) {
        const bool is_used = outcome.worked.contains(key) ||
                             std::ranges::any_of(outcome.actions, [&](const auto& action) {
                                 return action.key == key && !action.error;
                             });
        if (!is_used) continue;
        if (auto done = records.use_up_permit(key); !done) return done;
    }
    return {};
}

/// A hold ends when a person confirmed, and a full look then left nothing to ask about.
Result<void> end_waiting(Records& records, const Outcome& outcome, bool converging,
                         net::WallTime now) {
    if (!converging || !outcome.full || !outcome.clean() || outcome.plan.commit.empty()) return {};
    if (outcome.ends_first_contact()) {
        if (auto done = records.end_first_contact(outcome.target); !done) return done;
    }
    if (!outcome.plan.held.empty()) return {};
    const auto waits = records.waits_confirmed(outcome.target, now);
    if (!waits) return Error{waits.error()};
    return *waits ? records.end_holds(outcome.target) : Result<void>{};
}

}  // namespace

Result<void> write_intents(Records& records, const RunName& run, const Step& step,
                           net::WallTime now) {
    for (const Action& action : step.actions) {
        if (auto done = records.add(entry_of(run, action, now)); !done) return done;
    }
    return {};
}

Result<void> write_results(Records& records, const RunName& run, const Step& step,
                           const Results& results, net::WallTime now) {
    assert(results.size() == step.actions.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
        const Action& action = step.actions[i];
        auto done = records.add(entry_of(run, action, results[i], now));
        if (!done) return done;
        if (!results[i]) continue;
        done = bring_up_to_date(records, action, *results[i], now);
        if (!done) return done;
    }
    return {};
}

Result<void> write_outcome(Records& records, const Outcome& outcome, bool converging,
                           net::WallTime now) {
    if (auto done = note_worked(records, outcome); !done) return done;
    if (auto done = drop_vanished(records, outcome, now); !done) return done;
    if (auto done = note_restored(records, outcome); !done) return done;
    const auto suspended = records.is_suspended(outcome.target, now);
    if (!suspended) return Error{suspended.error()};
    if (auto done = mind_outage(records, outcome, *suspended); !done) return done;
    if (auto done = use_up_permits(records, outcome); !done) return done;
    const bool may_end = converging && !*suspended;
    if (auto done = end_waiting(records, outcome, may_end, now); !done) return done;
    return records.forget_old(now);
}

}  // namespace driftless
