// What a run of a target is made from: what the store remembers, and earlier commits.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "daemon/target_runner.hpp"
#include "reconcilers/posting.hpp"

namespace driftless {

const Declared* find_declared(const DesiredState& desired, const ResourceKey& key) {
    const auto found = std::ranges::find(desired.resources, key, &Declared::key);
    return found == desired.resources.end() ? nullptr : &*found;
}

std::string TargetRunner::holds() const {
    std::string all = stored_hold_;
    add_reason(all, hold_);
    return all;
}

asio::awaitable<Result<Facts>> TargetRunner::facts_of(const Order& order) {
    auto memory = co_await parts_.store.recall(parts_.settings.name);
    if (!memory) co_return std::move(memory).error().in("read what the store remembers");
    Facts facts;
    facts.target = parts_.settings.name;
    facts.installation = parts_.installation;
    facts.policy = parts_.settings.policy;
    facts.now = parts_.clock.wall();
    if (wanted_) facts.desired = wanted_->desired;
    facts.board = parts_.board;
    facts.retry = order.retry;
    stored_hold_ = memory->hold_removals;
    facts.hold_removals = holds();
    facts.first_contact = memory->first_contact;
    facts.after_outage = after_outage_ || memory->after_outage;
    facts.watched = watched_;
    facts.inventory = std::move(memory->inventory);
    facts.confirmed = std::move(memory->confirmed);
    facts.adopt = std::move(memory->adopt);
    facts.learned = std::move(memory->learned);
    for (const Suspension& one : memory->suspended) {
        facts.suspended.emplace(one.what, why_of(one));
    }
    tell_suspended(std::move(memory->suspended));
    for (const auto& [key, again] : order.later) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(again.at - parts_.clock.now());
        facts.later.emplace(
            key, fmt::format("{}; tried again at {}", again.why, net::to_string(facts.now + left)));
    }
    co_await add_fallbacks(facts);
    co_await add_restores(facts, memory->restores);
    co_return facts;
}

/// What git wants and the target, as it is, can't have.
std::set<ResourceKey> TargetRunner::unfit_content(const Facts& facts) const {
    std::set<ResourceKey> unfit;
    std::map<std::string, KindRules> rules;
    for (const auto& [name, kind] : parts_.target.kinds()) rules.emplace(name, kind->rules());
    if (!facts.desired) return unfit;
    for (const Declared& want : (*facts.desired)->resources) {
        const auto of_kind = rules.find(want.key.kind);
        if (of_kind == rules.end() || !of_kind->second.unfit) continue;
        if (!of_kind->second.unfit(want).empty()) unfit.insert(want.key);
    }
    return unfit;
}

/// For content that was tried and failed, is not tried again yet, or is unfit: what worked before,
/// from its commit.
asio::awaitable<void> TargetRunner::add_fallbacks(Facts& facts) {
    std::map<std::string, Wanted> in_use;
    const std::set<ResourceKey> unfit = unfit_content(facts);
    for (const auto& [key, entry] : facts.inventory) {
        const bool is_bad =
            !entry.bad_digest.empty() || unfit.contains(key) || facts.later.contains(key);
        if (!is_bad || entry.good_commit.empty()) continue;
        const auto earlier = co_await commit_that_worked(entry.good_commit);
        if (!earlier) {
            spdlog::warn("earlier commit unreadable target={} key={} revision={} detail={}",
                         facts.target, to_string(key), entry.good_commit,
                         in_quotes(earlier.error().message));
            continue;
        }
        const Declared* found = find_declared(*(*earlier)->desired, key);
        if (found == nullptr) continue;
        facts.fallback.emplace(key, *found);
        in_use.emplace(entry.good_commit, **earlier);
    }
    earlier_ = std::move(in_use);
}

/// What a person wants back is declared as it was, until it is there; then it is left alone, until
/// git declares it again.
asio::awaitable<void> TargetRunner::add_restores(Facts& facts,
                                                 const std::vector<Restore>& restores) {
    declared_again_.clear();
    restoring_.clear();
    if (!facts.desired || restores.empty()) co_return;
    const Complete<DesiredState> git = *facts.desired;
    DesiredState both = *git;
    for (const Restore& restore : restores) {
        if (find_declared(*git, restore.key) != nullptr) {
            declared_again_.push_back(restore.key);
            continue;
        }
        if (restore.done) {
            facts.suspended.emplace(restore.key,
                                    "restored by a person: left alone until git declares it again");
            continue;
        }
        auto want = co_await as_it_was(restore);
        if (!want) continue;
        both.resources.push_back(*std::move(want));
        restoring_.push_back(restore.key);
    }
    if (restoring_.empty()) co_return;
    std::ranges::sort(both.resources, {}, &Declared::key);
    // The brake must not count as git's word what is only wanted back.
    add_reason(facts.hold_removals, "something is being restored: removals wait until it is there");
    if (git->resources.empty()) facts.policy.prune = false;  // nothing declared removes nothing
    facts.desired = Complete<DesiredState>::vouched(std::move(both));
}

asio::awaitable<std::optional<Declared>> TargetRunner::as_it_was(Restore restore) {
    const auto earlier = co_await commit_that_worked(restore.commit);
    const Declared* want = earlier ? find_declared(*(*earlier)->desired, restore.key) : nullptr;
    if (want != nullptr) co_return *want;
    spdlog::warn("restore impossible target={} key={} revision={} detail={}", parts_.settings.name,
                 to_string(restore.key), restore.commit,
                 in_quotes(earlier ? "that commit does not declare it" : earlier.error().message));
    co_return std::nullopt;
}

asio::awaitable<Result<const Wanted*>> TargetRunner::commit_that_worked(const std::string& commit) {
    if (const auto known = earlier_.find(commit); known != earlier_.end()) {
        co_return &known->second;
    }
    if (wanted_ && wanted_->desired->commit == commit) co_return &*wanted_;
    if (!parts_.earlier) co_return Error{Errc::not_found, "no earlier commits are kept here"};
    auto loaded = co_await parts_.earlier(commit);
    if (!loaded) co_return std::move(loaded).error();
    co_return &earlier_.insert_or_assign(commit, std::move(*loaded)).first->second;
}

asio::awaitable<void> TargetRunner::remember() {
    const auto memory = co_await parts_.store.recall(parts_.settings.name);
    if (!memory) co_return;  // then its runs can't read it either, and change nothing
    parts_.board.set_needs(parts_.settings.name,
                           needs_elsewhere(parts_.settings.name, memory->inventory));
    tell_suspended(memory->suspended);
    const auto runs = co_await parts_.store.runs(parts_.settings.name, most_runs);
    if (!runs || runs->empty()) co_return;
    status_.edit().runs.assign(runs->begin(), runs->end());
    status_.edit().last = runs->front();
}

asio::awaitable<void> TargetRunner::look_at_suspensions() {
    auto memory = co_await parts_.store.recall(parts_.settings.name);
    if (memory) tell_suspended(std::move(memory->suspended));
}

/// The whole target's, if it is suspended.
const Suspension* TargetRunner::suspension() const {
    const auto found = std::ranges::find_if(status_->suspended, &Suspension::is_target);
    return found == status_->suspended.end() ? nullptr : &*found;
}

void TargetRunner::tell_suspended(std::vector<Suspension> suspended) {
    TargetStatus& status = status_.edit();
    status.suspended = std::move(suspended);
    if (const Suspension* one = suspension()) {
        status.word = TargetWord::suspended;
        status.detail = why_of(*one);
    } else if (status.word == TargetWord::suspended) {
        status.word = TargetWord::ok;
        status.detail.clear();
    }
}

}  // namespace driftless
