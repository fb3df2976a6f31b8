#include <algorithm>
#include <utility>

#include "reconcilers/find_live.hpp"
#include "reconcilers/left_data.hpp"
#include "reconcilers/planning.hpp"
#include "reconcilers/repairs.hpp"
#include "reconcilers/rule_book.hpp"
#include "reconcilers/seals.hpp"

namespace driftless {
namespace {

/// One declared resource, what there is of it, and what it should be.
struct Case {
    const Declared& declared;
    SealedSpec content;                         ///< `declared`, or what worked before it
    const Complete<LiveState>* read = nullptr;  ///< that showed `have`
    const Live* have = nullptr;
    const InventoryEntry* entry = nullptr;
    bool bad = false;    ///< `declared` was tried and failed, or is unfit
    bool later = false;  ///< it is tried again, but not yet
    std::string why_bad = {};
    bool given = false;                       ///< a person said that it is ours
    std::optional<json> seen = std::nullopt;  ///< `have`'s spec, sealed like `content`

    [[nodiscard]] const json& live() const { return seen ? *seen : have->spec; }
};

struct Fields {
    std::vector<FieldChange> changes;
    bool forgotten = false;  ///< there are seals that nobody can compare any more
};

class DeclaredPlanner {
public:
    explicit DeclaredPlanner(Planning& planning) : p_(planning), left_data_(planning) {}
    void resource(const Declared& want);

private:
    [[nodiscard]] bool is_covered(const Declared& want) const;
    [[nodiscard]] bool is_ours(const Case& c) const;
    bool choose_content(Case& c);
    [[nodiscard]] bool waits_for_its_time(const Case& c) const;
    bool seal(Case& c, const Declared& want);
    void absent(const Case& c);
    void present(Case& c);
    [[nodiscard]] static bool can_only_wait(const Action& finish);
    void waits(const Case& c, std::vector<FieldChange> fields);
    void differs(const Case& c, std::vector<FieldChange> changes);
    void agrees(const Case& c, bool forgotten);
    [[nodiscard]] const RuleBook& rules_for(const Declared& want);
    [[nodiscard]] Fields fields_of(Case& c);
    [[nodiscard]] bool is_as_declared(Case c);
    [[nodiscard]] static bool is_what_worked(const Case& c, const Fields& fields);
    [[nodiscard]] const Live* stranger_with(const std::string& claim, const Case& c) const;
    [[nodiscard]] std::string why_hold(const Case& c, const Action& action, bool& first) const;
    [[nodiscard]] Action action_of(const Case& c, Verb verb) const;
    void draft(const Case& c, Action action);
    void rest(const Case& c, Status status, std::string why);
    void conflict(const Case& c, const Live& stranger, const std::string& claim);

