#include "reconcilers/reconcile.hpp"

#include <boost/asio/this_coro.hpp>

#include "providers/net/task_group.hpp"
#include "reconcilers/frontier.hpp"
#include "reconcilers/outcome.hpp"
#include "reconcilers/posting.hpp"
#include "reconcilers/steps.hpp"

namespace driftless {
namespace {

constexpr std::size_t steps_at_once = 8;

std::map<std::string, KindRules> rules_of(const Kinds& kinds) {
    std::map<std::string, KindRules> rules;
    for (const auto& [name, kind] : kinds) rules.emplace(name, kind->rules());
    return rules;
}

/// Two kinds may show parts of one collection: together they are the whole.
void join(Reads& reads, Reads more) {
    for (auto& [collection, read] : more) {
        const auto known = reads.find(collection);
        if (known == reads.end()) {
            reads.emplace(collection, std::move(read));
        } else if (!read || !known->second) {
            if (known->second) known->second = std::move(read).error();
        } else {
            LiveState both = **known->second;
            both.insert(both.end(), (*read)->begin(), (*read)->end());
            known->second = Complete<LiveState>::vouched(std::move(both));
        }
    }
}

struct Observed {
    Reads reads;
    std::optional<Error> failure;  ///< a kind that could not say which collections it has
};

asio::awaitable<void> observe_into(Reconciler& kind, Run& run, Scope scope, Result<Reads>& reads) {
    reads = co_await observe_kind(kind, run, std::move(scope));
}

asio::awaitable<Observed> observe_all(const Kinds& kinds, Run& run, Scope scope) {
    const Error unasked{Errc::canceled, "observe: canceled"};
    std::vector<Result<Reads>> all(kinds.size(), Result<Reads>{unasked});
    std::vector<asio::awaitable<void>> work;
    for (const auto& [name, kind] : kinds) {
        work.push_back(observe_into(*kind, run, scope, all[work.size()]));
    }
    Observed observed;
    const auto joined = co_await net::side_by_side(std::move(work), kinds.size());
    if (!joined) observed.failure = joined.error();
    for (Result<Reads>& reads : all) {
        if (reads) {
            join(observed.reads, *std::move(reads));
        } else if (!observed.failure) {
            observed.failure = std::move(reads).error();
        }
    }
    co_return observed;
}

/// Images and the like, of the whole plan, before anything is stopped.
asio::awaitable<void> prepare_all(const Kinds& kinds, Run& run, Outcome& outcome, Frontier& todo) {
    std::map<std::string, Step> steps;
    for (const Action& action : outcome.plan.actions) {
        const bool brings = action.want && action.verb != Verb::adopt;
        if (brings) steps[action.key.kind].actions.push_back(action);
    }
    for (auto& [kind, step] : steps) {
        const Results results = co_await prepare_kind(*kinds.at(kind), run, step);
        for (std::size_t i = 0; i < results.size(); ++i) {
            if (results[i]) continue;
            const Step failed{{step.actions[i]}};
            const Results error{results[i]};
            record(outcome, failed, error);
            todo.fail(failed.actions.front().key);
        }
    }
}

/// What may go now, side by side. @return false: the run ends here
asio::awaitable<bool> carry_out_all(const Kinds& kinds, Run& run, std::vector<Carried>& carried) {
    std::vector<asio::awaitable<void>> work;
    for (Carried& one : carried) work.push_back(carry_out(kinds, run, one));
    const Result<void> ended = co_await net::side_by_side(std::move(work), steps_at_once);
    bool go_on = ended.ok();
    for (const Carried& one : carried) go_on = go_on && !one.stop;
    co_return go_on;
}

asio::awaitable<void> apply_all(const Kinds& kinds, Run& run, Outcome& outcome, Frontier& todo) {
    co_await prepare_all(kinds, run, outcome, todo);
    bool go_on = true;
    while (go_on && !run.stopping()) {
        std::vector<Carried> carried;
        for (Step& step : todo.next()) carried.push_back({std::move(step)});
        if (carried.empty()) break;
        go_on = co_await carry_out_all(kinds, run, carried);
        for (const Carried& one : carried) {
            if (one.results.empty()) continue;
            todo.record(one.step, one.results);
            record(outcome, one.step, one.results);
        }
    }
}

asio::awaitable<bool> is_canceled() {
    const auto state = co_await asio::this_coro::cancellation_state;
    co_return state.cancelled() != asio::cancellation_type::none;
}

}  // namespace

asio::awaitable<Outcome> reconcile(const Kinds& kinds, Run& run, Scope scope) {
    const bool threw = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);  // a canceled run has an Outcome too
    run.facts.scope = scope;
    const Result<void> resolved = co_await resolve_kinds(kinds, run, scope);
    Observed observed;
    if (resolved) {
        observed = co_await observe_all(kinds, run, scope);
    } else {
        observed.failure = resolved.error();  // nothing was read, so nothing is done
    }
    post_seen(run.facts, observed.reads);
    Plan plan = make_plan(run.facts, observed.reads, rules_of(kinds), run.vault);
    Outcome outcome = outcome_of(run, scope, observed.reads, std::move(plan));
    if (observed.failure) outcome.unreadable = observed.failure;
    Frontier todo{outcome.plan, kinds};
    const bool canceled = co_await is_canceled();
    const bool may_apply = run.facts.policy.mode == Mode::converge && !canceled;
    if (may_apply) co_await apply_all(kinds, run, outcome, todo);
    outcome.canceled = co_await is_canceled();
    conclude(outcome, run, may_apply ? todo.left() : std::vector<Frontier::Left>{});
    co_await asio::this_coro::throw_if_cancelled(threw);
    co_return outcome;
}

}  // namespace driftless
