#include "reconcilers/plan.hpp"

#include <algorithm>
#include <array>

#include "reconcilers/planning.hpp"
#include "reconcilers/status_words.hpp"

namespace driftless {

std::string_view name(Verb verb) {
    switch (verb) {
        case Verb::create: return "create";
        case Verb::update: return "update";
        case Verb::replace: return "replace";
        case Verb::finish: return "finish";
        case Verb::adopt: return "adopt";
        case Verb::remove: return "remove";
    }
    return "unknown";
}

namespace {

constexpr std::array words{
    Word{"in_sync", "it is as git declares it, and well", "nothing is to be done"},
    Word{"drifted", "it is not as git declares it, and that is about to be changed",
         "the next run changes it; in `mode: observe` it is only shown"},
    Word{"progressing",
         "it is under way: starting, proving itself, or removed and kept for a while",
         "looked at again until it is done"},
    Word{"degraded", "it is as git declares it, and not healthy",
         "its own check, or its log, says why; driftless leaves it as it is"},
    Word{"blocked", "it waits for another resource", "it goes on once that is ready"},
    Word{"held", "it waits for a person: a removal beyond the brake, data, or what was here before",
         "`driftless plan` shows what, `driftless confirm HASH` lets it go"},
    Word{
        "conflict", "something of somebody else is in its place",
        "that is left alone: remove or rename it, or, where the reason offers it, `driftless adopt "
        "KEY`"},
    Word{"contended", "somebody else changes it as often as driftless repairs it",
         "left alone, with one try an hour: stop the other, or `driftless reconcile KEY`"},
    Word{"suspended", "a person suspended it, or it is paused",
         "left alone until its time is over, or until `driftless resume`"},
    Word{"failed", "what git declares was tried, and failed",
         "what worked before serves on; the reason says whether, and when, it is tried again, and "
         "`driftless reconcile KEY` tries at once"},
    Word{"unknown", "it could not be read, so nobody knows: it is never taken for absent",
         "nothing is changed or removed until it can be read"},
};
static_assert(words.size() == static_cast<std::size_t>(Status::unknown) + 1);

}  // namespace

std::span<const Word> status_words() {
    return words;
}

std::string_view name(Status status) {
    return words.at(static_cast<std::size_t>(status)).name;
}

bool Scope::covers(const ResourceKey& key) const {
    return all || std::ranges::find(keys, key) != keys.end();
}

const FieldRules& fields_for(const KindRules& rules, const json& spec) {
    return rules.fields_of && !spec.is_null() ? rules.fields_of(spec) : rules.fields;
}

Plan make_plan(const Facts& facts, const Reads& reads,
               const std::map<std::string, KindRules>& rules, const Vault& vault) {
    Planning planning{facts, reads, rules, vault};
    plan_declared(planning);
    plan_undeclared(planning);
    hold_back(planning);
    put_in_order(planning);
    std::ranges::sort(planning.plan.resting, {}, &Rest::key);
    return std::move(planning.plan);
}

}  // namespace driftless
