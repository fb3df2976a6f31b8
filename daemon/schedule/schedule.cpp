#include "daemon/schedule/schedule.hpp"

#include <algorithm>

namespace driftless {
namespace {

using namespace std::chrono_literals;

/// A look that follows a change: soon, but not before the change can be seen.
constexpr auto verify_after = 1s;
/// The first look waits for the provider's events, so that none is missed, but not for ever.
constexpr auto listen_within = 1s;
/// Why a look is due that nothing asked for.
constexpr auto by_interval = "interval";
/// A resource that never comes to rest is looked at nevertheless, after so many times `settle`.
constexpr int longest_settle = 6;

/// A provider that told us to wait means all that we ask of it.
bool is_told_to_wait(const Error& error) {
    return error.code == Errc::rate_limited && error.retry_after;
}

/// What went wrong with the target as a whole.
const Error* error_of(const Outcome& outcome) {
    if (outcome.unreadable) return &*outcome.unreadable;
    for (const ActionOutcome& action : outcome.actions) {
        if (action.error && is_told_to_wait(*action.error)) return &*action.error;
    }
    return nullptr;
}

std::string backoff_text(int failures) {
    return fmt::format("back-off after {} failure{}", failures, failures == 1 ? "" : "s");
}

}  // namespace

Schedule::Schedule(const Policy& policy, net::Random& random) : policy_(policy), random_(random) {}

/// A full look at `at`, or at an earlier time that was set before.
void Schedule::look(net::SteadyTime at, const std::string& why, bool fresh) {
    if (!full_ || at < full_->at) {
        full_ = Look{at, why, fresh || (full_ && full_->fresh)};
    } else {
        full_->fresh = full_->fresh || fresh;
    }
}

/// A full look now, whatever failed before, unless the provider told us to wait.
void Schedule::press(net::SteadyTime now, const std::string& why, bool fresh) {
    if (!told_to_wait_) not_before_.reset();
    for (auto& [key, again] : again_) again.at = std::min(again.at, now);
    look(now, why, fresh);
}

void Schedule::start(net::SteadyTime now) {
    press(now, "start", true);
    listening_by_ = now + listen_within;
}

void Schedule::new_commit(net::SteadyTime now) {
    press(now, "commit", false);
}

void Schedule::back_again(net::SteadyTime now) {
    press(now, "reconnect", true);
    listening_by_.reset();
}

void Schedule::remind(net::SteadyTime at, const std::string& why) {
    look(at, why);
}

void Schedule::board_changed(net::SteadyTime now) {
    look(now, "dependency", false);
}

void Schedule::hint(net::SteadyTime now, const Hint& hint) {
    if (hint.missed) return back_again(now);
    if (!hint.all && hint.keys.empty()) return;
    if (!anything_hinted()) first_hint_ = now;
    hinted_.insert(hint.keys.begin(), hint.keys.end());
    hinted_all_ = hinted_all_ || hint.all;
    settle(now);
}

void Schedule::settle(net::SteadyTime now) {
    settled_at_ = std::min(now + policy_.settle, first_hint_ + longest_settle * policy_.settle);
}

void Schedule::ask(net::SteadyTime now, const Scope& scope) {
    if (!asked_) {
        asked_ = scope;
        asked_at_ = now;
        return;
    }
    asked_->all = asked_->all || scope.all;
    asked_->renew = asked_->renew || scope.renew;
    asked_->keys.insert(asked_->keys.end(), scope.keys.begin(), scope.keys.end());
}

net::SteadyTime Schedule::allowed(net::SteadyTime at) const {
    if (not_before_) at = std::max(at, *not_before_);
    return listening_by_ ? std::max(at, *listening_by_) : at;
}

/// What events tell of is not looked at by the way, in the middle of what somebody does to it.
net::SteadyTime Schedule::full_due() const {
    const auto at = allowed(full_->at);
    const bool unsettled = full_->why == by_interval && anything_hinted();
    return unsettled ? std::max(at, settled_at_) : at;
}

std::optional<Due> Schedule::next() const {
    std::optional<Due> due;
    const auto offer = [&due](net::SteadyTime at, const std::string& why) {
        if (!due || at < due->at) due = Due{at, why};
    };
    const auto wait = [this](const std::string& why, net::SteadyTime at) {
        return failures_ > 0 && allowed(at) > at ? backoff_text(failures_) : why;
    };
    if (asked_) offer(asked_at_, "person");
    if (full_) offer(full_due(), wait(full_->why, full_->at));
    if (anything_hinted()) offer(allowed(settled_at_), wait("event", settled_at_));
    return due;
}

Order Schedule::take(net::SteadyTime now) {
    Order order;
    const bool full_is_due = full_ && full_due() <= now;
    const bool hints_due = anything_hinted() && allowed(settled_at_) <= now;
    const bool all = full_is_due || (asked_ && asked_->all) || (hints_due && hinted_all_);
    order.trigger = asked_ ? "person" : full_is_due ? full_->why : "event";
    order.scope.all = all;
    order.scope.renew = asked_ && asked_->renew;
    order.scope.fresh = asked_.has_value() || (full_is_due && full_->fresh) ||
                        (all && (!last_fresh_ || now - *last_fresh_ >= fresh_every));
    std::set<ResourceKey> keys;
    if (asked_) {
        order.retry.insert(asked_->keys.begin(), asked_->keys.end());
        keys.insert(asked_->keys.begin(), asked_->keys.end());
    }
    if (hints_due) keys.insert(hinted_.begin(), hinted_.end());
    if (all) {
        full_.reset();
    } else {
        order.scope.keys.assign(keys.begin(), keys.end());
    }
    if (all || hints_due) {
        hinted_.clear();
        hinted_all_ = false;
    }
    for (const auto& [key, again] : again_) {
        const bool asked = asked_ && (asked_->all || order.retry.contains(key));
        if (again.at > now && !asked) order.later.emplace(key, again);
    }
    asked_.reset();
    listening_by_.reset();
    running_ = order;
    return order;
}

void Schedule::failed(net::SteadyTime now, const Error& error) {
    ++failures_;
    told_to_wait_ = error.retry_after.has_value() || error.code == Errc::rate_limited;
    const auto wait = backoff_.after(failures_, error, random_);
    not_before_ = now + std::chrono::duration_cast<net::SteadyTime::duration>(wait);
    look(*not_before_, backoff_text(failures_), running_.scope.fresh);
}

/// Each has its own back-off: what one can't have yet keeps nothing else waiting.
void Schedule::note_failures(net::SteadyTime now, const Outcome& outcome) {
    for (const ActionOutcome& action : outcome.actions) {
        if (!action.error || action.error->code == Errc::canceled) continue;
        Again& again = again_[action.key];
        const auto wait = backoff_.after(++again.failures, *action.error, random_);
        again.at = now + std::chrono::duration_cast<net::SteadyTime::duration>(wait);
        again.why = action.error->message;
    }
    for (const auto& [key, again] : again_) {
        if (again.at > now) look(again.at, backoff_text(again.failures));
    }
}

void Schedule::forget_what_works(const Outcome& outcome) {
    std::erase_if(again_, [&outcome](const auto& entry) {
        const bool is_gone = outcome.full && !outcome.statuses.contains(entry.first);
        return outcome.worked.contains(entry.first) || is_gone;
    });
}

void Schedule::ended(net::SteadyTime now, const Outcome& outcome) {
    if (running_.scope.all || !full_) {
        const auto interval = jittered(policy_.interval);
        look(now + std::chrono::duration_cast<net::SteadyTime::duration>(interval), by_interval);
    }
    if (running_.scope.fresh && running_.scope.all && outcome.clean()) last_fresh_ = now;
    if (outcome.look_again) {
        look(now + std::max<std::chrono::milliseconds>(*outcome.look_again, 100ms), "progress");
    } else if (outcome.changes > 0) {
        look(now + verify_after, "verify");
    }
    forget_what_works(outcome);
    note_failures(now, outcome);
    if (const Error* error = error_of(outcome)) return failed(now, *error);
    if (outcome.canceled) return;  // superseded, or we are about to stop: nobody failed
    failures_ = 0;
    told_to_wait_ = false;
    not_before_.reset();
}

std::chrono::nanoseconds Schedule::jittered(std::chrono::seconds interval) {
    const auto whole = std::chrono::nanoseconds{interval};
    const auto tenth = static_cast<std::uint64_t>(whole.count() / 10);
    if (tenth == 0) return whole;
    return whole + std::chrono::nanoseconds{random_.next() % tenth};
}

}  // namespace driftless
