#include <algorithm>
#include <set>

#include "reconcilers/planning.hpp"
#include "reconcilers/seals.hpp"

namespace driftless {
namespace {

/// What becomes of a thing of ours in this run. `waits`: git dropped it, but a person is asked
/// anyway.
enum class Fate { stays, waits, goes };

/// Counts removals as a person would, and says when they are too many.
class Brake {
public:
    void count(const ResourceKey& manifest, Fate fate, std::size_t things = 1);
    /// @return why every removal of the run waits, or "" when there are not too many
    [[nodiscard]] std::string why(const KeySet& staying, std::size_t limit) const;

private:
    struct Tally {
        std::size_t held = 0;
        std::size_t dropped = 0;  ///< by git, be they waiting or not
        std::size_t going = 0;
    };
    std::map<ResourceKey, Tally> manifests_;
    Tally all_;
};

void Brake::count(const ResourceKey& manifest, Fate fate, std::size_t things) {
    for (Tally* tally : {&all_, &manifests_[manifest]}) {
        tally->held += things;
        if (fate != Fate::stays) tally->dropped += things;
        if (fate == Fate::goes) tally->going += things;
    }
}

std::string Brake::why(const KeySet& staying, std::size_t limit) const {
    constexpr std::size_t many = 3;
    if (all_.going == 0) return "";
    if (all_.dropped == all_.held) return "it would remove all that we hold on this target";
    std::size_t removals = 0;
    for (const auto& [manifest, tally] : manifests_) {
        if (tally.going == 0) continue;
        const bool stays = staying.contains(manifest);
        if (stays && tally.dropped == tally.held && tally.held >= many) {
            return fmt::format("it would remove all {} things of {}", tally.held,
                               to_string(manifest));
        }
        removals += stays ? tally.going : 1;
    }
    if (removals <= limit) return "";
    return fmt::format("{} removals in one run, more than maxRemovals: {}", removals, limit);
}

class UndeclaredPlanner {
public:
    explicit UndeclaredPlanner(Planning& planning) : p_(planning) {}
    void plan();

private:
    void seen(const Live& live, const std::string& collection);
    void ours(const Live& live, const std::string& collection);
    void stays(const Live& live);
    [[nodiscard]] Draft* change_of(const Live& live);
    void unread();
    void count_unseen();
    void apply_brake();
    void remove(const Live& live, const std::string& collection);
    [[nodiscard]] bool is_remade(const Live& live) const;
    [[nodiscard]] std::string why_hold(const Live& live, bool& first) const;
    [[nodiscard]] Action action_of(const Live& live, const std::string& collection,
                                   Verb verb) const;
    [[nodiscard]] ResourceKey key_of(const Live& live) const;
    void rest(const Live& live, Status status, std::string why);
    void unmanaged(const Live& live, const std::string& collection);

