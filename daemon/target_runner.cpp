#include "daemon/target_runner.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "providers/net/deadline.hpp"
#include "reconcilers/posting.hpp"

namespace driftless {
namespace {

/// Lets a deadline end a reconcile without losing the Outcome that it ends with.
asio::awaitable<Result<void>> into(std::optional<Outcome>& outcome, const Kinds& kinds, Run& run,
                                   Scope scope) {
    outcome = co_await reconcile(kinds, run, std::move(scope));
    co_return Result<void>{};
}

/// Of a plan that is only looked at: nothing is remembered.
class NoJournal final : public Journal {
public:
    asio::awaitable<Result<void>> intend(const std::string&, const Step&) override {
        co_return Error{Errc::internal, "a plan that is only looked at sends nothing"};
    }
    asio::awaitable<Result<void>> settle(const std::string&, const Step&, const Results&) override {
        co_return Error{Errc::internal, "a plan that is only looked at sends nothing"};
    }
    asio::awaitable<Result<void>> learn(std::string, std::string, json) override {
        co_return Result<void>{};
    }
};

bool same_for_others(const Posted& one, const Posted& other) {
    return one.exists == other.exists && one.ready == other.ready &&
           one.completed == other.completed && one.failed == other.failed &&
           one.outputs == other.outputs;
}

std::size_t failures_in(const Outcome& outcome) {
    return static_cast<std::size_t>(std::ranges::count_if(
        outcome.actions, [](const ActionOutcome& action) { return action.error.has_value(); }));
}

std::string error_of_run(const Outcome& outcome) {
    if (outcome.canceled && !outcome.unreadable) return "cut short; the next run goes on";
    if (outcome.unreadable) return outcome.unreadable->message;
    for (const ActionOutcome& action : outcome.actions) {
        if (action.error) return to_string(action.key) + ": " + action.error->message;
    }
    return {};
}

/// With each removal, the way back.
void log_removals(const Outcome& outcome) {
    for (const ActionOutcome& action : outcome.actions) {
        if (action.verb != Verb::remove || action.error) continue;
        const std::string key = to_string(action.key);
        spdlog::info("removed run={} key={} undo={}", outcome.run, key,
                     in_quotes("driftless restore " + key));
    }
}

void log_end(const Outcome& outcome, const LastRun& last) {
    log_removals(outcome);
    if (outcome.unreadable) {
        spdlog::warn("run failed run={} target={} stage=observe error={} detail={}", outcome.run,
                     outcome.target, name(outcome.unreadable->code),
                     in_quotes(outcome.unreadable->message));
    } else if (const auto failures = failures_in(outcome); failures > 0) {
        spdlog::warn("run failed run={} target={} stage=apply failures={} detail={}", outcome.run,
                     outcome.target, failures, in_quotes(last.error));
    } else {
        spdlog::info(
            "run {} run={} target={} trigger={} revision={} changes={} held={} took_ms={:.1f}",
            outcome.converged() ? "converged" : "ended", outcome.run, outcome.target,
            outcome.trigger, outcome.plan.commit.substr(0, 12), outcome.changes,
            outcome.plan.held.size(), static_cast<double>(last.took.count()) / 1e3);
    }
}

}  // namespace

TargetRunner::TargetRunner(RunnerParts parts)
    : parts_(std::move(parts)), journal_(parts_.store, parts_.on_store_failure) {
    status_.edit().name = parts_.settings.name;
    status_.edit().mode = parts_.settings.policy.mode;
    watched_.since = parts_.clock.wall();
}

void TargetRunner::was_away(std::optional<net::WallTime> set_back_from) {
    after_outage_ = true;
    watched_.since = parts_.clock.wall();
    if (set_back_from) watched_.set_back_from = std::max(watched_.set_back_from, *set_back_from);
}

void TargetRunner::want(Wanted wanted) {
    status_.edit().source = wanted.source;
    status_.edit().commit = wanted.desired->commit;
    wanted_ = std::move(wanted);
    superseded_ = true;
}

void TargetRunner::hold_removals(std::string why) {
    hold_ = std::move(why);
}

Run TargetRunner::run_of(const Order& order, Facts facts, Journal& journal) {
    std::map<std::string, std::shared_ptr<const Files>> earlier_files;
    for (const auto& [commit, wanted] : earlier_) earlier_files.emplace(commit, wanted.files);
    return Run{
        .id = net::random_hex(parts_.random, 4),
        .trigger = order.trigger,
        .facts = std::move(facts),
        .vault = parts_.vault,
        .journal = journal,
        .clock = parts_.clock,
        .files = wanted_ ? wanted_->files : nullptr,
        .stop_asked = [this] { return stop_asked_ || superseded_; },
        .progress = [this](const Progress& progress) { tell_progress(progress.text); },
        .earlier_files = std::move(earlier_files),
    };
}

asio::awaitable<Outcome> TargetRunner::run(Order order) {
    superseded_ = false;
    posted_news_ = false;
    const auto began = parts_.clock.now();
    auto facts = co_await facts_of(order);
    if (!facts) {
        Outcome outcome;
        outcome.target = parts_.settings.name;
        outcome.trigger = order.trigger;
        outcome.full = order.scope.all;
        outcome.unreadable = std::move(facts).error();
        spdlog::error("store failed target={} detail={}", outcome.target,
                      in_quotes(outcome.unreadable->message));
        status_.edit().detail = outcome.unreadable->message;
        store_failed("recall");
        co_return outcome;
    }
    Run run = run_of(order, std::move(*facts), journal_);
    status_.edit().running = run.id;
    parts_.store.run_began(run.id, run.trigger);
    progress_told_ = {};
    tell_news(RunNews::began);
    Outcome outcome = co_await carry_out(run, order.scope);
    co_await asio::this_coro::throw_if_cancelled(false);  // what a canceled run did is noted too
    const std::optional<Error> unread = outcome.unreadable;
    co_await write_down(outcome);
    tell_board(outcome);
    mind_outage(outcome);
    tell_status(outcome, unread, run, began);
    co_await keep_run();
    co_return outcome;
}

asio::awaitable<Outcome> TargetRunner::carry_out(Run& run, Scope scope) {
    const auto limit = std::chrono::milliseconds{run.facts.policy.deadline};
    const bool all = scope.all;
    std::optional<Outcome> outcome;
    auto work = into(outcome, parts_.target.kinds(), run, std::move(scope));
    auto ended = co_await net::with_deadline(parts_.clock, limit, std::move(work));
    if (outcome && (ended || outcome->canceled)) co_return std::move(*outcome);
    Outcome cut;
    if (outcome) cut = std::move(*outcome);
    cut.run = run.id;
    cut.target = run.facts.target;
    cut.trigger = run.trigger;
    cut.full = all;
    cut.canceled = true;
    if (ended.failed() && !cut.unreadable) cut.unreadable = std::move(ended).error().in("run");
    co_return cut;
}

asio::awaitable<Result<Plan>> TargetRunner::plan(Scope scope) {
    Order order{.trigger = "plan", .scope = scope, .retry = {}};
    auto facts = co_await facts_of(order);
    if (!facts) co_return std::move(facts).error();
    facts->policy.mode = Mode::observe;
    NoJournal nothing_noted;
    Run run = run_of(order, std::move(*facts), nothing_noted);
    Outcome outcome = co_await reconcile(parts_.target.kinds(), run, std::move(scope));
    tell_board(outcome);
    co_return std::move(outcome.plan);
}

/// What the store can't take in is lost for status only: marks and live state remain the truth.
asio::awaitable<void> TargetRunner::write_down(Outcome& outcome) {
    const bool converging = parts_.settings.policy.mode == Mode::converge;
    auto recorded = co_await parts_.store.record(outcome, converging);
    store_works_ = recorded.ok();
    if (!recorded) {
        store_failed("record");
        spdlog::error("store failed run={} target={} detail={}", outcome.run, outcome.target,
                      in_quotes(recorded.error().message));
        if (!outcome.unreadable) outcome.unreadable = std::move(recorded).error();
        co_return;
    }
    co_await end_hold(outcome);
    const bool any_is_back = std::ranges::any_of(
        restoring_, [&outcome](const ResourceKey& key) { return outcome.worked.contains(key); });
    if (any_is_back) outcome.look_again = std::chrono::milliseconds{0};  // it rests from now on
    if (declared_again_.empty()) co_return;
    // Where this fails, the next run does it.
    [[maybe_unused]] const auto ended = co_await parts_.store.end_restores(declared_again_);
}

/// Without it, only the list of runs is shorter.
asio::awaitable<void> TargetRunner::keep_run() {
    const auto kept = co_await parts_.store.ended(parts_.settings.name, *status_->last);
    if (kept) co_return;
    spdlog::error("store failed run={} target={} detail={}", status_->last->id,
                  parts_.settings.name, in_quotes(kept.error().message));
}

/// A rewind is over once the target followed it as a whole and nothing waits for a person any more.
asio::awaitable<void> TargetRunner::end_hold(const Outcome& outcome) {
    const bool whole = outcome.full && outcome.clean() && !superseded_;
    const bool followed = wanted_ && wanted_->is_tip && hold_.empty();
    const bool converging = parts_.settings.policy.mode == Mode::converge;
    if (!stored_hold_.starts_with(rewind_hold) || !whole || !followed || !converging) co_return;
    if (!outcome.plan.held.empty()) co_return;
    const std::string nothing;
    const auto ended = co_await parts_.store.hold_removals(parts_.settings.name, nothing);
    if (ended) stored_hold_.clear();
}

void TargetRunner::tell_board(const Outcome& outcome) {
    for (const auto& [key, posted] : outcome.posted) {
        const Posted* known = parts_.board.find(key);
        posted_news_ = posted_news_ || known == nullptr || !same_for_others(*known, posted);
        parts_.board.post(key, posted);
        posted_.insert(key);
    }
    if (outcome.needs) {
        const bool is_news = parts_.board.set_needs(parts_.settings.name, *outcome.needs);
        posted_news_ = posted_news_ || is_news;
    }
    if (!outcome.full || !outcome.clean()) return;
    for (auto key = posted_.begin(); key != posted_.end();) {
        if (outcome.posted.contains(*key)) {
            ++key;
            continue;
        }
        parts_.board.take_down(*key);
        posted_news_ = true;
        key = posted_.erase(key);
    }
}

/// A pull tells more than anybody can read: what is shown of it changes once a second.
void TargetRunner::tell_progress(const std::string& text) {
    const auto now = parts_.clock.now();
    if (now - progress_told_ < std::chrono::seconds{1}) return;
    progress_told_ = now;
    status_.edit().progress = text;
    tell_news(RunNews::progressed);
}

void TargetRunner::tell_news(RunNews news) const {
    if (parts_.on_news) parts_.on_news(*status_, news);
}

void TargetRunner::store_failed(const std::string& operation) {
    store_works_ = false;
    if (parts_.on_store_failure) parts_.on_store_failure(operation);
}

void TargetRunner::mind_outage(const Outcome& outcome) {
    if (outcome.unreadable) {
        after_outage_ = true;
    } else if (outcome.full && outcome.clean() && suspension() == nullptr) {
        after_outage_ = false;
    }
}

void TargetRunner::tell_status(const Outcome& outcome, const std::optional<Error>& unread,
                               const Run& run, net::SteadyTime began) {
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(parts_.clock.now() - began);
    TargetStatus& status = status_.edit();
    status.running.clear();
    status.progress.clear();
    status.hold_removals = holds();
    status.word = unread ? word_for(*unread) : TargetWord::ok;  // of the target, not of the store
    status.detail = outcome.unreadable ? outcome.unreadable->message : std::string{};
    if (const Suspension* one = suspension()) {  // who suspended it wants to see that it is
        status.word = TargetWord::suspended;
        status.detail = why_of(*one);
        if (outcome.unreadable) status.detail += "; " + outcome.unreadable->message;
    }
    status.last = LastRun{.id = run.id,
                          .trigger = run.trigger,
                          .began = run.facts.now,
                          .took = took,
                          .changes = outcome.changes,
                          .converged = outcome.converged(),
                          .error = error_of_run(outcome)};
    if (outcome.full && outcome.clean()) {
        status.resources = outcome.statuses;
        status.plan = outcome.plan;
    } else {
        for (const auto& [key, one] : outcome.statuses) status.resources[key] = one;
    }
    status.runs.push_front(*status.last);
    if (status.runs.size() > most_runs) status.runs.pop_back();
    log_end(outcome, *status.last);
}

}  // namespace driftless
