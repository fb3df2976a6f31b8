#include "daemon/target_loop.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "providers/net/platform.hpp"

namespace driftless {
namespace {

using namespace std::chrono_literals;

/// The clocks part by this much only when the machine slept, or somebody set the time.
constexpr auto slept = 60s;
/// Resources of a target. What a look at fewer leaves behind is little, and used again soon.
constexpr std::size_t many = 1'000;

}  // namespace

TargetLoop::TargetLoop(RunnerParts parts, const net::asio::any_io_executor& executor, OnEnd on_end)
    : target_(parts.target),
      clock_(parts.clock),
      random_(parts.random),
      runner_(parts),
      schedule_(parts.settings.policy, parts.random),
      wakeup_(executor),
      on_end_(std::move(on_end)),
      seen_steady_(parts.clock.now()),
      seen_wall_(parts.clock.wall()) {}

asio::awaitable<void> TargetLoop::run() {
    schedule_.start(clock_.now());
    while (!stopping_) {
        const auto due = schedule_.next();
        if (due && due->at <= clock_.now()) {
            co_await run_due();
            if (runner_.status().resources.size() >= many) net::give_back_memory();
            continue;
        }
        const auto until = due ? due->at : clock_.now() + 1h;
        const auto waited = co_await wakeup_.wait_until(clock_, until);
        if (!waited) co_return;
        mind_sleep();
    }
}

asio::awaitable<void> TargetLoop::run_due() {
    mind_sleep();
    Order order = schedule_.take(clock_.now());
    const Outcome outcome = co_await runner_.run(std::move(order));
    schedule_.ended(clock_.now(), outcome);
    mind_suspensions();
    on_end_(*this, outcome);
}

/// What is left alone until a time is looked at then.
void TargetLoop::mind_suspensions() {
    for (const Suspension& one : runner_.status().suspended) {
        if (!one.until) continue;
        const auto left = std::max(*one.until - clock_.wall(), net::WallTime::duration::zero());
        schedule_.remind(clock_.now() + left + 1ms, "a suspension ends");
    }
}

/// A machine that slept missed events, and its connections are dead: all is looked at anew. Where
/// only its clock was set, no harm is done.
void TargetLoop::mind_sleep() {
    const auto passed =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - seen_steady_);
    const net::WallTime expected = seen_wall_ + passed;
    const auto jump = clock_.wall() - expected;
    seen_steady_ = clock_.now();
    seen_wall_ = clock_.wall();
    if (std::chrono::abs(jump) < slept) return;
    spdlog::warn("clock jumped target={} by_s={}", runner_.status().name,
                 std::chrono::duration_cast<std::chrono::seconds>(jump).count());
    runner_.was_away(jump < jump.zero() ? std::optional{expected} : std::nullopt);
    schedule_.back_again(clock_.now());
}

asio::awaitable<void> TargetLoop::watch() {
    const net::Backoff backoff{.first = 1s, .most = 60s};
    int failures = 0;
    while (!stopping_) {
        std::function<void(Hint)> on_hint = [this](const Hint& hint) { heard(hint); };
        const auto ended = co_await target_.watch(std::move(on_hint));
        if (stopping_ || (ended.failed() && ended.error().code == Errc::canceled)) co_return;
        if (connected_) {
            failures = 0;
            runner_.was_away();
            schedule_.back_again(clock_.now());
            wakeup_.wake();
        }
        connected_ = false;
        const Error why =
            ended ? Error{Errc::unavailable, "the stream of events ended"} : ended.error();
        const auto wait = backoff.after(++failures, why, random_);
        spdlog::info("events lost target={} retry_in_s={} detail={}", runner_.status().name,
                     std::chrono::ceil<std::chrono::seconds>(wait).count(), in_quotes(why.message));
        const auto slept_well = co_await clock_.sleep_for(wait);
        if (!slept_well) co_return;
    }
}

void TargetLoop::heard(const Hint& hint) {
    connected_ = true;
    schedule_.hint(clock_.now(), hint);
    wakeup_.wake();
}

void TargetLoop::tell(TargetNews news) {
    runner_.edit_status().findings = std::move(news.findings);
    runner_.hold_removals(std::move(news.hold_removals));
    if (!news.wanted) return;
    runner_.want(std::move(*news.wanted));
    schedule_.new_commit(clock_.now());
    wakeup_.wake();
}

void TargetLoop::ask(const Scope& scope) {
    schedule_.ask(clock_.now(), scope);
    wakeup_.wake();
}

asio::awaitable<void> TargetLoop::suspensions_changed() {
    runner_.cut_short();
    co_await runner_.look_at_suspensions();
    ask(Scope{});
}

void TargetLoop::board_changed() {
    if (!anything_blocked()) return;
    schedule_.board_changed(clock_.now());
    wakeup_.wake();
}

bool TargetLoop::anything_blocked() const {
    return std::ranges::any_of(runner_.status().resources, [](const auto& entry) {
        return entry.second.status == Status::blocked;
    });
}

void TargetLoop::stop() {
    stopping_ = true;
    runner_.stop();
    wakeup_.wake();
}

std::uint64_t TargetLoop::edits() {
    const auto due = schedule_.next();
    if (due != shown_due_) ++due_edits_;
    shown_due_ = due;
    return runner_.edits() + due_edits_;
}

TargetStatus TargetLoop::status() const {
    TargetStatus status = runner_.status();
    const auto due = schedule_.next();
    if (!due || !status.running.empty()) return status;
    const auto left = std::max(due->at - clock_.now(), net::SteadyTime::duration::zero());
    status.next_due = clock_.wall() + std::chrono::duration_cast<std::chrono::milliseconds>(left);
    status.next_why = due->why;
    return status;
}

}  // namespace driftless
