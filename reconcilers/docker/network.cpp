#include "reconcilers/docker/network.hpp"

#include "providers/net/deadline.hpp"
#include "reconcilers/docker/api_needs.hpp"
#include "reconcilers/docker/create_request.hpp"
#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/marks.hpp"
#include "reconcilers/docker/storage_live.hpp"

namespace driftless::docker {
namespace {

constexpr StorageKind network{marks::network_kind, marks::network, "network"};

bool is_built_in(const std::string& name) {
    return name == "bridge" || name == "host" || name == "none";
}

json pool_of(const json& config, const json& wanted) {
    json pool = json::object();
    const std::pair<const char*, const char*> fields[] = {{"subnet", "/Subnet"},
                                                          {"ip_range", "/IPRange"},
                                                          {"gateway", "/Gateway"},
                                                          {"aux_addresses", "/AuxiliaryAddresses"}};
    for (const auto& [key, pointer] : fields) {
        if (wanted.is_null() || wanted.contains(key)) pool[key] = at(config, pointer);
    }
    return pool;
}

/// The declared pools, each as the engine has it: by subnet, since their order is the engine's own.
json pools_of(const json& shown, const json& wanted) {
    json pools = json::array();
    const json& configs = at(shown, "/IPAM/Config");
    if (!wanted.is_array() || !configs.is_array()) return pools;
    for (const json& pool : wanted) {
        for (const json& config : configs) {
            const bool same = !pool.contains("subnet") || at(config, "/Subnet") == pool["subnet"];
            if (!same) continue;
            pools.push_back(pool_of(config, pool));
            break;
        }
    }
    return pools;
}

json create_body(const Declared& want, const json& spec, const std::string& installation) {
    json labels = in(spec, "labels");
    labels.update(labels_for(want, installation));
    labels[std::string{marks::network}] = in(in(spec, "compose"), "key");
    json body{{"Name", spec["name"]},
              {"CheckDuplicate", true},
              {"Driver", spec["driver"]},
              {"Internal", spec["internal"]},
              {"Attachable", spec["attachable"]},
              {"EnableIPv6", spec["enable_ipv6"]},
              {"Options", spec["options"]},
              {"Labels", std::move(labels)}};
    if (spec.contains("enable_ipv4")) body["EnableIPv4"] = spec["enable_ipv4"];
    if (spec.contains("ipam_driver")) body["IPAM"]["Driver"] = spec["ipam_driver"];
    if (spec.contains("ipam_options")) body["IPAM"]["Options"] = spec["ipam_options"];
    for (const json& pool : spec["pools"]) {
        json config = json::object();
        if (pool.contains("subnet")) config["Subnet"] = pool["subnet"];
        if (pool.contains("ip_range")) config["IPRange"] = pool["ip_range"];
        if (pool.contains("gateway")) config["Gateway"] = pool["gateway"];
        if (pool.contains("aux_addresses")) config["AuxiliaryAddresses"] = pool["aux_addresses"];
        body["IPAM"]["Config"].push_back(std::move(config));
    }
    return body;
}

Live live_of(const EngineAccess& access, Places& places, const json& shown) {
    Live live = storage_live(network, access, places, shown, shown_text(shown, "/Id"));
    live.version = live.id;
    const Declared* want = declared_as(places.facts(), live.key);
    if (live.owner == Owner::foreign) return live;
    const json nothing = nullptr;
    live.spec = normal_network(shown, want == nullptr ? nothing : want->spec);
    return live;
}

}  // namespace

json normal_network(const json& shown, const json& want) {
    const std::string driver = shown_text(shown, "/Driver");
    json spec{{"name", shown_text(shown, "/Name")},
              {"driver", driver.empty() ? "bridge" : driver},
              {"internal", shown_true(shown, "/Internal")},
              {"attachable", shown_true(shown, "/Attachable")},
              {"enable_ipv6", shown_true(shown, "/EnableIPv6")},
              {"labels", own_labels(in(shown, "Labels"))},
              {"options", at(shown, "/Options")},
              {"pools", pools_of(shown, in(want, "pools"))}};
    if (want.contains("enable_ipv4")) {
        const json& ipv4 = at(shown, "/EnableIPv4");
        spec["enable_ipv4"] = ipv4.is_null() ? json(true) : ipv4;
    }
    if (want.contains("ipam_driver")) {
        const std::string ipam = shown_text(shown, "/IPAM/Driver");
        spec["ipam_driver"] = ipam.empty() ? "default" : ipam;
    }
    if (want.contains("ipam_options")) spec["ipam_options"] = at(shown, "/IPAM/Options");
    return spec;
}

KindRules NetworkReconciler::rules() const {
    KindRules rules;
    rules.fields = {{.path = "/compose", .as = Compare::ignored},
                    {.path = "/labels", .as = Compare::whole, .replaces = true},
                    {.path = "/*", .replaces = true}};
    rules.unfit = [this](const Declared& want) {
        return network_beyond_api(want, access_.engine.known_version());
    };
    rules.ready_when_done = true;
    return rules;
}

asio::awaitable<Reads> NetworkReconciler::observe(Run& run, Scope) {
    Reads reads;
    const auto list = co_await access_.networks.list();
    if (!list) {
        reads.emplace("networks", Error{list.error()}.in("observe networks"));
        co_return reads;
    }
    LiveState state;
    Places places{run.facts};
    for (const json& shown : *list) {
        if (is_built_in(shown_text(shown, "/Name"))) continue;
        state.push_back(live_of(access_, places, shown));
    }
    reads.emplace("networks", Complete<LiveState>::vouched(std::move(state)));
    co_return reads;
}

asio::awaitable<Result<std::string>> NetworkReconciler::create(Run& run, const Action& action) {
    const auto spec = opened(action.want->spec, run.vault, run.facts.board);
    if (!spec) co_return spec.error();
    json body = create_body(*action.want, *spec, access_.installation);
    co_return co_await access_.networks.create(std::move(body));
}

/// Its containers are taken off first: they are connected again by their own next look.
asio::awaitable<Result<void>> NetworkReconciler::remove(const Action& action) {
    const std::string id = action.have->id;
    const auto shown = co_await access_.networks.inspect(id);
    if (!shown && shown.error().code == Errc::not_found) co_return Result<void>{};
    if (!shown) co_return shown.error();
    const json containers = at(*shown, "/Containers");
    for (const auto& [container, endpoint] : containers.items()) {
        if (action.verb == Verb::remove) break;  // in use by others: the engine says so
        access_.cache.forget(container);
        auto off = co_await access_.networks.disconnect(id, container);
        if (!off && off.error().code != Errc::not_found) co_return off;
    }
    co_return co_await access_.networks.remove(id);
}

asio::awaitable<Result<Done>> NetworkReconciler::carry_out(Run& run, const Action& action) {
    Done done;
    if (action.have) done.id = action.have->id;
    if (action.verb == Verb::adopt) co_return done;
    if (action.verb == Verb::remove || action.verb == Verb::replace) {
        auto removed = co_await remove(action);
        if (!removed) co_return std::move(removed).error();
        if (action.verb == Verb::remove) co_return done;
    }
    auto id = co_await create(run, action);
    if (!id) co_return std::move(id).error();
    done.id = *std::move(id);
    co_return done;
}

asio::awaitable<Results> NetworkReconciler::apply(Run& run, Step step) {
    Results results;
    for (const Action& action : step.actions) {
        auto result = co_await net::no_throw(carry_out(run, action));
        if (!result) {
            const std::string doing =
                fmt::format("{} network {}", name(action.verb), in_quotes(action.key.name));
            result = std::move(result).error().in(doing);
        }
        results.push_back(std::move(result));
    }
    co_return results;
}

std::string NetworkReconciler::batch_of(const Action& action) const {
    return std::string{name(action.verb)};
}

}  // namespace driftless::docker
