#include "reconcilers/cloudflare/ruleset_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace driftless::cloudflare {
namespace {

constexpr std::size_t most_asked_alone = 50;

/// The lists that git declares rules of, and those where we have any.
std::set<RulesetPlace> places_of(const Facts& facts, const Scope& scope) {
    std::set<RulesetPlace> places;
    const auto add = [&](const ResourceKey& key, const std::string& collection) {
        if (key.kind != rule_kind || !scope.covers(key)) return;
        RulesetPlace place = ruleset_of(collection);
        if (!place.phase.empty()) places.insert(std::move(place));
    };
    if (facts.desired) {
        for (const Declared& declared : (*facts.desired)->resources) {
            add(declared.key, declared.collection);
        }
    }
    for (const auto& [key, entry] : facts.inventory) add(key, entry.collection);
    for (const ResourceKey& key : scope.keys) {
        const std::string& name = key.name;
        add(key, "rules " + name.substr(0, name.rfind('/')));
    }
    return places;
}

/// The API said no, and nothing has changed.
bool is_refusal(const Error& error) {
    return error.code == Errc::invalid;
}

const Live* live_at(const LiveState& state, const ResourceKey& key) {
    for (const Live& live : state) {
        if (live.owner != Owner::foreign && live.key == key) return &live;
    }
    return nullptr;
}

/// What git wants otherwise than it is, of what is known already.
RuleChanges wanted_changes(const Run& run, const RulesView& view, const LiveState& state,
                           const FieldRules& rules) {
    RuleChanges changes;
    const RuleOrder order{view.facts, rules_collection(view.place)};
    for (const Declared* declared : order.all()) {
        auto spec = opened(declared->spec, run.vault, run.facts.board);
        if (!spec) continue;  // it waits for another resource
        const Live* live = live_at(state, declared->key);
        if (live != nullptr && changed_fields(*spec, live->spec, rules).empty()) continue;
        if (live != nullptr) changes.ids[declared->key.name] = live->id;
        changes.put[declared->key.name] = *std::move(spec);
    }
    return changes;
}

Result<RuleChanges> changes_of(const Run& run, const Step& step) {
    RuleChanges changes;
    for (const Action& action : step.actions) {
        if (action.verb == Verb::adopt) continue;
        if (!action.want) {
            changes.drop.push_back(action.have->id);
            continue;
        }
        auto spec = opened(action.want->spec, run.vault, run.facts.board);
        if (!spec) return std::move(spec).error();
        if (action.have) changes.ids[action.key.name] = action.have->id;
        changes.put[action.key.name] = *std::move(spec);
    }
    return changes;
}

EntryPoint with_rules(const EntryPoint& before, json rules) {
    EntryPoint entry;
    entry.description = before.description;
    entry.rules = std::move(rules);
    return entry;
}

json as_sent(const EntryPoint& entry) {
    json rules = json::array();
    for (const json& rule : entry.rules) rules.push_back(cloudflare::as_sent(rule));
    return rules;
}

}  // namespace

KindRules RulesetRuleReconciler::rules() const {
    KindRules rules;
    rules.fields = {{.path = "/action_parameters", .as = Compare::whole},
                    {.path = "/ratelimit", .as = Compare::whole},
                    {.path = "/logging", .as = Compare::whole},
                    {.path = "/exposed_credential_check", .as = Compare::whole}};
    rules.ready_when_done = true;
    rules.unfit = [this](const Declared& want) { return why_unfit(want); };
    return rules;
}

std::string RulesetRuleReconciler::why_unfit(const Declared& want) const {
    const auto checked = checked_.find(want.collection);
    if (checked == checked_.end()) return "";
    const auto refused = checked->second.refused.find(want.key.name);
    if (refused == checked->second.refused.end()) return "";
    return fmt::format("{}: {}", to_string(want.origin.place), refused->second);
}

std::string RulesetRuleReconciler::batch_of(const Action& action) const {
    return action.collection;
}

RulesView RulesetRuleReconciler::view_of(const Facts& facts, const RulesetPlace& place) const {
    return {access_.target, access_.installation, place, facts};
}

asio::awaitable<Result<Rulesets>> RulesetRuleReconciler::api_of(RulesetPlace place) {
    if (place.zone.empty()) co_return Rulesets{access_.account, "", std::move(place.phase)};
    const auto zone = co_await zone_named(access_, place.zone);
    if (!zone) co_return zone.error();
    co_return Rulesets{access_.account, zone->id, std::move(place.phase)};
}

asio::awaitable<Reads> RulesetRuleReconciler::observe(Run& run, Scope scope) {
    Reads reads;
    for (const RulesetPlace& place : places_of(run.facts, scope)) {
        auto state = co_await observe_one(run, place, scope);
        if (!state) state = std::move(state).error().in("observe rules of " + to_text(place));
        reads.emplace(rules_collection(place), std::move(state));
    }
    co_return reads;
}

asio::awaitable<Result<Complete<LiveState>>> RulesetRuleReconciler::observe_one(Run& run,
                                                                                RulesetPlace place,
                                                                                Scope scope) {
    auto api = co_await api_of(place);
    if (!api) co_return std::move(api).error();
    const auto entry = co_await api->read();
    if (!entry) {
        access_.zones.erase(place.zone);  // perhaps it was made anew, with another id
        co_return entry.error();
    }
    const RulesView view = view_of(run.facts, place);
    LiveState state = live_rules(view, *entry);
    const List list{view, *api, *entry};
    const bool is_second_look = scope.fresh && !scope.all;  // right before a removal
    if (!is_second_look) co_await check(run, list, state, scope.renew);
    co_return Complete<LiveState>::vouched(std::move(state));
}

