#include "reconcilers/cloudflare/zone_setting.hpp"

#include <fmt/format.h>

#include <set>

#include "config/base/nearest.hpp"
#include "providers/net/deadline.hpp"
#include "reconcilers/cloudflare/marks.hpp"

namespace driftless::cloudflare {
namespace {

std::string text_in(const json& spec, const char* key) {
    return spec.at(key).get<std::string>();
}

}  // namespace

json declared_value(const ZoneSetting& setting) {
    return setting.id == "tls_1_3" && setting.value == "zrt" ? json("on") : setting.value;
}

std::string settings_collection(const std::string& zone) {
    return "settings " + zone;
}

KindRules ZoneSettingReconciler::rules() const {
    KindRules rules;
    rules.fields = {{.path = "/zone", .replaces = true}, {.path = "/setting", .replaces = true}};
    rules.ready_when_done = true;
    rules.unfit = [this](const Declared& want) { return why_unfit(want); };
    return rules;
}

std::string ZoneSettingReconciler::why_unfit(const Declared& want) const {
    const auto zone = seen_.find(text_in(want.spec, "zone"));
    if (zone == seen_.end()) return "";
    const std::string id = text_in(want.spec, "setting");
    const auto setting = zone->second.find(id);
    if (setting == zone->second.end()) {
        std::vector<std::string> known;
        for (const auto& [name, seen] : zone->second) known.push_back(name);
        return fmt::format("zone {} has no setting {}{}", zone->first, in_quotes(id),
                           did_you_mean(id, known));
    }
    if (setting->second.editable) return "";
    return fmt::format(
        "setting {} of zone {} can't be changed: it is not within the zone's plan, "
        "or nobody may change it; leave it out",
        id, zone->first);
}

asio::awaitable<Reads> ZoneSettingReconciler::observe(Run& run, Scope scope) {
    std::set<std::string> zones;
    if (run.facts.desired) {
        for (const Declared& declared : (*run.facts.desired)->resources) {
            if (declared.key.kind == setting_kind && scope.covers(declared.key)) {
                zones.insert(text_in(declared.spec, "zone"));
            }
        }
    }
    Reads reads;
    for (const std::string& zone : zones) {
        auto state = co_await observe_zone(run, zone);
        if (!state) state = std::move(state).error().in("observe settings of zone " + zone);
        reads.emplace(settings_collection(zone), std::move(state));
    }
    if (!run.facts.desired) co_return reads;
    for (const auto& [key, entry] : run.facts.inventory) {
        if (key.kind != setting_kind || !scope.covers(key)) continue;
        // Of a zone that git no longer names all stays as it is: nothing of it is ours to look at.
        reads.emplace(entry.collection, Complete<LiveState>::vouched({}));
    }
    co_return reads;
}

/// Only those that git names are ours to look at.
asio::awaitable<Result<Complete<LiveState>>> ZoneSettingReconciler::observe_zone(const Run& run,
                                                                                 std::string zone) {
    const auto found = co_await zone_named(access_, zone);
    if (!found) co_return found.error();
    cloudflare::ZoneSettings api{access_.account};
    auto list = co_await api.list(found->id);
    if (!list) {
        access_.zones.erase(zone);
        co_return std::move(list).error();
    }
    Settings& seen = seen_[zone];
    seen.clear();
    for (ZoneSetting& setting : *list) seen.emplace(setting.id, std::move(setting));
    LiveState state;
    for (const Declared& declared : (*run.facts.desired)->resources) {
        if (declared.collection != settings_collection(zone)) continue;
        const auto setting = seen.find(text_in(declared.spec, "setting"));
        if (setting == seen.end()) continue;
        Live live;
        live.key = declared.key;
        live.id = declared.key.name;
        live.version = setting->second.modified_on + setting->second.value.dump();
        live.owner = Owner::kin;
        live.spec = {{"zone", zone},
                     {"setting", setting->first},
                     {"value", declared_value(setting->second)}};
        state.push_back(std::move(live));
    }
    co_return Complete<LiveState>::vouched(std::move(state));
}

asio::awaitable<Result<Done>> ZoneSettingReconciler::carry_out(Run& run, const Action& action) {
    Done done;
    done.id = action.key.name;
    if (action.verb == Verb::adopt || !action.want) co_return done;
    const auto spec = opened(action.want->spec, run.vault, run.facts.board);
    if (!spec) co_return spec.error();
    const auto zone = co_await zone_named(access_, text_in(*spec, "zone"));
    if (!zone) co_return zone.error();
    ZoneSetting wanted;
    wanted.id = text_in(*spec, "setting");
    wanted.value = spec->at("value");
    cloudflare::ZoneSettings api{access_.account};
    auto changed = co_await api.change(zone->id, std::move(wanted));
    if (!changed) co_return std::move(changed).error();
    co_return done;
}

asio::awaitable<Results> ZoneSettingReconciler::apply(Run& run, Step step) {
    Results results;
    for (const Action& action : step.actions) {
        results.push_back(co_await net::no_throw(carry_out(run, action)));
    }
    co_return results;
}

}  // namespace driftless::cloudflare
