#include "reconcilers/steps.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>

#include "providers/net/deadline.hpp"
#include "reconcilers/seals.hpp"

namespace driftless {
namespace {

Results all_failed(std::size_t count, const Error& error) {
    return Results(count, Result<Done>{error});
}

/// A provider that answers for more or fewer actions than it got has answered for none.
Results matching(Results results, std::size_t count) {
    if (results.size() == count) return results;
    return all_failed(count, Error{Errc::internal, fmt::format("apply: {} results for {} actions",
                                                               results.size(), count)});
}

asio::awaitable<Results> apply_kind(Reconciler& kind, Run& run, Step step) {
    const std::size_t count = step.actions.size();
    std::exception_ptr thrown;
    try {
        co_return matching(co_await kind.apply(run, std::move(step)), count);
    } catch (...) {
        thrown = std::current_exception();
    }
    co_return all_failed(count, net::error_of(thrown));
}

/// What takes something away is looked at once more, right before.
bool takes_away(const Action& action) {
    return action.have && (action.verb == Verb::remove || action.verb == Verb::replace ||
                           (action.verb == Verb::finish && !action.want));
}

const Live* find(const Reads& reads, const Action& action, Error& failure) {
    const auto read = reads.find(action.collection);
    if (read == reads.end()) return nullptr;
    if (!read->second) {
        failure = read->second.error();
        return nullptr;
    }
    for (const Live& live : **read->second) {
        if (live.id == action.have->id) return &live;
    }
    return nullptr;
}

/// @return the thing as it is now; `conflict`: it is not as the plan saw it
Result<Live> as_planned(const Reads& reads, const Action& action) {
    const auto doing = fmt::format("look at {} once more", to_string(action.key));
    Error failure{Errc::conflict, "it is not there any more; the next run plans anew"};
    const Live* now = find(reads, action, failure);
    if (now == nullptr) return std::move(failure).in(doing);
    const bool same = now->version == action.have->version && now->owner == action.have->owner &&
                      now->protect == action.have->protect;
    if (same) return *now;
    return Error{Errc::conflict, doing + ": it changed meanwhile; the next run plans anew"};
}

/// Looks once more at what the step takes away, and keeps its whole last state for the journal.
/// @return the errors of those that are not as they were planned, by place; nothing for the others
asio::awaitable<std::vector<std::optional<Error>>> look_again(Reconciler& kind, Run& run,
                                                              Step& step) {
    std::vector<std::optional<Error>> refused(step.actions.size());
    Scope scope{false, {}, true};
    for (const Action& action : step.actions) {
        if (!takes_away(action)) continue;
        scope.keys.push_back(action.key);
        if (action.have->key != action.key) scope.keys.push_back(action.have->key);
    }
    if (scope.keys.empty()) co_return refused;
    const Result<Reads> reads = co_await observe_kind(kind, run, std::move(scope));
    for (std::size_t i = 0; i < step.actions.size(); ++i) {
        if (!takes_away(step.actions[i])) continue;
        const Result<Live> now =
            reads ? as_planned(*reads, step.actions[i]) : Result<Live>{reads.error()};
        if (!now) {
            refused[i] = now.error();
        } else if (step.actions[i].have->spec.is_null()) {
            const KindRules rules = kind.rules();
            step.actions[i].have->spec =
                presentable(now->spec, nullptr, fields_for(rules, now->spec), run.vault);
        }
    }
    co_return refused;
}

struct Split {
    Step step;                        ///< what may go
    std::vector<std::size_t> places;  ///< its places in the whole step
};

Split split(const Step& step, const std::vector<std::optional<Error>>& refused) {
    Split parts;
    for (std::size_t i = 0; i < step.actions.size(); ++i) {
        if (refused[i]) continue;
        parts.step.actions.push_back(step.actions[i]);
        parts.places.push_back(i);
    }
    return parts;
}

Results joined(const Split& parts, const Results& results,
               const std::vector<std::optional<Error>>& refused) {
    Results all;
    for (const auto& error : refused) {
        all.push_back(error ? Result<Done>{*error} : Result<Done>{Done{}});
    }
    for (std::size_t i = 0; i < results.size(); ++i) all[parts.places[i]] = results[i];
    return all;
}

/// After these, more calls would be wrong or in vain.
bool ends_the_run(const Results& results) {
    return std::ranges::any_of(results, [](const Result<Done>& result) {
        if (result) return false;
        const Errc code = result.error().code;
        return code == Errc::canceled || code == Errc::rate_limited ||
               code == Errc::unauthenticated;
    });
}

/// Notes, applies, notes. @return the results; sets `stop` where the journal failed
asio::awaitable<Results> apply_noted(Reconciler& kind, Run& run, const Step& step, bool& stop) {
    const std::size_t count = step.actions.size();
    const Result<void> noted = co_await run.journal.intend(run.id, step);
    if (!noted) {
        stop = true;
        co_return all_failed(count, noted.error());
    }
    Results results = co_await apply_kind(kind, run, step);
    co_await asio::this_coro::throw_if_cancelled(false);  // a canceled call is settled too
    const Result<void> settled = co_await run.journal.settle(run.id, step, results);
    stop = settled.failed() || ends_the_run(results);
    if (!settled) co_return all_failed(count, settled.error());
    co_return results;
}

asio::awaitable<void> carry_out_or_throw(const Kinds& kinds, Run& run, Carried& carried) {
    if (run.stopping()) {
        carried.stop = true;
        co_return;
    }
    Reconciler& kind = *kinds.at(carried.step.actions.front().key.kind);
    const auto refused = co_await look_again(kind, run, carried.step);
    const Split parts = split(carried.step, refused);
    Results results;
    if (!parts.step.actions.empty()) {
        results = co_await apply_noted(kind, run, parts.step, carried.stop);
    }
    carried.results = joined(parts, results, refused);
}

}  // namespace

asio::awaitable<void> carry_out(const Kinds& kinds, Run& run, Carried& carried) {
    const bool threw = co_await asio::this_coro::throw_if_cancelled();
    std::exception_ptr thrown;
    try {
        co_await carry_out_or_throw(kinds, run, carried);
    } catch (...) {
        thrown = std::current_exception();
    }
    co_await asio::this_coro::throw_if_cancelled(threw);
    if (!thrown) co_return;
    carried.stop = true;
    carried.results = all_failed(carried.step.actions.size(), net::error_of(thrown));
}

asio::awaitable<Result<Reads>> observe_kind(Reconciler& kind, Run& run, Scope scope) {
    const bool threw = co_await asio::this_coro::throw_if_cancelled();
    std::exception_ptr thrown;
    Result<Reads> reads = Reads{};
    try {
        co_await asio::this_coro::throw_if_cancelled(true);  // in there a cancel ends all at once
        reads = co_await kind.observe(run, std::move(scope));
    } catch (...) {
        thrown = std::current_exception();
    }
    co_await asio::this_coro::throw_if_cancelled(threw);
    if (thrown) co_return net::error_of(thrown);
    co_return reads;
}

asio::awaitable<Results> prepare_kind(Reconciler& kind, Run& run, Step step) {
    const std::size_t count = step.actions.size();
    const bool threw = co_await asio::this_coro::throw_if_cancelled();
    std::exception_ptr thrown;
    Results results;
    try {
        co_await asio::this_coro::throw_if_cancelled(true);
        results = co_await kind.prepare(run, std::move(step));
    } catch (...) {
        thrown = std::current_exception();
    }
    co_await asio::this_coro::throw_if_cancelled(threw);
    if (thrown) co_return all_failed(count, net::error_of(thrown));
    co_return matching(std::move(results), count);
}

asio::awaitable<Result<void>> resolve_kinds(const Kinds& kinds, Run& run, Scope scope) {
    const bool threw = co_await asio::this_coro::throw_if_cancelled();
    std::exception_ptr thrown;
    try {
        co_await asio::this_coro::throw_if_cancelled(true);
        for (const auto& [name, kind] : kinds) co_await kind->resolve(run, scope);
    } catch (...) {
        thrown = std::current_exception();
    }
    co_await asio::this_coro::throw_if_cancelled(threw);
    if (thrown) co_return net::error_of(thrown).in("resolve");
    co_return Result<void>{};
}

asio::awaitable<void> Reconciler::resolve(Run&, Scope) {
    co_return;
}

asio::awaitable<Results> Reconciler::prepare(Run&, Step step) {
    co_return Results(step.actions.size(), Result<Done>{Done{}});
}

}  // namespace driftless