/// Asks only where something is to change, and not again until it is something else.
asio::awaitable<void> RulesetRuleReconciler::check(Run& run, List list, const LiveState& state,
                                                   bool renew) {
    const RulesView& view = list.view;
    const EntryPoint& entry = list.entry;
    const std::string collection = rules_collection(view.place);
    const RuleChanges all = wanted_changes(run, view, state, rules().fields);
    if (all.put.empty()) {
        checked_.erase(collection);
        co_return;
    }
    json rules = arranged(view, entry, all);
    const std::string asked = digest_of({{"version", entry.version}, {"rules", rules}});
    const auto known = checked_.find(collection);
    if (known != checked_.end() && known->second.asked == asked && !renew) co_return;
    checked_.erase(collection);
    const auto taken = co_await list.api.check(with_rules(entry, std::move(rules)));
    if (!taken && !is_refusal(taken.error())) {
        // A token that may only read can't ask; what else it is, the next look shows.
        if (taken.error().code == Errc::forbidden) checked_[collection].asked = asked;
        co_return;
    }
    std::map<std::string, std::string> refused;
    if (!taken) {
        auto culprits = co_await culprits_among(list, all, taken.error());
        if (!culprits) co_return;
        refused = *std::move(culprits);
    }
    checked_[collection] = {asked, std::move(refused)};
}

/// One after the other joins those that would be taken.
asio::awaitable<Result<RulesetRuleReconciler::Refused>> RulesetRuleReconciler::culprits_among(
    List list, const RuleChanges& all, Error why) {
    const RulesView& view = list.view;
    const EntryPoint& entry = list.entry;
    Refused refused;
    const bool is_asked_alone = all.put.size() > 1 && all.put.size() <= most_asked_alone;
    if (!is_asked_alone) {
        for (const auto& [name, spec] : all.put) refused[name] = why.message;
        co_return refused;
    }
    RuleChanges good;
    good.ids = all.ids;
    const RuleOrder order{view.facts, rules_collection(view.place)};
    for (const Declared* declared : order.all()) {
        const std::string& name = declared->key.name;
        const auto one = all.put.find(name);
        if (one == all.put.end()) continue;
        good.put[name] = one->second;
        EntryPoint tried = with_rules(entry, arranged(view, entry, good));
        const auto taken = co_await list.api.check(std::move(tried));
        if (taken) continue;
        if (!is_refusal(taken.error())) co_return taken.error();
        refused[name] = taken.error().message;
        good.put.erase(name);
    }
    co_return refused;
}

asio::awaitable<Results> RulesetRuleReconciler::apply(Run& run, Step step) {
    const RulesetPlace place = ruleset_of(step.actions.front().collection);
    Results results = co_await put(run, step, place);
    const bool refused = std::ranges::any_of(
        results, [](const auto& result) { return !result && is_refusal(result.error()); });
    if (refused && step.actions.size() > 1) {  // each alone, so that the culprit has a name
        for (std::size_t at = 0; at < step.actions.size(); ++at) {
            const Step alone{{step.actions[at]}};
            const Results one = co_await put(run, alone, place);
            results[at] = one.front();
        }
    }
    for (std::size_t at = 0; at < results.size(); ++at) {
        if (results[at]) continue;
        const Action& action = step.actions[at];
        std::string doing = fmt::format("{} rule {}", name(action.verb), action.key.name);
        results[at] = std::move(results[at]).error().in(doing);
    }
    co_return results;
}

asio::awaitable<Results> RulesetRuleReconciler::put(Run& run, const Step& step,
                                                    RulesetPlace place) {
    const auto all = [&step](const Error& error) {
        return Results(step.actions.size(), Result<Done>{error});
    };
    const auto changes = changes_of(run, step);
    if (!changes) co_return all(changes.error());
    EntryPoint now;
    if (!changes->put.empty() || !changes->drop.empty()) {
        auto api = co_await api_of(place);
        if (!api) co_return all(api.error());
        auto before = co_await api->read();
        if (!before) co_return all(before.error());
        const RulesView view = view_of(run.facts, place);
        json rules = arranged(view, *before, *changes);
        auto after = co_await put_once(*api, *before, std::move(rules));
        if (!after) co_return all(after.error());
        now = *std::move(after);
    }
    Results results;
    for (const Action& action : step.actions) {
        const std::string& name = action.key.name;
        const std::string ref = name.substr(name.rfind('/') + 1);
        Done done;
        done.id = id_with_ref(now, full_ref(access_.installation, ref));
        if (done.id.empty() && action.have) done.id = action.have->id;
        results.push_back(std::move(done));
    }
    co_return results;
}

asio::awaitable<Result<EntryPoint>> RulesetRuleReconciler::put_once(Rulesets api,
                                                                    const EntryPoint& before,
                                                                    json rules) {
    if (rules == as_sent(before)) co_return before;  // it is so already
    EntryPoint wanted = with_rules(before, std::move(rules));
    auto after = co_await api.put(std::move(wanted));
    if (!after || before.version == 0 || after->version == before.version + 1) co_return after;
    co_return Error{Errc::conflict,
                    fmt::format("the version of its rules went from {} to {}: somebody else wrote "
                                "them at the same moment, and ours are in their place; the next "
                                "look tells",
                                before.version, after->version)};
}

}  // namespace driftless::cloudflare
