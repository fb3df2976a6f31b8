#include "reconcilers/waiting.hpp"

#include <algorithm>
#include <utility>

#include "reconcilers/because.hpp"

namespace driftless {
namespace {

bool changes_things(Verb verb) {
    return verb == Verb::create || verb == Verb::update || verb == Verb::replace;
}

/// Is the claim free once this has begun?
bool gives_up(const Action& action, const std::string& claim) {
    if (action.verb == Verb::adopt) return false;
    return !action.want ||
           std::ranges::find(action.want->claims, claim) == action.want->claims.end();
}

bool is_starting(const Live& live) {
    return !live.unfinished.empty() || live.health == Health::starting;
}

bool meets(const Live& live, Until until) {
    if (until == Until::exists) return true;
    if (until == Until::completed) return live.completed;
    return live.completed || (live.ready && !is_starting(live) && live.health != Health::unhealthy);
}

bool meets(const Posted& posted, Until until) {
    if (until == Until::exists) return posted.exists;
    if (until == Until::completed) return posted.completed;
    return posted.exists && (posted.ready || posted.completed);
}

std::string_view word(Until until) {
    switch (until) {
        case Until::exists: return "there";
        case Until::ready: return "ready";
        case Until::completed: return "completed";
    }
    return "ready";
}

}  // namespace

std::string waits_until(const ResourceKey& key, Until until, const std::string& why) {
    const std::string text = fmt::format("waits until {} is {}", to_string(key), word(until));
    return because(text, why);
}

Waiting::Waiting(Planning& planning)
    : p_(planning),
      waits_(planning.drafts.size()),
      later_(planning.drafts.size()),
      successors_(planning.drafts.size()) {
    for (std::size_t i = 0; i < p_.drafts.size(); ++i) {
        const Draft& draft = p_.drafts[i];
        draft_of_.emplace(draft.action.key, i);
        if (!draft.removes()) continue;
        removals_of_[draft.action.key].push_back(i);
        const ResourceKey manifest = p_.manifest_of(*draft.action.have);
        if (manifest != draft.action.key) removals_of_[manifest].push_back(i);
    }
    for (const Rest& rest : p_.plan.resting) rest_of_.emplace(rest.key, &rest);
    for (const Sighting& seen : p_.lookup.all()) {
        if (seen.live->unfinished.empty() || seen.live->kept) continue;
        for (const std::string& claim : seen.live->gave_up) may_return_.emplace(claim, seen.live);
    }
    for (const Held& held : p_.plan.held) held_of_.emplace(held.action.key, &held);
}

void Waiting::weigh() {
    for (std::size_t i = 0; i < p_.drafts.size(); ++i) {
        if (changes_things(p_.drafts[i].action.verb) || p_.drafts[i].is_half_way()) {
            needs_of(i);
            claims_of(i);
        }
        if (p_.drafts[i].action.back) claims_to_come_back(i);
    }
    needs_of_the_dropped();
    for (std::size_t i = 0; i < p_.drafts.size(); ++i) follow_successors(i);
}

void Waiting::add(std::size_t draft, Wait wait) {
    if (draft != wait.on) waits_[draft].push_back(wait);
}

void Waiting::block(std::size_t draft, std::string why, bool passing) {
    Draft& blocked = p_.drafts[draft];
    if (!blocked.blocked.empty()) return;
    blocked.blocked = std::move(why);
    blocked.passing = passing;
}

void Waiting::needs_of(std::size_t draft) {
    const std::vector<Need> needs = p_.drafts[draft].action.want->needs;
    for (const Need& one : needs) {
        const bool elsewhere = one.key.target != p_.facts.target;
        if (elsewhere && p_.drafts[draft].is_half_way()) continue;  // it was met when that began
        need(draft, one);
    }
}

/// A resource of this target, all of a manifest of it, or what the board tells of another target.
void Waiting::need(std::size_t draft, const Need& need) {
    if (p_.declared.contains(need.key)) return need_here(draft, need.key, need);
    const auto resources = p_.of_manifest.find(need.key);
    if (resources == p_.of_manifest.end()) {
        const bool nothing_to_wait_for = p_.manifests.contains(need.key);
        if (!nothing_to_wait_for) need_posted(draft, need.key, need);
        return;
    }
    for (const ResourceKey& key : resources->second) need_here(draft, key, need);
}

void Waiting::need_here(std::size_t draft, const ResourceKey& key, const Need& need) {
    if (const auto on = draft_of_.find(key); on != draft_of_.end()) {
        return need_draft(draft, on->second, need);
    }
    if (!rest_of_.contains(key) && !held_of_.contains(key)) return need_posted(draft, key, need);
    need_resting(draft, key, need);
}

/// What is done in this run is enough only where no further look is needed to tell.
void Waiting::need_draft(std::size_t draft, std::size_t on, const Need& need) {
    const Action& action = p_.drafts[on].action;
    const bool finish = action.verb == Verb::finish && need.until == Until::ready;
    const bool makes = action.verb == Verb::create || action.verb == Verb::replace;
    const bool known =
        makes ? need.until == Until::ready && p_.rules_of(action.key.kind).ready_when_done
              : action.have && meets(*action.have, need.until);
    Wait::Enough enough = Wait::Enough::look;
    if (need.until == Until::exists || finish || known) enough = Wait::Enough::done;
    if (!need.required) enough = Wait::Enough::ended;
    add(draft, {on, enough, need.until});
}

void Waiting::need_resting(std::size_t draft, const ResourceKey& key, const Need& need) {
    const auto held = held_of_.find(key);
    const auto rest = rest_of_.find(key);
    const Status status = held != held_of_.end() ? Status::held : rest->second->status;
    const Live* have = nullptr;
    if (held == held_of_.end()) {
        have = rest->second->have.get();
    } else if (held->second->action.have) {
        have = &*held->second->action.have;
    }
    const bool seen = have != nullptr && status != Status::conflict && status != Status::unknown;
    if (seen && meets(*have, need.until)) return;
    const bool starting = (seen && is_starting(*have)) || status == Status::progressing ||
                          (rest != rest_of_.end() && rest->second->passing);
    if (!need.required && !starting) return;
    const std::string& why = held != held_of_.end() ? held->second->why : rest->second->why;
    block(draft, waits_until(key, need.until, why), starting);
}

void Waiting::need_posted(std::size_t draft, const ResourceKey& key, const Need& need) {
    const Posted* posted = p_.facts.board.find(key);
    if (posted != nullptr && meets(*posted, need.until)) return;
    if (!need.required && (posted == nullptr || posted->failed || !posted->exists)) return;
    const std::string why = posted == nullptr ? "not seen yet" : posted->detail;
    block(draft, waits_until(key, need.until, why),
          posted != nullptr && posted->exists && !posted->failed);
}

void Waiting::claims_of(std::size_t draft) {
    const Action& action = p_.drafts[draft].action;
    for (const std::string& text : action.want->claims) {
        for (const Live* holder : p_.lookup.holders(action.collection, text)) {
            const bool own = action.have && action.have->id == holder->id;
            if (!own) claim(draft, text, *holder);
        }
        claim_of_one_that_may_return(draft, text);
    }
}

/// A claim that something of ours holds: it is free once that has begun to change or to go.
void Waiting::claim(std::size_t draft, const std::string& claim, const Live& holder) {
    const InventoryEntry* entry = p_.entry_for(holder);
    auto on = draft_of_.find(holder.key);
    if (on == draft_of_.end() && entry != nullptr) on = draft_of_.find(entry->key);
    if (on != draft_of_.end() && gives_up(p_.drafts[on->second].action, claim)) {
        add(draft, {on->second, Wait::Enough::begun});
        if (p_.drafts[on->second].removes()) successors_[on->second].push_back(draft);
        return;
    }
    const auto held = held_of_.find(holder.key);
    const std::string why = held == held_of_.end() ? "" : ", and its removal or change is held";
    block(draft, fmt::format("waits for {}: {} holds it{}", claim, to_string(holder.key), why),
          false);
}

/// Its new one is not proven yet: until then the place of the old one is kept free.
void Waiting::claim_of_one_that_may_return(std::size_t draft, const std::string& claim) {
    const auto found = may_return_.find(claim);
    if (found == may_return_.end()) return;
    const Live& live = *found->second;
    const auto& have = p_.drafts[draft].action.have;
    if (live.key == p_.drafts[draft].action.key || (have && have->id == live.id)) return;
    if (const auto on = draft_of_.find(live.key); on != draft_of_.end()) {
        return add(draft, {on->second, Wait::Enough::done});
    }
    block(draft, fmt::format("waits for {}: {} may come back to it", claim, to_string(live.key)),
          true);
}

/// The old one can come back only where nobody took its place.
void Waiting::claims_to_come_back(std::size_t draft) {
    const Action& action = p_.drafts[draft].action;
    const std::string taken = who_holds(action, action.have->gave_up);
    if (taken.empty()) return;
    block(draft, fmt::format("{}; the one before can't come back: {}", action.reason, taken),
          false);
}

std::string Waiting::who_holds(const Action& action, const std::vector<std::string>& claims) const {
    for (const std::string& claim : claims) {
        for (const Live* holder : p_.lookup.holders(action.collection, claim)) {
            if (holder->id != action.have->id)
                return fmt::format("{} holds {}", to_string(holder->key), claim);
        }
    }
    return "";
}

void Waiting::step_aside(std::size_t draft) {
    p_.drafts[draft].action.aside = true;
    later_[draft] = std::exchange(waits_[draft], {});
    for (std::size_t other = 0; other < waits_.size(); ++other) {
        const bool takes_over = std::ranges::any_of(waits_[other], [draft](const Wait& wait) {
            return wait.on == draft && wait.enough == Wait::Enough::begun;
        });
        if (takes_over) successors_[draft].push_back(other);
    }
}

/// By draft: must it go before this one, or, with what waits for later, before its finish?
std::vector<bool> Waiting::all_before(std::size_t draft, bool with_later) const {
    std::vector<bool> before(waits_.size(), false);
    std::vector<std::size_t> open{draft};
    while (!open.empty()) {
        std::vector<Wait> waits = waits_[open.back()];
        if (with_later) std::ranges::copy(later_[open.back()], std::back_inserter(waits));
        open.pop_back();
        for (const Wait& wait : waits) {
            if (before[wait.on]) continue;
            before[wait.on] = true;
            open.push_back(wait.on);
        }
    }
    return before;
}

bool Waiting::opens_circle(std::size_t draft) const {
    const std::vector<bool> before = all_before(draft, false);
    if (!before[draft]) return false;
    for (std::size_t other = 0; other < waits_.size(); ++other) {
        if (!before[other]) continue;
        for (const Wait& wait : waits_[other]) {
            if (wait.on == draft && wait.enough != Wait::Enough::begun) return false;
        }
    }
    return true;
}

bool Waiting::is_urgent(std::size_t draft) const {
    for (std::size_t other = 0; other < waits_.size(); ++other) {
        const Draft& one = p_.drafts[other];
        const bool is_away = one.action.aside || one.is_half_way();
        if (is_away && all_before(other, true)[draft]) return true;
    }
    return false;
}

/// Room is made right before it is used: after all else that the successor waits for.
void Waiting::follow_successors(std::size_t removal) {
    for (const std::size_t successor : successors_[removal]) {
        for (const Wait& wait : waits_[successor]) {
            const bool takes_room_too =
                std::ranges::find(successors_[removal], wait.on) != successors_[removal].end();
            if (wait.on == removal || takes_room_too || p_.drafts[wait.on].removes()) continue;
            add(removal, wait);
        }
    }
}

/// Removals in reverse: what others still need goes after them, and stays while they stay.
void Waiting::needs_of_the_dropped() {
    if (removals_of_.empty()) return;
    for (const auto& [key, entry] : p_.facts.inventory) {
        for (const Need& need : entry.needs) need_of_the_dropped(key, need.key);
    }
    for (const auto& [key, removals] : removals_of_) {
        for (const ResourceKey& dependent : p_.facts.board.dependents_of(key)) {
            for (const std::size_t removal : removals) still_needed(removal, dependent);
        }
    }
}

void Waiting::still_needed(std::size_t removal, const ResourceKey& dependent) {
    block(removal, fmt::format("{} still needs it", to_string(dependent)), false);
}

void Waiting::need_of_the_dropped(const ResourceKey& dependent, const ResourceKey& key) {
    const auto removals = removals_of_.find(key);
    if (removals == removals_of_.end()) return;
    for (const std::size_t removal : removals->second) {
        if (p_.drafts[removal].action.key != dependent) keep_needed(removal, dependent);
    }
}

void Waiting::keep_needed(std::size_t removal, const ResourceKey& dependent) {
    if (const auto on = draft_of_.find(dependent); on != draft_of_.end()) {
        const bool changes = p_.drafts[on->second].action.verb != Verb::adopt &&
                             p_.drafts[on->second].action.verb != Verb::create;
        if (changes) add(removal, {on->second, Wait::Enough::done});
        return;
    }
    const auto rest = rest_of_.find(dependent);
    const auto held = held_of_.find(dependent);
    bool stays = !p_.facts.scope.covers(dependent);  // it was not looked at: it may need it
    if (held != held_of_.end()) stays = held->second->action.have.has_value();
    if (rest != rest_of_.end()) {
        const Status status = rest->second->status;
        stays = status == Status::unknown || (rest->second->have && status != Status::in_sync);
    }
    if (stays) still_needed(removal, dependent);
}

void Waiting::write_to(std::size_t draft) {
    Action& action = p_.drafts[draft].action;
    for (const Wait& wait : waits_[draft]) {
        if (!p_.drafts[wait.on].blocked.empty()) continue;
        auto& list = wait.enough == Wait::Enough::done    ? action.after
                     : wait.enough == Wait::Enough::begun ? action.after_begun
                                                          : action.after_ended;
        const ResourceKey& key = p_.drafts[wait.on].action.key;
        if (std::ranges::find(list, key) == list.end()) list.push_back(key);
    }
}

}  // namespace driftless
