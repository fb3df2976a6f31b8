#include "reconcilers/plan.hpp"

#include <algorithm>

#include "reconcilers/planning.hpp"

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

std::string_view name(Status status) {
    switch (status) {
        case Status::in_sync: return "in_sync";
        case Status::drifted: return "drifted";
        case Status::progressing: return "progressing";
        case Status::degraded: return "degraded";
        case Status::blocked: return "blocked";
        case Status::held: return "held";
        case Status::conflict: return "conflict";
        case Status::contended: return "contended";
        case Status::suspended: return "suspended";
        case Status::failed: return "failed";
        case Status::unknown: return "unknown";
    }
    return "unknown";
}

bool Scope::covers(const ResourceKey& key) const {
    return all || std::ranges::find(keys, key) != keys.end();
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