    Planning& p_;
    Brake brake_;
    std::unordered_map<std::string, std::size_t> changes_;  ///< drafts by what they change
    std::size_t left_out_ = 0;                              ///< removals, because prune is off
};

void UndeclaredPlanner::plan() {
    for (std::size_t at = 0; at < p_.drafts.size(); ++at) {
        const Action& action = p_.drafts[at].action;
        const bool changes = action.verb == Verb::update || action.verb == Verb::replace;
        if (changes) changes_.emplace(action.have->key.kind + "/" + action.have->id, at);
    }
    for (const Sighting& sighting : p_.lookup.all()) seen(*sighting.live, *sighting.collection);
    unread();
    count_unseen();
    apply_brake();
    if (left_out_ > 0) {
        p_.plan.notes.push_back(fmt::format("prune is off: {} removals left out", left_out_));
    }
}

/// The key that our memory of it has: another than its own after a manifest was renamed.
ResourceKey UndeclaredPlanner::key_of(const Live& live) const {
    const InventoryEntry* entry = p_.entry_for(live);
    return entry != nullptr && entry->id == live.id && !entry->key.name.empty() ? entry->key
                                                                                : live.key;
}

void UndeclaredPlanner::seen(const Live& live, const std::string& collection) {
    if (p_.taken.contains(&live)) {
        if (p_.is_ours(live)) stays(live);
        return;
    }
    const bool known = p_.is_ours(live) || is_remade(live);
    if (!known || p_.declared.contains(live.key)) return unmanaged(live, collection);
    const Scope& scope = p_.facts.scope;
    if (!scope.covers(live.key) && !scope.covers(key_of(live))) return;
    ours(live, collection);
}

/// It stays, but a change may take a part of it away: values of a set of records.
void UndeclaredPlanner::stays(const Live& live) {
    const ResourceKey manifest = p_.manifest_of(live);
    Draft* change = change_of(live);
    if (change == nullptr) return brake_.count(manifest, Fate::stays);
    const std::size_t there = p_.count_in(live.key.kind, live.spec);
    const std::size_t wanted = p_.count_in(live.key.kind, change->action.want->spec);
    change->drops = there > wanted ? there - wanted : 0;
    brake_.count(manifest, Fate::stays, there - change->drops);
    brake_.count(manifest, change->hold.empty() ? Fate::goes : Fate::waits, change->drops);
}

Draft* UndeclaredPlanner::change_of(const Live& live) {
    const auto found = changes_.find(live.key.kind + "/" + live.id);
    return found == changes_.end() ? nullptr : &p_.drafts[found->second];
}

/// Somebody made ours anew: its place is in our inventory, but not this thing.
bool UndeclaredPlanner::is_remade(const Live& live) const {
    return live.owner == Owner::kin && p_.facts.inventory.contains(live.key);
}

void UndeclaredPlanner::ours(const Live& live, const std::string& collection) {
    if (!p_.facts.desired) return rest(live, Status::unknown, "what git wants here is not known");
    if (const auto* why = p_.suspended(key_of(live), p_.manifest_of(live))) {
        brake_.count(p_.manifest_of(live), Fate::stays);
        return rest(live, Status::suspended, *why);
    }
    if (!live.left_alone.empty()) return rest(live, Status::suspended, live.left_alone);
    if (live.idle_until) {
        rest(live, Status::progressing, live.unfinished);
        p_.plan.resting.back().passing = !live.kept;
        return;
    }
    if (p_.declared.empty()) {
        return rest(live, Status::held,
                    "git declares nothing at all for this target: nothing is removed");
    }
    if (!live.unfinished.empty()) {
        Draft finish{action_of(live, collection, Verb::finish)};
        finish.action.reason = live.unfinished;
        p_.drafts.push_back(std::move(finish));
        return;
    }
    if (live.self) {
        brake_.count(p_.manifest_of(live), Fate::stays);
        return rest(live, Status::held, "driftless itself runs on it: it is never removed");
    }
    if (!p_.facts.policy.prune) {
        ++left_out_;
        return unmanaged(live, collection);
    }
    remove(live, collection);
}

void UndeclaredPlanner::remove(const Live& live, const std::string& collection) {
    const bool all_read =
        std::ranges::all_of(p_.reads, [](const auto& read) { return read.second.ok(); });
    if (!all_read) {
        return rest(live, Status::blocked,
                    "a part of this target could not be read: nothing is removed in this round");
    }
    Draft draft{action_of(live, collection, Verb::remove)};
    draft.action.reason = "git dropped it";
    draft.hold = why_hold(live, draft.first_contact);
    brake_.count(p_.manifest_of(live), draft.hold.empty() ? Fate::goes : Fate::waits,
                 p_.count_in(live.key.kind, live.spec));
    p_.drafts.push_back(std::move(draft));
}

/// The witnesses that are missing, and all else for which a person is asked first.
std::string UndeclaredPlanner::why_hold(const Live& live, bool& first) const {
    const InventoryEntry* entry = p_.entry_for(live);
    const Facts& facts = p_.facts;
    if (!facts.hold_removals.empty()) return facts.hold_removals;
    first = p_.first_met(entry);
    if (first) return "it was here before the first converged run of this target";
    if (facts.after_outage) return "the target was away: removals wait for one clean full round";
    if (!p_.is_ours(live)) return "somebody made it anew: it is not the thing that we made";
    const std::string& earlier =
        entry != nullptr && !entry->commit.empty() ? entry->commit : live.commit;
    if (earlier.empty()) return "no earlier commit is known that declared it";
    if (earlier == p_.plan.commit) return "this same commit declared it before";
    if (live.protect || (entry != nullptr && entry->protect)) return "it is protected";
    if (p_.holds_data(key_of(live), nullptr)) return "it holds data";
    return "";
}

/// What was not read is unknown, never absent.
void UndeclaredPlanner::unread() {
    for (const auto& [key, entry] : p_.facts.inventory) {
        if (p_.declared.contains(key) || !p_.facts.scope.covers(key)) continue;
        const auto read = p_.reads.find(entry.collection);
        const bool was_read = read != p_.reads.end() && read->second.ok();
        if (was_read) continue;
        Rest rest;
        rest.key = key;
        rest.status = Status::unknown;
        rest.why = read == p_.reads.end() ? fmt::format("{} was not read", entry.collection)
                                          : read->second.error().message;
        p_.rest(std::move(rest));
    }
}

/// A look at some keys must not slip past the brake: what it does not see counts as remembered.
void UndeclaredPlanner::count_unseen() {
    if (p_.facts.scope.all) return;
    for (const auto& [key, entry] : p_.facts.inventory) {
        if (p_.lookup.by_key(entry.collection, key) != nullptr && p_.facts.scope.covers(key))
            continue;
        if (p_.taken.contains(p_.lookup.by_id(entry.collection, entry.id))) continue;
        brake_.count(entry.manifest, p_.declared.contains(key) ? Fate::stays : Fate::goes);
    }
}

void UndeclaredPlanner::apply_brake() {
    const std::string why = brake_.why(p_.manifests, p_.facts.policy.max_removals);
    if (why.empty()) return;
    for (Draft& draft : p_.drafts) {
        const bool takes = draft.action.verb == Verb::remove || draft.drops > 0;
        if (takes && draft.hold.empty()) draft.hold = why;
    }
}

Action UndeclaredPlanner::action_of(const Live& live, const std::string& collection,
                                    Verb verb) const {
    Action action;
    action.verb = verb;
    action.key = key_of(live);
    action.collection = collection;
    action.have = live;
    const FieldRules& fields = fields_for(p_.rules_of(live.key.kind), live.spec);
    action.have->spec = presentable(live.spec, nullptr, fields, p_.vault);
    return action;
}

void UndeclaredPlanner::rest(const Live& live, Status status, std::string why) {
    Rest rest;
    rest.key = key_of(live);
    rest.status = status;
    rest.why = std::move(why);
    rest.have = shown(&live);
    p_.rest(std::move(rest));
}

void UndeclaredPlanner::unmanaged(const Live& live, const std::string& collection) {
    if (!p_.facts.scope.all) return;
    const bool is_told = live.owner != Owner::foreign || p_.rules_of(live.key.kind).tells_others ||
                         p_.told.contains(collection);
    if (is_told) p_.plan.unmanaged.push_back(without_spec(live));
}

}  // namespace

void plan_undeclared(Planning& planning) {
    UndeclaredPlanner{planning}.plan();
}

}  // namespace driftless
