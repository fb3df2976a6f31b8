#include "tests/support/fake_engine_world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "tests/support/fake_engine_query.hpp"

namespace driftless::test {

namespace {

std::uint64_t mixed(std::uint64_t value) {  // splitmix64's last steps: ids that look like ids
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}

}  // namespace

/// One row of the table of calls. `pattern` has one "*", which may stand for several steps.
struct EngineWorld::Route {
    net::Method method;
    std::string pattern;
    Handler handler;
};

const std::vector<EngineWorld::Route>& EngineWorld::routes() {
    using enum net::Method;
    using W = EngineWorld;
    static const std::vector<Route> table{
        {get, "/_ping", &W::ping},
        {head, "/_ping", &W::ping},
        {get, "/version", &W::version},
        {get, "/info", &W::info},
        {get, "/containers/json", &W::list_containers},
        {post, "/containers/create", &W::create_container},
        {get, "/containers/*/json", &W::inspect_container},
        {get, "/containers/*/logs", &W::container_logs},
        {get, "/containers/*/archive", &W::get_archive},
        {head, "/containers/*/archive", &W::get_archive},
        {put, "/containers/*/archive", &W::put_archive},
        {post, "/containers/*/start", &W::start_container},
        {post, "/containers/*/stop", &W::stop_container},
        {post, "/containers/*/kill", &W::kill_container},
        {post, "/containers/*/pause", &W::pause_container},
        {post, "/containers/*/unpause", &W::unpause_container},
        {post, "/containers/*/rename", &W::rename_container},
        {post, "/containers/*/update", &W::update_container},
        {del, "/containers/*", &W::remove_container},
        {get, "/networks", &W::list_networks},
        {post, "/networks/create", &W::create_network},
        {post, "/networks/*/connect", &W::connect_network},
        {post, "/networks/*/disconnect", &W::disconnect_network},
        {get, "/networks/*", &W::inspect_network},
        {del, "/networks/*", &W::remove_network},
        {get, "/volumes", &W::list_volumes},
        {post, "/volumes/create", &W::create_volume},
        {get, "/volumes/*", &W::inspect_volume},
        {del, "/volumes/*", &W::remove_volume},
        {post, "/images/create", &W::pull_image},
        {get, "/images/json", &W::list_images},
        {get, "/images/*/json", &W::inspect_image},
        {get, "/distribution/*/json", &W::look_up_image},
    };
    return table;
}

EngineWorld::EngineWorld(std::string name, net::Clock& clock)
    : name_(std::move(name)), clock_(clock), at_(clock.now()) {
    const std::vector<std::pair<std::string, std::string>> predefined{
        {"bridge", "bridge"}, {"host", "host"}, {"none", "null"}};
    for (const auto& [network, driver] : predefined) {
        FakeNetwork& made = make_network(network, json{{"Driver", driver}});
        made.predefined = true;
    }
}

EngineAnswer EngineWorld::handle(const EngineRequest& request) {
    settle();
    for (const Route& route : routes()) {
        if (route.method != request.method) continue;
        if (const auto step = step_of(request.path, route.pattern)) {
            return (this->*route.handler)(request, *step);
        }
    }
    return refusal(404, "page not found");
}

// ---- time

std::optional<SteadyTime> EngineWorld::next_due() const {
    std::optional<SteadyTime> next;
    const auto consider = [&next](const std::optional<SteadyTime>& due) {
        if (due && (!next || *due < *next)) next = due;
    };
    for (const auto& [id, container] : containers_) {
        consider(container.ends_at);
        consider(container.probes_at);
        consider(container.restarts_at);
        consider(container.gone_at);
    }
    return next;
}

void EngineWorld::settle() {
    const SteadyTime until = clock_.now();
    for (auto next = next_due(); next && *next <= until; next = next_due()) {
        at_ = std::max(at_, *next);
        std::vector<std::string> gone;
        for (auto& [id, container] : containers_) {
            come_to_pass(container);
            if (container.gone_at && *container.gone_at <= at_) gone.push_back(id);
        }
        for (const std::string& id : gone) vanish(id);
    }
    at_ = until;
}

void EngineWorld::come_to_pass(FakeContainer& container) {
    const auto is_due = [this](const std::optional<SteadyTime>& due) { return due && *due <= at_; };
    if (is_due(container.probes_at)) probe(container);
    if (is_due(container.ends_at)) stopped(container, container.ends_with);
    if (is_due(container.restarts_at)) {
        container.restarts_at.reset();
        ++container.restart_count;
        run(container);
    }
}

// ---- what happened

void EngineWorld::tell(const std::string& type, const std::string& action, const std::string& id,
                       json attributes) {
    if (!on_event) return;
    json event{{"Type", type},
               {"Action", action},
               {"Actor", {{"ID", id}, {"Attributes", std::move(attributes)}}},
               {"scope", "local"},
               {"time", unix_seconds(at_)},
               {"timeNano", unix_seconds(at_) * 1'000'000'000}};
    if (type == "container") {  // the old fields, gone in API 1.52
        event["status"] = action;
        event["id"] = id;
        event["from"] = event["Actor"]["Attributes"].value("image", "");
    }
    on_event(event);
}

void EngineWorld::tell(const std::string& action, const FakeContainer& container, json more) {
    json attributes = container.config["Labels"];
    attributes.update(more);
    attributes["image"] = container.config["Image"];
    attributes["name"] = container.name;
    tell("container", action, container.id, std::move(attributes));
}

// ---- what people do

json EngineWorld::ask(net::Method method, const std::string& target, const json& body) {
    EngineRequest request = request_of(method, target);
    if (!body.is_null()) request.body = body.dump();
    const EngineAnswer given = handle(request);
    if (given.status >= 400)
        fmt::print(stderr, "{}: {} {}\n", request.text(), given.status, given.body);
    assert(given.status < 400);
    return json::parse(given.body, nullptr, false);
}

void EngineWorld::end_container(FakeContainer& container, int code) {
    settle();
    stopped(container, code);
}

void EngineWorld::kill_all_containers() {
    settle();
    for (auto& [id, container] : containers_) {
        if (!container.lives() && container.state != FakeContainer::State::restarting) continue;
        container.restarts_at.reset();
        container.ends_at.reset();
        container.probes_at.reset();
        container.state = FakeContainer::State::exited;
        container.exit_code = 255;
        container.finished = at_;
        for (json& endpoint : container.endpoints) detach(endpoint);
        container.ports = json::object();
    }
}

void EngineWorld::start_by_restart_policy() {
    settle();
    for (const std::string& id : order_) {
        FakeContainer& container = containers_.at(id);
        const std::string policy = container.host_config["RestartPolicy"].value("Name", "");
        const bool again =
            policy == "always" ||  // also one that was stopped by hand
            (policy == "unless-stopped" && !container.stopped_by_hand) ||
            (policy == "on-failure" && !container.stopped_by_hand && container.exit_code != 0);
        if (again && container.started && !container.lives()) run(container);
    }
}

// ---- small things

std::string EngineWorld::new_id() {
    std::uint64_t seed = ++ids_;
    for (const char c : name_) seed = seed * 131 + static_cast<unsigned char>(c);
    std::string id;
    for (std::uint64_t part = 1; part <= 4; ++part) {
        id += fmt::format("{:016x}", mixed(seed * 0x9e3779b97f4a7c15ULL + part));
    }
    return id;
}

std::string EngineWorld::stamp(std::optional<SteadyTime> time) const {
    if (!time) return "0001-01-01T00:00:00Z";
    return net::to_string(shown_time(*time));
}

net::WallTime EngineWorld::shown_time(SteadyTime time) const {
    if (wall_at) return wall_at(time);
    return clock_.wall() - std::chrono::duration_cast<Milliseconds>(clock_.now() - time);
}

std::int64_t EngineWorld::unix_seconds(SteadyTime time) const {
    const auto since_epoch = shown_time(time).time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count();
}

}  // namespace driftless::test