    Planning& p_;
    std::map<const FieldRules*, RuleBook> books_;
    std::optional<RuleBook> own_book_;  ///< of a resource that ignores something
    LeftData left_data_;
};

/// The claim of the place itself; "" where the key alone is the place.
std::string place_of(const Declared& want) {
    return want.claims.empty() ? "" : want.claims.front();
}

/// Who asks for these changes, and where git alone doesn't say it, why.
std::string why_so(const Declared& want, const std::vector<FieldChange>& changes) {
    std::string why = to_string(want.origin.place) + " asks for it";
    const char* separator = ": ";
    for (const FieldChange& change : changes) {
        const auto because = want.because.find(change.path);
        if (because == want.because.end()) continue;
        why += std::exchange(separator, "; ") + because->second;
    }
    return why;
}

void DeclaredPlanner::resource(const Declared& want) {
    if (!is_covered(want)) return;
    Case c{want, {&want, nullptr, ""}};
    const auto read = p_.reads.find(want.collection);
    if (read == p_.reads.end()) {
        return rest(c, Status::unknown, fmt::format("{} was not read", want.collection));
    }
    if (!read->second) return rest(c, Status::unknown, read->second.error().message);
    c.read = &*read->second;
    c.have = find_live(p_, want);
    c.entry = p_.entry_of(want.key);
    if (c.entry == nullptr && c.have != nullptr) c.entry = p_.entry_for(*c.have);
    c.given = p_.facts.adopt.contains(want.key);
    if (c.have != nullptr) p_.taken.insert(c.have);
    if (const auto* why = p_.suspended(want.key, want.origin.manifest)) {
        return rest(c, Status::suspended, *why);
    }
    if (!choose_content(c)) return;
    if (c.have == nullptr) return absent(c);
    if (c.have->owner == Owner::foreign && !is_ours(c)) return conflict(c, *c.have, place_of(want));
    present(c);
}

bool DeclaredPlanner::is_covered(const Declared& want) const {
    const Scope& scope = p_.facts.scope;
    return scope.covers(want.key) ||
           std::ranges::any_of(want.was, [&](const auto& key) { return scope.covers(key); });
}

bool DeclaredPlanner::is_ours(const Case& c) const {
    if (c.given || p_.is_ours(*c.have)) return true;
    return c.entry != nullptr && !c.have->id.empty() && c.entry->id == c.have->id;
}

/// Content that was tried and failed is not tried again: what worked before it stands in for it.
/// @return false: the resource rests, with the reason
bool DeclaredPlanner::choose_content(Case& c) {
    if (!seal(c, c.declared)) return false;
    const KindRules& rules = p_.rules_of(c.declared.key.kind);
    if (rules.unfit) c.why_bad = rules.unfit(c.declared);
    if (!c.why_bad.empty() && is_as_declared(c)) c.why_bad.clear();
    c.bad = !c.why_bad.empty();
    const bool failed = c.entry != nullptr && !c.entry->bad_digest.empty() &&
                        c.entry->bad_digest == c.content.digest &&
                        !p_.facts.retry.contains(c.declared.key);
    if (!c.bad && failed) c.why_bad = c.entry->bad_reason;
    c.bad = c.bad || failed;
    // What came about although its answer was lost has nothing to wait for.
    if (!c.bad && waits_for_its_time(c) && !is_as_declared(c)) {
        c.bad = c.later = true;
        c.why_bad = p_.facts.later.at(c.declared.key);
    }
    if (!c.bad) return true;
    const auto earlier = p_.facts.fallback.find(c.declared.key);
    if (earlier != p_.facts.fallback.end()) {
        const std::string bad_digest = c.content.digest;
        if (!seal(c, earlier->second)) return false;
        if (c.content.digest != bad_digest) return true;
        c.content.want = &c.declared;
    }
    if (c.have != nullptr && !c.have->unfinished.empty()) return true;
    rest(c, Status::failed, c.why_bad);
    return false;
}

/// What is under way goes on; whether it has to wait is seen when it is clear what it would do.
bool DeclaredPlanner::waits_for_its_time(const Case& c) const {
    const bool under_way = c.have != nullptr && !c.have->unfinished.empty();
    return !under_way && p_.facts.later.contains(c.declared.key);
}

bool DeclaredPlanner::seal(Case& c, const Declared& want) {
    const bool unchanged = c.have != nullptr && c.have->spec.is_null() && !want.digest.empty() &&
                           c.have->agrees_with == want.digest;
    if (unchanged) {  // its spec is needed by nobody
        c.content = {&want, nullptr, want.digest};
        return true;
    }
    auto spec = seal_spec(want, p_.vault, p_.facts.board);
    if (!spec) {
        const bool waits = spec.error().code == Errc::unavailable;
        rest(c, waits ? Status::blocked : Status::failed, std::move(spec).error().message);
        p_.plan.resting.back().passing = waits;
        return false;
    }
    c.content = *std::move(spec);
    return true;
}

void DeclaredPlanner::absent(const Case& c) {
    Action action = action_of(c, Verb::create);
    action.repair = is_repair(c.entry, c.content.digest);
    action.reason = action.repair ? "drift: it is gone"
                                  : to_string(c.content.want->origin.place) + " asks for it";
    draft(c, std::move(action));
}

void DeclaredPlanner::present(Case& c) {
    if (!c.have->left_alone.empty()) return rest(c, Status::suspended, c.have->left_alone);
    Fields fields = fields_of(c);
    if (!c.have->unfinished.empty()) {
        Action action = action_of(c, Verb::finish);
        action.back = c.bad && !is_what_worked(c, fields);
        action.fields = std::move(fields.changes);
        action.reason = c.have->unfinished;
        if (can_only_wait(action)) return waits(c, std::move(action.fields));
        const auto later = p_.facts.later.find(action.key);
        if (later == p_.facts.later.end() || action.back) return draft(c, std::move(action));
        c.later = true;
        return rest(c, Status::failed, later->second);
    }
    const bool unread = c.have->spec.is_null() && c.have->agrees_with != c.content.digest;
    if (unread) return rest(c, Status::unknown, why_unread(*c.have));
    if (fields.changes.empty()) return agrees(c, fields.forgotten);
    differs(c, std::move(fields.changes));
}

/// Nothing is to be done now, and git wants nothing else than what is under way.
bool DeclaredPlanner::can_only_wait(const Action& finish) {
    return finish.have->idle_until && !finish.back &&
           std::ranges::none_of(finish.fields, &FieldChange::replaces);
}

void DeclaredPlanner::waits(const Case& c, std::vector<FieldChange> fields) {
    rest(c, Status::progressing, c.have->unfinished);
    p_.plan.resting.back().fields = std::move(fields);
    p_.plan.resting.back().passing = true;
}

/// Is what is under way the content that worked before? Then it goes on, and not back.
bool DeclaredPlanner::is_what_worked(const Case& c, const Fields& fields) {
    const bool is_known = !c.have->spec.is_null() || c.have->agrees_with == c.content.digest;
    return c.content.want != &c.declared && is_known &&
           std::ranges::none_of(fields.changes, &FieldChange::replaces);
}

/// Its kind's rules, made ready once for a plan, after what the manifest ignores.
const RuleBook& DeclaredPlanner::rules_for(const Declared& want) {
    const FieldRules& fields = fields_for(p_.rules_of(want.key.kind), want.spec);
    auto known = books_.find(&fields);
    if (known == books_.end()) known = books_.emplace(&fields, fields).first;
    if (want.ignore.empty()) return known->second;
    own_book_.emplace(ignoring(want.ignore, fields));
    return *own_book_;
}

/// What differs, without what only a lost key could tell.
Fields DeclaredPlanner::fields_of(Case& c) {
    Fields fields;
    if (c.have->spec.is_null() || c.have->agrees_with == c.content.digest) return fields;
    if (!p_.vault.remembers()) c.seen = with_seals_forgotten(c.have->spec);
    if (!c.content.own.is_null()) c.seen = sealed_like(c.content.spec(), c.live(), p_.vault);
    fields.changes = changed_fields(c.content.spec(), c.live(), rules_for(*c.content.want));
    fields.forgotten = std::erase_if(fields.changes, [](const FieldChange& change) {
                           return holds_forgotten_seal(change.have);
                       }) > 0;
    for (FieldChange& change : fields.changes) {
        if (change.secret) {
            change.have = without_secrets(std::move(change.have), change.want, p_.vault);
        }
    }
    return fields;
}

/// Somebody could make what we can't: then there is nothing to be made.
bool DeclaredPlanner::is_as_declared(Case c) {
    if (c.have == nullptr || !c.have->unfinished.empty()) return false;
    if (c.have->spec.is_null()) return c.have->agrees_with == c.content.digest;
    return fields_of(c).changes.empty();
}

void DeclaredPlanner::agrees(const Case& c, bool forgotten) {
    const InventoryEntry* entry = p_.entry_of(c.declared.key);
    const bool known = entry != nullptr && (c.have->id.empty() || entry->id == c.have->id);
    if (forgotten) {
        return rest(c, Status::unknown, "the key of seals was lost: its secrets can't be compared");
    }
    if (!known) {
        Action action = action_of(c, Verb::adopt);
        action.reason = "it is as declared";
        return draft(c, std::move(action));
    }
    if (c.bad) return rest(c, Status::failed, c.why_bad);
    if (c.have->health == Health::starting) {
        rest(c, Status::progressing, c.have->detail.empty() ? "starting" : c.have->detail);
    } else if (c.have->health == Health::unhealthy || !(c.have->ready || c.have->completed)) {
        rest(c, Status::degraded, c.have->detail);
    } else {
        rest(c, Status::in_sync, c.have->detail);
        p_.plan.resting.back().digest = c.content.digest;
    }
}

void DeclaredPlanner::differs(const Case& c, std::vector<FieldChange> changes) {
    const bool replaces = std::ranges::any_of(changes, &FieldChange::replaces);
    if (replaces && c.have->self) {
        rest(c, Status::held, "driftless itself runs on it: replace it by hand");
        p_.plan.resting.back().fields = std::move(changes);
        return;
    }
    Action action = action_of(c, replaces ? Verb::replace : Verb::update);
    action.fields = std::move(changes);
    action.repair = is_repair(c.entry, c.content.digest);
    action.reason = action.repair ? "drift" : why_so(*c.content.want, action.fields);
    if (replaces && p_.rules_of(action.key.kind).replace_interrupts) {
        action.interruption = "the time between the old one's stop and the new one's start";
    }
    draft(c, std::move(action));
}

Action DeclaredPlanner::action_of(const Case& c, Verb verb) const {
    Action action;
    action.verb = verb;
    action.key = c.declared.key;
    action.collection = c.declared.collection;
    action.want = *c.content.want;
    action.digest = c.content.digest;
    if (c.have == nullptr) return action;
    action.have = without_spec(*c.have);
    action.have->agrees_with = c.have->agrees_with;
    if (!c.have->spec.is_null()) {
        const FieldRules& fields = fields_for(p_.rules_of(action.key.kind), c.live());
        action.have->spec = presentable(c.live(), c.content.spec(), fields, p_.vault);
    }
    return action;
}

/// The last gates of a change: strangers in the way, a fight, a person's word.
void DeclaredPlanner::draft(const Case& c, Action action) {
    const bool changes =
        action.verb == Verb::create || action.verb == Verb::update || action.verb == Verb::replace;
    if (changes) {
        for (const std::string& claim : c.content.want->claims) {
            const Live* stranger = stranger_with(claim, c);
            if (stranger != nullptr) return conflict(c, *stranger, claim);
        }
        const bool may_try = p_.facts.retry.contains(action.key);
        if (action.repair && !may_try && is_contended(*c.entry, c.content.digest, p_.facts.now)) {
            rest(c, Status::contended,
                 "repaired three times in ten minutes: somebody else changes it too");
            p_.plan.resting.back().fields = std::move(action.fields);
            return;
        }
    }
    Draft made{std::move(action)};
    if (changes) made.hold = why_hold(c, made.action, made.first_contact);
    p_.drafts.push_back(std::move(made));
}

const Live* DeclaredPlanner::stranger_with(const std::string& claim, const Case& c) const {
    for (const Live* holder : p_.lookup.holders(c.content.want->collection, claim)) {
        const bool known = holder == c.have || p_.is_ours(*holder) ||
                           (holder->owner == Owner::kin && p_.declared.contains(holder->key));
        if (!known && holder->id != (c.have != nullptr ? c.have->id : "")) return holder;
    }
    return nullptr;
}

std::string DeclaredPlanner::why_hold(const Case& c, const Action& action, bool& first) const {
    const bool data = p_.holds_data(action.key, c.content.want);
    if (action.verb == Verb::create) return data ? left_data_.why_hold(c.declared.key) : "";
    if (action.verb == Verb::replace && data) {
        return "it holds data: a replacement makes a new and empty one";
    }
    if (action.verb == Verb::replace && p_.rules_of(action.key.kind).replacement_waits) {
        return "it can't be changed in place: it would be removed first, and made anew";
    }
    if (c.given) return "";
    const bool made_by_others = c.have->owner == Owner::kin && c.entry == nullptr;
    first = p_.first_met(c.entry);
    if (made_by_others) return "somebody else made it, and it differs from what git declares";
    if (first) return "it was here before the first converged run of this target";
    return "";
}

/// Only who stands where ours should stand can become ours.
void DeclaredPlanner::conflict(const Case& c, const Live& stranger, const std::string& claim) {
    const std::string& name =
        stranger.key.name.empty() ? stranger.id.text() : stranger.key.name.text();
    Rest rest;
    rest.key = c.declared.key;
    rest.status = Status::conflict;
    if (claim == place_of(c.declared)) {
        rest.why = fmt::format("{} is there and is not ours; driftless adopt {} takes it over",
                               name, to_string(c.declared.key));
    } else {
        rest.why = fmt::format("{} is held by {}, which is not ours; stop that, or ask for another",
                               claim, name);
    }
    rest.have = shown(&stranger);
    p_.rest(std::move(rest));
}

void DeclaredPlanner::rest(const Case& c, Status status, std::string why) {
    Rest rest;
    rest.key = c.declared.key;
    rest.status = status;
    rest.why = std::move(why);
    const bool lasts = status != Status::in_sync;
    rest.have = lasts || c.have == nullptr ? shown(c.have) : c.read->share(*c.have);
    rest.later = c.later;
    p_.rest(std::move(rest));
}

}  // namespace

void plan_declared(Planning& planning) {
    if (!planning.facts.desired) return;
    DeclaredPlanner planner{planning};
    const auto& resources = (*planning.facts.desired)->resources;
    planning.plan.resting.reserve(resources.size());
    for (const Declared& want : resources) planner.resource(want);
}

}  // namespace driftless
