// The life of containers: create, start, stop, rename, update, remove, health and restarts.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "tests/support/fake_engine_world.hpp"

namespace driftless::test {

namespace {

using State = FakeContainer::State;

bool is_container_name(const std::string& name) {
    return name.size() > 1 && std::isalnum(static_cast<unsigned char>(name[0])) != 0 &&
           std::ranges::all_of(name, [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '-';
           });
}
EngineAnswer no_such(const std::string& id) {
    return refusal(404, fmt::format("No such container: {}", id));
}
EngineAnswer no_content() {
    return {204, "", {}, {}};
}

std::string taken_name(const std::string& name, const std::string& id) {
    return fmt::format(
        "Conflict. The container name \"/{}\" is already in use by container \"{}\". You have "
        "to remove (or rename) that container to be able to reuse that name.",
        name, id);
}
std::chrono::nanoseconds nanoseconds_of(const json& check, const char* field,
                                        std::chrono::nanoseconds unset) {
    const auto given = value_or(check, field, 0).get<std::int64_t>();
    return given == 0 ? unset : std::chrono::nanoseconds{given};
}
bool has_check(const json& config) {
    const json test =
        value_or(value_or(config, "Healthcheck", json::object()), "Test", json::array());
    return !test.empty() && test[0] != "NONE";
}

}  // namespace

FakeContainer* EngineWorld::find_container(const std::string& name_or_id) {
    const std::string name = name_or_id.starts_with("/") ? name_or_id.substr(1) : name_or_id;
    FakeContainer* by_prefix = nullptr;
    for (auto& [id, container] : containers_) {
        if (id == name || container.name == name) return &container;
        if (!name.empty() && id.starts_with(name)) by_prefix = &container;
    }
    return by_prefix;
}

EngineAnswer EngineWorld::list_containers(const EngineRequest& request, const std::string&) {
    json list = json::array();
    for (auto id = order_.rbegin(); id != order_.rend(); ++id) {
        const FakeContainer& container = containers_.at(*id);
        const json shown = summary(container);
        std::vector<std::string> networks;
        for (const auto& [network, endpoint] : container.endpoints.items())
            networks.push_back(network);
        std::vector<std::string> volumes;
        for (const json& mount : container.mounts) volumes.push_back(value_or(mount, "Name", ""));
        const bool asked =
            request.flag("all") || container.lives() || container.state == State::restarting;
        if (asked && passes(request, {{"label", label_words(container.config["Labels"])},
                                      {"name", {container.name}},
                                      {"id", {container.id}},
                                      {"status", {shown["State"].get<std::string>()}},
                                      {"network", networks},
                                      {"volume", volumes}})) {
            list.push_back(shown);
        }
    }
    return answer(200, list);
}

EngineAnswer EngineWorld::inspect_container(const EngineRequest&, const std::string& id) {
    const FakeContainer* container = find_container(id);
    return container == nullptr ? no_such(id) : answer(200, inspect(*container));
}

// ---- create

std::optional<EngineAnswer> EngineWorld::refuse_create(const EngineRequest&,
                                                       const std::string& name, const json& body) {
    if (!is_container_name(name)) {
        return refusal(400,
                       fmt::format("Invalid container name ({}), only [a-zA-Z0-9][a-zA-Z0-9_.-] "
                                   "are allowed",
                                   name));
    }
    const json endpoints = value_or(value_or(body, "NetworkingConfig", json::object()),
                                    "EndpointsConfig", json::object());
    if (api_minor < 44 && endpoints.size() > 1) {
        std::string names;
        for (const auto& [network, endpoint] : endpoints.items()) {
            names += (names.empty() ? "" : ", ") + network;
        }
        return refusal(400, "Container cannot be connected to network endpoints: " + names);
    }
    const std::string image = value_or(body, "Image", "").get<std::string>();
    if (find_image(image) == nullptr) return refusal(404, "No such image: " + image);
    if (disk_full_for.contains(name)) {
        return refusal(500, "mkdir /var/lib/docker/overlay2/5a6e-init: no space left on device");
    }
    if (const FakeContainer* holder = find_container(name);
        holder != nullptr && holder->name == name) {
        return refusal(409, taken_name(name, holder->id));
    }
    return std::nullopt;
}

EngineAnswer EngineWorld::create_container(const EngineRequest& request, const std::string&) {
    const json body = parsed(request);
    const std::string id = new_id();
    const std::string name = request.query_or("name", "unnamed_" + id.substr(0, 8));
    if (auto refused = refuse_create(request, name, body)) return *refused;
    const FakeImage& image = *find_image(body["Image"].get<std::string>());
    FakeContainer container;
    container.id = id;
    container.name = name;
    container.image_id = image.id;
    container.config = merged_config(body, image, id);
    container.host_config = filled_host_config(body);
    container.made = now();
    if (auto refused = mount_all(container, body)) return *refused;
    give_endpoints(container, body);
    const FakeContainer& made = containers_.emplace(id, std::move(container)).first->second;
    order_.push_back(id);
    tell("create", made);
    return answer(201, {{"Id", id}, {"Warnings", json::array()}});
}

std::optional<EngineAnswer> EngineWorld::mount_all(FakeContainer& container, const json& body) {
    const json host = value_or(body, "HostConfig", json::object());
    for (const json& bind : value_or(host, "Binds", json::array())) {
        mount_bind_text(container, bind.get<std::string>());
    }
    for (const json& mount : value_or(host, "Mounts", json::array())) {
        if (auto refused = mount_one(container, mount)) return refused;
    }
    const json anonymous = value_or(container.config, "Volumes", json::object());
    for (const auto& [destination, nothing] : anonymous.items())
        mount_anonymous(container, destination, "");
    return std::nullopt;
}

void EngineWorld::mount_bind_text(FakeContainer& container, const std::string& bind) {
    const std::size_t first = bind.find(':');
    const std::string source = bind.substr(0, first);
    const std::string rest = bind.substr(first + 1);
    const std::string destination = rest.substr(0, rest.find(':'));
    const std::string options =
        destination.size() < rest.size() ? rest.substr(destination.size() + 1) : "";
    const bool writable = options != "ro" && !options.starts_with("ro,");
    if (source.starts_with("/")) {  // a missing folder is made
        host_files.try_emplace(source, "");
        container.mounts.push_back({{"Type", "bind"},
                                    {"Source", source},
                                    {"Destination", destination},
                                    {"Mode", options},
                                    {"RW", writable},
                                    {"Propagation", "rprivate"}});
        return;
    }
    make_volume(source, json::object());
    container.mounts.push_back({{"Type", "volume"},
                                {"Name", source},
                                {"Source", fmt::format("/var/lib/docker/volumes/{}/_data", source)},
                                {"Destination", destination},
                                {"Driver", "local"},
                                {"Mode", options.empty() ? "z" : options},
                                {"RW", writable},
                                {"Propagation", ""}});
}

std::optional<EngineAnswer> EngineWorld::mount_one(FakeContainer& container, const json& mount) {
    const std::string type = value_or(mount, "Type", "").get<std::string>();
    const std::string source = value_or(mount, "Source", "").get<std::string>();
    const std::string target = value_or(mount, "Target", "").get<std::string>();
    const bool writable = !value_or(mount, "ReadOnly", false).get<bool>();
    if (type == "tmpfs") {
        container.mounts.push_back({{"Type", "tmpfs"},
                                    {"Source", ""},
                                    {"Destination", target},
                                    {"Mode", ""},
                                    {"RW", true},
                                    {"Propagation", ""}});
    } else if (type == "bind") {
        const auto at = host_files.lower_bound(source);
        const bool exists = at != host_files.end() && at->first.starts_with(source);
        if (!exists) {
            return refusal(
                400, "invalid mount config for type \"bind\": bind source path does not exist: " +
                         source);
        }
        container.mounts.push_back({{"Type", "bind"},
                                    {"Source", source},
                                    {"Destination", target},
                                    {"Mode", ""},
                                    {"RW", writable},
                                    {"Propagation", "rprivate"}});
    } else if (source.empty()) {
        mount_anonymous(container, target, "z");
    } else {
        const json options = value_or(mount, "VolumeOptions", json::object());
        make_volume(source, {{"Labels", value_or(options, "Labels", nullptr)}});
        container.mounts.push_back(
            {{"Type", "volume"},
             {"Name", source},
             {"Source", fmt::format("/var/lib/docker/volumes/{}/_data", source)},
             {"Destination", target},
             {"Driver", "local"},
             {"Mode", "z"},
             {"RW", writable},
             {"Propagation", ""}});
    }
    return std::nullopt;
}

void EngineWorld::mount_anonymous(FakeContainer& container, const std::string& destination,
                                  const std::string& mode) {
    const bool mounted = std::ranges::any_of(
        container.mounts, [&](const json& mount) { return mount["Destination"] == destination; });
    if (mounted) return;
    const std::string name = new_id();
    make_volume(name, json::object());
    container.mounts.push_back({{"Type", "volume"},
                                {"Name", name},
                                {"Source", fmt::format("/var/lib/docker/volumes/{}/_data", name)},
                                {"Destination", destination},
                                {"Driver", "local"},
                                {"Mode", mode},
                                {"RW", true},
                                {"Propagation", ""}});
}

void EngineWorld::give_endpoints(FakeContainer& container, const json& body) {
    const json config = value_or(body, "NetworkingConfig", json::object());
    json wanted = value_or(config, "EndpointsConfig", json::object());
    const std::string mode = container.host_config["NetworkMode"].get<std::string>();
    if (mode.starts_with("container:")) return;
    if (wanted.empty()) wanted[mode == "default" ? "bridge" : mode] = nullptr;
    for (const auto& [network, given] : wanted.items()) {
        const json asked = given.is_null() ? json::object() : given;
        container.endpoints[network] = {{"IPAMConfig", value_or(asked, "IPAMConfig", nullptr)},
                                        {"Links", value_or(asked, "Links", nullptr)},
                                        {"Aliases", value_or(asked, "Aliases", nullptr)},
                                        {"NetworkID", ""},
                                        {"EndpointID", ""},
                                        {"Gateway", ""},
                                        {"IPAddress", ""},
                                        {"IPPrefixLen", 0},
                                        {"IPv6Gateway", ""},
                                        {"GlobalIPv6Address", ""},
                                        {"GlobalIPv6PrefixLen", 0},
                                        {"MacAddress", value_or(asked, "MacAddress", "")},
                                        {"DriverOpts", value_or(asked, "DriverOpts", nullptr)}};
        if (api_minor >= 48) {
            container.endpoints[network]["GwPriority"] = value_or(asked, "GwPriority", 0);
        }
    }
}

// ---- start

EngineAnswer EngineWorld::start_container(const EngineRequest&, const std::string& id) {
    FakeContainer* container = find_container(id);
    if (container == nullptr) return no_such(id);
    if (container->lives()) return {304, "", {}, {}};
    if (container->gone_at) {
        return refusal(409, "container is marked for removal and cannot be started");
    }
    container->stopped_by_hand = false;
    container->restarts_at.reset();
    if (auto failed = run(*container)) return *failed;
    return no_content();
}

/// @return why it does not run
std::optional<EngineAnswer> EngineWorld::run(FakeContainer& container) {
    const std::string missing = missing_part(container);
    auto failed = missing.empty() ? attach_all(container) : refusal(404, missing);
    if (!failed) failed = publish_ports(container);
    if (failed) {
        container.error = json::parse(failed->body)["message"].get<std::string>();
        if (!container.started) container.exit_code = 128;
        container.state = container.started ? State::exited : State::created;
        return failed;
    }
    const FakeImage& image = images_.at(container.image_id);
    container.state = State::running;
    container.started = now();
    container.exit_code = 0;
    container.error.clear();
    container.host_config["Runtime"] = "runc";
    container.probes_at.reset();
    container.ends_at.reset();
    if (has_check(container.config)) {
        const json& check = container.config["Healthcheck"];
        container.health = "starting";
        container.failing_streak = 0;
        container.probes_at = now() + nanoseconds_of(check, "Interval", std::chrono::seconds{30});
    }
    if (image.exit_code) {
        container.ends_at = now() + image.exits_after;
        container.ends_with = *image.exit_code;
    }
    tell("start", container);
    return std::nullopt;
}

std::optional<EngineAnswer> EngineWorld::attach_all(FakeContainer& container) {
    for (const auto& [name, endpoint] : container.endpoints.items()) {
        const std::string known = endpoint["NetworkID"].get<std::string>();
        if (find_network(known.empty() ? name : known) == nullptr) {
            const char* doing = api_minor >= 48 ? "failed to set up container networking: " : "";
            return refusal(
                404, fmt::format("{}network {} not found", doing, known.empty() ? name : known));
        }
    }
    for (const auto& [name, endpoint] : container.endpoints.items()) {
        const std::string known = endpoint["NetworkID"].get<std::string>();
        FakeNetwork& network = *find_network(known.empty() ? name : known);
        attach(container, endpoint, network);
        if (api_minor >= 45 || network.predefined) continue;
        const std::string short_id = container.id.substr(0, 12);
        if (endpoint["Aliases"].is_null()) endpoint["Aliases"] = json::array();
        const json& aliases = endpoint["Aliases"];
        if (std::ranges::find(aliases, json(short_id)) == aliases.end())
            endpoint["Aliases"].push_back(short_id);
    }
    return std::nullopt;
}

std::string EngineWorld::holder_of_port(const FakeContainer& besides, const std::string& host_ip,
                                        const std::string& port) const {
    const auto is_any = [](const std::string& ip) {
        return ip.empty() || ip == "0.0.0.0" || ip == "::";
    };
    if (const auto other = taken_ports.find(port); other != taken_ports.end()) return other->second;
    for (const auto& [id, container] : containers_) {
        if (!container.lives() || id == besides.id) continue;
        for (const auto& [inside, bindings] : container.ports.items()) {
            if (bindings.is_null()) continue;
            for (const json& binding : bindings) {
                const std::string held =
                    binding["HostPort"].get<std::string>() + inside.substr(inside.find('/'));
                const std::string ip = binding["HostIp"].get<std::string>();
                if (held == port && (is_any(ip) || is_any(host_ip) || ip == host_ip))
                    return container.name;
            }
        }
    }
    return {};
}

std::optional<EngineAnswer> EngineWorld::publish_ports(FakeContainer& container) {
    json published = json::object();
    const json exposed = value_or(container.config, "ExposedPorts", json::object());
    for (const auto& [inside, bindings] : exposed.items()) {
        published[inside] = nullptr;
        const json wanted = value_or(container.host_config, "PortBindings", json::object());
        for (const json& binding : value_or(wanted, inside, json::array())) {
            const std::string ip = binding["HostIp"].get<std::string>();
            std::string port = binding["HostPort"].get<std::string>();
            const std::string protocol = inside.substr(inside.find('/'));
            if (port.empty()) port = std::to_string(next_port_++);
            if (!holder_of_port(container, ip, port + protocol).empty()) {
                return refusal(500, fmt::format("driver failed programming external connectivity "
                                                "on endpoint {}: Bind for {}:{} "
                                                "failed: port is already allocated",
                                                container.name, ip.empty() ? "0.0.0.0" : ip, port));
            }
            if (published[inside].is_null()) published[inside] = json::array();
            published[inside].push_back(
                {{"HostIp", ip.empty() ? "0.0.0.0" : ip}, {"HostPort", port}});
            if (ip.empty()) published[inside].push_back({{"HostIp", "::"}, {"HostPort", port}});
        }
    }
    container.ports = published;
    return std::nullopt;
}

// ---- its end

void EngineWorld::stopped(FakeContainer& container, int code) {
    if (!container.lives()) return;
    const bool ran_well = now() - container.started.value_or(now()) > std::chrono::seconds{10};
    container.state = State::exited;
    container.exit_code = code;
    container.finished = now();
    container.ends_at.reset();
    container.probes_at.reset();
    if (!container.health.empty()) container.health = "unhealthy";
    tell("die", container, {{"exitCode", std::to_string(code)}});
    for (json& endpoint : container.endpoints) detach(endpoint);
    container.ports = json::object();
    if (container.stopped_by_hand) return tell("stop", container);
    const json& policy = container.host_config["RestartPolicy"];
    const std::string word = policy["Name"].get<std::string>();
    const int most = policy["MaximumRetryCount"].get<int>();
    const bool again =
        word == "always" || word == "unless-stopped" ||
        (word == "on-failure" && code != 0 && (most == 0 || container.restart_count < most));
    if (!again) return;
    container.failed_restarts = ran_well ? 0 : std::min(container.failed_restarts + 1, 10);
    const Milliseconds delay =
        std::min(Milliseconds{100} * (1 << container.failed_restarts), Milliseconds{60'000});
    container.state = State::restarting;
    container.restarts_at = now() + delay;
}

void EngineWorld::probe(FakeContainer& container) {
    const FakeImage& image = images_.at(container.image_id);
    const json& check = container.config["Healthcheck"];
    const auto runs = now() - container.started.value_or(now());
    const bool passes_now = image.healthy_after && runs >= *image.healthy_after &&
                            !(image.unhealthy_after && runs >= *image.unhealthy_after);
    const std::string before = container.health;
    if (passes_now) {
        container.failing_streak = 0;
        container.health = "healthy";
    } else if (container.health != "starting" || runs >= nanoseconds_of(check, "StartPeriod", {})) {
        ++container.failing_streak;
        const int retries = std::max(value_or(check, "Retries", 0).get<int>(), 0);
        if (container.failing_streak >= (retries == 0 ? 3 : retries))
            container.health = "unhealthy";
    }
    if (container.health != before) tell("health_status: " + container.health, container);
    // What no further probe can change is not probed: hours of virtual time cost nothing.
    const bool for_good = container.health == "healthy"     ? !image.unhealthy_after
                          : container.health == "unhealthy" ? !image.healthy_after
                                                            : false;
    container.probes_at.reset();
    if (!for_good)
        container.probes_at = now() + nanoseconds_of(check, "Interval", std::chrono::seconds{30});
}

EngineAnswer EngineWorld::stop_container(const EngineRequest& request, const std::string& id) {
    FakeContainer* container = find_container(id);
    if (container == nullptr) return no_such(id);
    if (container->state == State::restarting) {
        container->state = State::exited;
        container->stopped_by_hand = true;
        container->restarts_at.reset();
        return no_content();
    }
    if (!container->lives()) return {304, "", {}, {}};
    const FakeImage& image = images_.at(container->image_id);
    const json own = value_or(container->config, "StopTimeout", 10);
    const std::chrono::seconds grace{
        std::stoi(request.query_or("t", std::to_string(own.get<int>())))};
    const bool obeys = image.stop_takes <= grace;
    container->stopped_by_hand = true;
    tell("kill", *container, {{"signal", "15"}});
    const SteadyTime end = now() + (obeys ? image.stop_takes : Milliseconds{grace});
    if (!container->ends_at || *container->ends_at > end) {
        container->ends_at = end;
        container->ends_with = obeys ? image.stop_code : 137;
    }
    EngineAnswer done = no_content();
    done.not_before = container->ends_at;
    if (*container->ends_at <= now()) stopped(*container, container->ends_with);
    return done;
}

EngineAnswer EngineWorld::kill_container(const EngineRequest& request, const std::string& id) {
    FakeContainer* container = find_container(id);
    if (container == nullptr) return no_such(id);
    if (!container->lives()) {
        return refusal(409, fmt::format("Cannot kill container: {0}: Container {1} is not running",
                                        id, container->id));
    }
    container->stopped_by_hand = true;
    const std::string signal = request.query_or("signal", "SIGKILL");
    tell("kill", *container, {{"signal", signal}});
    if (signal == "SIGKILL" || signal == "KILL" || signal == "9") stopped(*container, 137);
    return no_content();
}

EngineAnswer EngineWorld::pause_container(const EngineRequest&, const std::string& id) {
    FakeContainer* container = find_container(id);
    if (container == nullptr) return no_such(id);
    if (container->state != State::running) {
        return refusal(409, fmt::format("Container {} is not running", container->id));
    }
    container->state = State::paused;
    tell("pause", *container);
    return no_content();
}

EngineAnswer EngineWorld::unpause_container(const EngineRequest&, const std::string& id) {
    FakeContainer* container = find_container(id);
    if (container == nullptr) return no_such(id);
    if (container->state != State::paused) return refusal(500, "Container is not paused");
    container->state = State::running;
    tell("unpause", *container);
    return no_content();
}

// ---- changes in place

EngineAnswer EngineWorld::rename_container(const EngineRequest& request, const std::string& id) {
    FakeContainer* container = find_container(id);
    if (container == nullptr) return no_such(id);
    const std::string name = request.query_or("name", "");
    if (!is_container_name(name)) {
        return refusal(
            400, fmt::format("Invalid container name ({}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are "
                             "allowed",
                             name));
    }
    if (name == container->name) {
        return refusal(400, "Renaming a container with the same name as its current name");
    }
    const FakeContainer* holder = find_container(name);
    if (holder != nullptr && holder->name == name) {
        return refusal(409, "Error when allocating new name: " + taken_name(name, holder->id));
    }
    const std::string before = std::exchange(container->name, name);
    tell("rename", *container, {{"oldName", "/" + before}});
    return no_content();
}

EngineAnswer EngineWorld::update_container(const EngineRequest& request, const std::string& id) {
    FakeContainer* container = find_container(id);
    if (container == nullptr) return no_such(id);
    const json body = parsed(request);
    json host = container->host_config;
    const std::vector<std::string> live{
        "Memory",    "MemorySwap", "MemoryReservation", "NanoCpus",    "CpuQuota", "CpuPeriod",
        "CpuShares", "CpusetCpus", "CpusetMems",        "BlkioWeight", "PidsLimit"};
    for (const std::string& field : live) {  // 0 and absent: unchanged
        const json given = value_or(body, field, nullptr);
        if (!given.is_null() && given != 0 && given != "") host[field] = given;
    }
    if (value_or(body, "PidsLimit", 0) == -1) host["PidsLimit"] = nullptr;
    const auto memory = host["Memory"].get<std::int64_t>();
    const auto swap = host["MemorySwap"].get<std::int64_t>();
    if (memory != 0 && memory < 6 * 1024 * 1024)
        return refusal(400, "Minimum memory limit allowed is 6MB");
    if (swap > 0 && memory > swap) {
        return refusal(409,
                       "Cannot update container " + container->id +
                           ": Memory limit should be smaller than already set memoryswap limit, "
                           "update the memoryswap at the same time");
    }
    const json policy = value_or(body, "RestartPolicy", json::object());
    if (value_or(policy, "Name", "") != "") {
        host["RestartPolicy"] = {{"Name", policy["Name"]},
                                 {"MaximumRetryCount", value_or(policy, "MaximumRetryCount", 0)}};
    }
    container->host_config = host;
    tell("update", *container);
    return answer(200, {{"Warnings", nullptr}});
}

EngineAnswer EngineWorld::remove_container(const EngineRequest& request, const std::string& id) {
    FakeContainer* container = find_container(id);
    if (container == nullptr) return no_such(id);
    const bool busy = container->lives() || container->state == State::restarting;
    if (busy && !request.flag("force")) {
        return refusal(409,
                       fmt::format("You cannot remove a {} container {}. Stop the container before "
                                   "attempting removal or force remove",
                                   container->lives() ? "running" : "restarting", container->id));
    }
    if (busy) {
        container->stopped_by_hand = true;
        stopped(*container, 137);
    }
    if (container->gone_at) {
        return refusal(409, fmt::format("removal of container {} is already in progress", id));
    }
    const json mounts = container->mounts;
    const Milliseconds takes = images_.at(container->image_id).remove_takes;
    if (takes > Milliseconds{0}) {
        container->state = State::removing;
        container->gone_at = now() + takes;
        return {204, "", {}, container->gone_at};
    }
    vanish(container->id);
    for (const json& mount : mounts) {
        const std::string volume = value_or(mount, "Name", "").get<std::string>();
        if (request.flag("v") && volume.size() == 64) remove_volume(request, volume);
    }
    return no_content();
}

void EngineWorld::vanish(std::string id) {
    tell("destroy", containers_.at(id));
    containers_.erase(id);
    std::erase(order_, id);
}

}  // namespace driftless::test
