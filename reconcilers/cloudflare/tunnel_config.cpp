#include "reconcilers/cloudflare/tunnel_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reconcilers/cloudflare/marks.hpp"
#include "reconcilers/cloudflare/tunnel_forms.hpp"

namespace driftless::cloudflare {
namespace {

bool needs(const std::vector<Need>& all, const ResourceKey& key) {
    return std::ranges::any_of(all, [&key](const Need& need) { return need.key == key; });
}

/// Hostnames that a record of ours still sends here, and that git does not send here any more.
std::set<std::string> still_published(const Facts& facts, const ResourceKey& config) {
    std::set<std::string> hostnames;
    for (const auto& [key, entry] : facts.inventory) {
        if (key.kind != record_kind || !needs(entry.needs, config)) continue;
        const Declared* declared = declared_in(facts, key);
        const bool stays = declared != nullptr && needs(declared->needs, config);
        const std::string& name = key.name;
        if (!stays) hostnames.insert(name.substr(0, name.find('/')));
    }
    if (const Declared* declared = declared_in(facts, config)) {  // no longer published, yet served
        const json& ingress = declared->spec.at("ingress");
        for (const json& rule : ingress) hostnames.erase(rule.value("hostname", ""));
    }
    return hostnames;
}

/// The configurations that git declares, and those that we know of.
std::set<ResourceKey> configs_of(const Facts& facts, const Scope& scope) {
    std::set<ResourceKey> keys;
    const auto add = [&](const ResourceKey& key) {
        if (key.kind == tunnel_config_kind && scope.covers(key)) keys.insert(key);
    };
    for (const auto& [key, entry] : facts.inventory) add(key);
    if (!facts.desired) return keys;
    for (const Declared& declared : (*facts.desired)->resources) add(declared.key);
    return keys;
}

Complete<LiveState> nothing() {
    return Complete<LiveState>::vouched({});
}

/// What of the live document's rules is not declared, and is kept all the same.
std::set<std::string> kept_in(const json& config, const std::set<std::string>& hostnames) {
    std::set<std::string> kept;
    const json rules = canonical_config(config).at("ingress");
    for (const json& rule : rules) {
        const std::string hostname = rule.value("hostname", "");
        if (hostnames.contains(hostname)) kept.insert(hostname);
    }
    return kept;
}

}  // namespace

KindRules TunnelConfigReconciler::rules() const {
    KindRules rules;
    rules.fields = {{.path = "/ingress", .as = Compare::whole},
                    {.path = "/ingress/*", .as = Compare::whole},
                    {.path = "/ingress/*/originRequest", .as = Compare::whole},
                    {.path = "/originRequest", .as = Compare::whole}};
    rules.ready_when_done = true;
    return rules;
}

asio::awaitable<Reads> TunnelConfigReconciler::observe(Run& run, Scope scope) {
    Reads reads;
    const std::set<ResourceKey> configs = configs_of(run.facts, scope);
    if (configs.empty()) co_return reads;
    const auto listed = co_await tunnels_seen(access_, run.id, scope.fresh);
    std::vector<KeyedTunnel> tunnels;
    if (listed) tunnels = keyed_tunnels(*listed, access_, run.facts);
    for (const ResourceKey& key : configs) {
        Result<Complete<LiveState>> state = nothing();
        if (!listed) state = Error{listed.error()}.in("observe tunnels");
        if (listed) state = co_await observe_one(run, tunnels, key);
        reads.emplace(config_collection(key.name), std::move(state));
    }
    co_return reads;
}

asio::awaitable<Result<Complete<LiveState>>> TunnelConfigReconciler::observe_one(
    Run& run, const std::vector<KeyedTunnel>& tunnels, ResourceKey key) {
    const Declared* declared = declared_in(run.facts, key);
    const KeyedTunnel* tunnel = declared != nullptr ? tunnel_for(tunnels, *declared) : nullptr;
    if (tunnel == nullptr) co_return nothing();  // it goes with its tunnel
    Tunnels api{access_.account};
    auto config = co_await api.configuration(tunnel->tunnel.id);
    if (!config) co_return std::move(config).error();
    if (!*config) co_return nothing();
    Live live;
    live.key = key;
    live.id = tunnel->tunnel.id;
    live.owner = tunnel->owner;
    live.version = std::to_string((*config)->version);
    const auto kept = kept_in((*config)->config, still_published(run.facts, key));
    live.spec = canonical_config((*config)->config, kept);
    if (!kept.empty()) {
        live.detail =
            fmt::format("keeps the rule of {} until its record is gone", fmt::join(kept, ", "));
    }
    LiveState state{std::move(live)};
    co_return Complete<LiveState>::vouched(std::move(state));
}

asio::awaitable<Result<Done>> TunnelConfigReconciler::apply_one(Run& run, const Action& action) {
    const auto listed = co_await tunnels_seen(access_, run.id, false);
    if (!listed) co_return listed.error();
    const auto tunnels = keyed_tunnels(*listed, access_, run.facts);
    const KeyedTunnel* tunnel = tunnel_for(tunnels, *action.want);
    if (tunnel == nullptr) co_return Error{Errc::conflict, "its tunnel is not there"};
    Done done;
    done.id = tunnel->tunnel.id;
    if (action.verb == Verb::adopt) co_return done;
    const auto spec = opened(action.want->spec, run.vault, run.facts.board);
    if (!spec) co_return spec.error();
    Tunnels api{access_.account};
    const auto before = co_await api.configuration(done.id);
    if (!before) co_return before.error();
    json config = *before ? (*before)->config : json::object();
    const std::int64_t version = *before ? (*before)->version : 0;
    const auto kept = kept_in(config, still_published(run.facts, action.key));
    config = config_with(std::move(config), *spec, kept);
    const auto now = co_await api.configure(done.id, std::move(config));
    if (!now) co_return now.error();
    if (*before && *now != version + 1) {
        co_return Error{Errc::conflict,
                        fmt::format("its version went from {} to {}: somebody else wrote it at the "
                                    "same moment, and ours is in its place; the next look tells",
                                    version, *now)};
    }
    co_return done;
}

asio::awaitable<Results> TunnelConfigReconciler::apply(Run& run, Step step) {
    Results results;
    for (const Action& action : step.actions) {
        auto result = co_await apply_one(run, action);
        const std::string doing =
            fmt::format("{} the configuration of tunnel {}", name(action.verb), action.key.name);
        if (!result) result = std::move(result).error().in(doing);
        results.push_back(std::move(result));
    }
    co_return results;
}

}  // namespace driftless::cloudflare
