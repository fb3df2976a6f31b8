#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reconcilers/diff.hpp"
#include "reconcilers/facts.hpp"

namespace driftless {

enum class Verb { create, update, replace, finish, adopt, remove };
std::string_view name(Verb verb);

/// One thing to do.
struct Action {
    Verb verb = Verb::create;
    ResourceKey key;
    SharedText collection;
    std::optional<Declared> want;
    std::optional<Live> have;
    std::vector<FieldChange> fields;  ///< sealed where they are secret
    SharedText digest;                ///< of the sealed `want`
    std::string reason;   ///< "apps/web.yaml:3:1 asks for it", "drift", "git dropped it"
    bool repair = false;  ///< of drift: git did not change
    bool back = false;    ///< `want` is content that worked before; the newer one failed
    bool aside = false;  ///< it only goes out of service, for its claims; its successor comes later
    std::string interruption;        ///< "about 12 s", empty for none
    std::vector<ResourceKey> after;  ///< actions of this plan that must be done before
    /// Here it is enough that they were begun: their claims are free.
    std::vector<ResourceKey> after_begun;
    /// Here their failure is no obstacle, their being under way is.
    std::vector<ResourceKey> after_ended;
};

/// An action that waits for a person.
struct Held {
    Action action;
    std::string why;
    std::string hash;            ///< of this action alone; whoever confirms the set confirms each
    bool first_contact = false;  ///< only because nothing was ever converged here
};

enum class Status {
    in_sync,
    drifted,
    progressing,
    degraded,
    blocked,
    held,
    conflict,
    contended,
    suspended,
    failed,
    unknown,
};
std::string_view name(Status status);

/// A resource that gets no action, and why.
struct Rest {
    ResourceKey key;
    Status status = Status::in_sync;
    std::string why;
    /// Of what its spec doesn't matter for; for a conflict: the thing in the way. What is in sync
    /// is shared with the reads instead of copied, until the run ends.
    std::shared_ptr<const Live> have;
    std::vector<FieldChange> fields;
    SharedText digest;     ///< of the sealed spec that it agrees with, when in sync
    bool passing = false;  ///< blocked by something that is under way: look again soon
    bool later = false;    ///< it failed, and is tried again later: until then nothing is removed
};

/// What a run would do and what it would not. The very value that `driftless plan` prints.
struct Plan {
    std::string target;
    std::string commit;
    std::vector<Action> actions;  ///< in an order that respects every `after`
    std::vector<Held> held;
    std::string held_hash;        ///< for `driftless confirm`; empty when nothing is held
    std::vector<Rest> resting;    ///< all others: in sync, blocked, conflict, unknown, left alone
    std::vector<Live> unmanaged;  ///< what else lives there, for `status --unmanaged`
    std::vector<std::string> notes;  ///< for people: "prune is off: 2 removals left out"
};

struct KindRules {
    FieldRules fields;
    /// Where they differ within the kind: those for one spec, which outlive the plan. None:
    /// `fields`.
    std::function<const FieldRules&(const json& spec)> fields_of = nullptr;
    /// How the spec's interruption is told, from the fields that change: for plans.
    bool replace_interrupts = true;
    bool data = false;  ///< all of this kind hold data: removal and replacement wait
    /// A replacement is a removal first, for minutes: a person is asked.
    bool replacement_waits = false;
    /// Why the target, as it is, can't have this content at all, with the way out; empty: it can.
    /// Such content counts as tried and failed.
    std::function<std::string(const Declared&)> unfit = nullptr;
    /// How many things a person sees in a resource with this spec, such as the values of a set of
    /// records: the brake counts them. None: one.
    std::function<std::size_t(const json& spec)> count = nullptr;
    /// What others have there is told as unmanaged; false: only of collections that git asks for.
    bool tells_others = true;
    /// A replacement may begin by taking the old one out of service alone: `Action::aside`.
    bool steps_aside = false;
    /// What apply calls done is ready: what needs it may go on at once.
    bool ready_when_done = false;
};

/// The rules for one spec of a kind.
const FieldRules& fields_for(const KindRules& rules, const json& spec);

/// Never asks the world: facts and reads in, a plan out. Pure: same input, same plan.
Plan make_plan(const Facts& facts, const Reads& reads,
               const std::map<std::string, KindRules>& rules, const Vault& vault);

/// A spec as a diff sees it: every text with marks as a seal.
/// @return `unavailable` with what it waits for, while a late value is not there
Result<json> sealed(const json& spec, const Vault& vault, const LateValues& late);
/// A spec as a provider gets it. The result holds secrets: it is sent, and goes nowhere else.
Result<json> opened(const json& spec, const Vault& vault, const LateValues& late);
/// `have` with a seal wherever `want` (already sealed) has one, so that both sides compare.
json sealed_like(const json& want, json have, const Vault& vault);

}  // namespace driftless
