// How Engine 20.10 shows a container: what it fills in, merges and leaves out (docker.md, section
// B).
#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_engine_world.hpp"

namespace driftless::test {

namespace {

const json& host_config_of_20_10() {
    static const json defaults = json::parse(R"({
      "Binds":null,"ContainerIDFile":"","LogConfig":{"Type":"json-file","Config":{}},
      "NetworkMode":"default","PortBindings":null,"RestartPolicy":{"Name":"","MaximumRetryCount":0},
      "AutoRemove":false,"VolumeDriver":"","VolumesFrom":null,"CapAdd":null,"CapDrop":null,
      "CgroupnsMode":"host","Dns":null,"DnsOptions":null,"DnsSearch":null,"ExtraHosts":null,
      "GroupAdd":null,"IpcMode":"private","Cgroup":"","Links":null,"OomScoreAdj":0,"PidMode":"",
      "Privileged":false,"PublishAllPorts":false,"ReadonlyRootfs":false,"SecurityOpt":null,
      "UTSMode":"","UsernsMode":"","ShmSize":67108864,"ConsoleSize":[0,0],"Isolation":"",
      "CpuShares":0,"Memory":0,"NanoCpus":0,"CgroupParent":"","BlkioWeight":0,
      "BlkioWeightDevice":null,"BlkioDeviceReadBps":null,"BlkioDeviceWriteBps":null,
      "BlkioDeviceReadIOps":null,"BlkioDeviceWriteIOps":null,"CpuPeriod":0,"CpuQuota":0,
      "CpuRealtimePeriod":0,"CpuRealtimeRuntime":0,"CpusetCpus":"","CpusetMems":"","Devices":null,
      "DeviceCgroupRules":null,"DeviceRequests":null,"KernelMemory":0,"KernelMemoryTCP":0,
      "MemoryReservation":0,"MemorySwap":0,"MemorySwappiness":null,"OomKillDisable":false,
      "PidsLimit":null,"Ulimits":null,"CpuCount":0,"CpuPercent":0,"IOMaximumIOps":0,
      "IOMaximumBandwidth":0,
      "MaskedPaths":["/proc/asound","/proc/acpi","/proc/kcore","/proc/keys","/proc/latency_stats",
        "/proc/timer_list","/proc/timer_stats","/proc/sched_debug","/proc/scsi","/sys/firmware"],
      "ReadonlyPaths":["/proc/bus","/proc/fs","/proc/irq","/proc/sys","/proc/sysrq-trigger"]})");
    return defaults;
}
const json& config_of_20_10() {
    static const json defaults = json::parse(R"({
      "Domainname":"","User":"","AttachStdin":false,"AttachStdout":false,"AttachStderr":false,
      "Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":null,"Image":"",
      "Volumes":null,"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":{}})");
    return defaults;
}
const json& only_when_given() {  // fields that inspect leaves out unless they were asked for
    static const json fields{"Mounts",     "Tmpfs",       "Sysctls",         "Init",
                             "StorageOpt", "Runtime",     "Annotations",     "StopTimeout",
                             "StopSignal", "Healthcheck", "Shell",           "ExposedPorts",
                             "Hostname",   "MacAddress",  "NetworkDisabled", "ArgsEscaped"};
    return fields;
}

/// What is asked for over the defaults; unknown fields vanish, null means "as if absent".
json laid_over(json defaults, const json& wanted) {
    for (const auto& [key, value] : wanted.items()) {
        const bool known =
            defaults.contains(key) ||
            std::ranges::find(only_when_given(), json(key)) != only_when_given().end();
        if (known && !value.is_null()) defaults[key] = value;
    }
    return defaults;
}

bool is_empty(const json& value) {
    return value.is_null() || value.empty();
}

void merge_env(json& config, const json& image) {
    const auto name_of = [](const json& pair) {
        const auto& text = pair.get_ref<const std::string&>();
        return text.substr(0, text.find('='));
    };
    json env = is_empty(config["Env"]) ? json::array() : config["Env"];
    for (const json& pair : value_or(image, "Env", json::array())) {
        const bool ours = std::ranges::any_of(
            env, [&](const json& have) { return name_of(have) == name_of(pair); });
        if (!ours) env.push_back(pair);
    }
    config["Env"] = env;
}

void merge_command(json& config, const json& image) {  // moby daemon/commit.go
    if (is_empty(config["Entrypoint"])) {
        if (is_empty(config["Cmd"])) config["Cmd"] = value_or(image, "Cmd", nullptr);
        if (config["Entrypoint"].is_null())
            config["Entrypoint"] = value_or(image, "Entrypoint", nullptr);
    } else if (config["Entrypoint"] == json::array({""})) {
        config["Entrypoint"] = nullptr;
    }
}

void merge_healthcheck(json& config, const json& image) {
    const json from_image = value_or(image, "Healthcheck", nullptr);
    if (from_image.is_null()) return;
    json check = value_or(config, "Healthcheck", json::object());
    for (const auto& [key, value] : from_image.items()) {
        if (!check.contains(key) || is_empty(check[key]) || check[key] == 0) check[key] = value;
    }
    config["Healthcheck"] = check;
}

std::string ago(std::chrono::seconds time) {  // docker/go-units HumanDuration
    const auto seconds = time.count();
    const auto minutes = seconds / 60;
    const auto hours = (minutes + 30) / 60;
    if (seconds < 1) return "Less than a second";
    if (seconds == 1) return "1 second";
    if (seconds < 60) return fmt::format("{} seconds", seconds);
    if (minutes == 1) return "About a minute";
    if (minutes < 60) return fmt::format("{} minutes", minutes);
    if (hours == 1) return "About an hour";
    if (hours < 48) return fmt::format("{} hours", hours);
    return fmt::format("{} days", hours / 24);
}

std::string word(FakeContainer::State state) {
    switch (state) {
        case FakeContainer::State::created: return "created";
        case FakeContainer::State::running: return "running";
        case FakeContainer::State::paused: return "paused";
        case FakeContainer::State::restarting: return "restarting";
        case FakeContainer::State::exited: return "exited";
        case FakeContainer::State::removing: return "removing";
    }
    return "dead";
}

json joined(const json& first, const json& second) {
    json all = first.is_null() ? json::array() : first;
    if (!second.is_null()) all.insert(all.end(), second.begin(), second.end());
    return all;
}

}  // namespace

json EngineWorld::merged_config(const json& body, const FakeImage& image,
                                const std::string& id) const {
    json config = laid_over(config_of_20_10(), body);
    merge_env(config, image.config);
    merge_command(config, image.config);
    merge_healthcheck(config, image.config);
    json labels = value_or(image.config, "Labels", json::object());
    labels.update(value_or(body, "Labels", json::object()));
    config["Labels"] = labels;
    json ports = value_or(config, "ExposedPorts", json::object());
    ports.update(value_or(image.config, "ExposedPorts", json::object()));
    config.erase("ExposedPorts");
    if (!ports.empty()) config["ExposedPorts"] = ports;
    for (const char* field : {"User", "WorkingDir", "StopSignal"}) {
        const json from_image = value_or(image.config, field, "");
        if (value_or(config, field, "") == "" && from_image != "") config[field] = from_image;
    }
    json volumes = value_or(config, "Volumes", json::object());
    volumes.update(value_or(image.config, "Volumes", json::object()));
    if (!volumes.empty()) config["Volumes"] = volumes;
    if (value_or(config, "Hostname", "") == "") config["Hostname"] = id.substr(0, 12);
    return config;
}

json EngineWorld::filled_host_config(const json& body) const {
    json host = laid_over(host_config_of_20_10(), value_or(body, "HostConfig", json::object()));
    const bool is_new = api_minor >= 44;
    if (api_minor < 45 && host.contains("Mounts")) {  // a field that it doesn't know
        for (json& mount : host["Mounts"]) {
            if (mount.contains("VolumeOptions")) mount["VolumeOptions"].erase("Subpath");
        }
    }
    if (body.contains("HostConfig") && value_or(host, "Runtime", "") == "")
        host["Runtime"] = "runc";
    if (host["NetworkMode"] == "") host["NetworkMode"] = "default";
    if (is_new && host["NetworkMode"] == "default") host["NetworkMode"] = "bridge";
    if (is_new) {
        host["CgroupnsMode"] = "private";
        host.erase("KernelMemory");
        host.erase("KernelMemoryTCP");
    }
    json policy{{"Name", ""}, {"MaximumRetryCount", 0}};
    policy.update(host["RestartPolicy"]);
    if (is_new && policy["Name"] == "") policy["Name"] = "no";
    host["RestartPolicy"] = policy;
    if (host["ShmSize"] == 0) host["ShmSize"] = 67108864;
    if (host["Memory"] != 0 && host["MemorySwap"] == 0) {
        host["MemorySwap"] = 2 * host["Memory"].get<std::int64_t>();
    }
    if (host["PidsLimit"] == 0 || host["PidsLimit"] == -1) host["PidsLimit"] = nullptr;
    if (host["Privileged"] == true) host["MaskedPaths"] = host["ReadonlyPaths"] = nullptr;
    if (value_or(host["LogConfig"], "Type", "") == "") host["LogConfig"]["Type"] = "json-file";
    host["LogConfig"]["Config"] = value_or(host["LogConfig"], "Config", json::object());
    if (!host["PortBindings"].is_null()) {
        for (json& bindings : host["PortBindings"]) {
            for (json& binding : bindings) {
                binding = {{"HostIp", value_or(binding, "HostIp", "")},
                           {"HostPort", value_or(binding, "HostPort", "")}};
            }
        }
    }
    return host;
}

json EngineWorld::shown_endpoints(const FakeContainer& container, bool with_aliases) const {
    json shown = container.endpoints;
    for (json& endpoint : shown) {
        if (!with_aliases) endpoint["Aliases"] = nullptr;
        if (api_minor >= 48 && !endpoint.contains("GwPriority")) endpoint["GwPriority"] = 0;
    }
    return shown;
}

json EngineWorld::shown_state(const FakeContainer& container) const {
    using State = FakeContainer::State;
    const bool restarting = container.state == State::restarting;
    json state{{"Status", word(container.state)},
               {"Running", container.lives() || restarting},
               {"Paused", container.state == State::paused},
               {"Restarting", restarting},
               {"OOMKilled", false},
               {"Dead", false},
               {"Pid", container.lives() ? 4242 : 0},
               {"ExitCode", container.exit_code},
               {"Error", container.error},
               {"StartedAt", stamp(container.started)},
               {"FinishedAt", stamp(container.finished)}};
    if (!container.health.empty()) {
        state["Health"] = {{"Status", container.health},
                           {"FailingStreak", container.failing_streak},
                           {"Log", json::array()}};
        if (container.failing_streak > 0) {
            state["Health"]["Log"].push_back({{"Start", stamp(at_)},
                                              {"End", stamp(at_)},
                                              {"ExitCode", 1},
                                              {"Output", "refused\n"}});
        }
    }
    return state;
}

json EngineWorld::inspect(const FakeContainer& container) const {
    const json line = joined(container.config["Entrypoint"], container.config["Cmd"]);
    const std::string folder = "/var/lib/docker/containers/" + container.id;
    const bool was_started = container.started.has_value();
    return {{"Id", container.id},
            {"Created", stamp(container.made)},
            {"Path", line.empty() ? json("") : line[0]},
            {"Args", line.empty() ? json::array() : json(line.begin() + 1, line.end())},
            {"State", shown_state(container)},
            {"Image", container.image_id},
            {"ResolvConfPath", was_started ? folder + "/resolv.conf" : ""},
            {"HostnamePath", was_started ? folder + "/hostname" : ""},
            {"HostsPath", was_started ? folder + "/hosts" : ""},
            {"LogPath", was_started ? folder + "/" + container.id + "-json.log" : ""},
            {"Name", "/" + container.name},
            {"RestartCount", container.restart_count},
            {"Driver", "overlay2"},
            {"Platform", "linux"},
            {"MountLabel", ""},
            {"ProcessLabel", ""},
            {"AppArmorProfile", ""},
            {"ExecIDs", nullptr},
            {"HostConfig", container.host_config},
            {"GraphDriver", {{"Name", "overlay2"}, {"Data", json::object()}}},
            {"Mounts", container.mounts},
            {"Config", container.config},
            {"NetworkSettings",
             {{"Bridge", ""},
              {"SandboxID", ""},
              {"Ports", container.ports},
              {"Networks", shown_endpoints(container, true)}}}};
}

std::string EngineWorld::status_text(const FakeContainer& container) const {
    using State = FakeContainer::State;
    const auto since = [this](std::optional<SteadyTime> time) {
        return ago(std::chrono::duration_cast<std::chrono::seconds>(at_ - time.value_or(at_)));
    };
    const std::string health = container.health.empty()         ? ""
                               : container.health == "starting" ? " (health: starting)"
                                                                : " (" + container.health + ")";
    switch (container.state) {
        case State::created: return "Created";
        case State::running: return "Up " + since(container.started) + health;
        case State::paused: return "Up " + since(container.started) + " (Paused)";
        case State::restarting:
            return fmt::format("Restarting ({}) {} ago", container.exit_code,
                               since(container.finished));
        case State::removing: return "Removal In Progress";
        case State::exited: break;
    }
    return fmt::format("Exited ({}) {} ago", container.exit_code, since(container.finished));
}

json EngineWorld::shown_ports(const FakeContainer& container) const {
    json shown = json::array();
    for (const auto& [port, bindings] : container.ports.items()) {
        const std::size_t slash = port.find('/');
        json row{{"PrivatePort", std::stoi(port.substr(0, slash))},
                 {"Type", port.substr(slash + 1)}};
        if (bindings.is_null()) shown.push_back(row);
        if (bindings.is_null()) continue;
        for (const json& binding : bindings) {
            row["IP"] = binding["HostIp"];
            row["PublicPort"] = std::stoi(binding["HostPort"].get<std::string>());
            shown.push_back(row);
        }
    }
    return shown;
}

json EngineWorld::summary(const FakeContainer& container) const {
    const bool is_behind = container.state == FakeContainer::State::exited && container.finished &&
                           at_ - *container.finished < list_lags;
    if (is_behind) {
        FakeContainer before = container;
        before.state = FakeContainer::State::running;
        before.finished.reset();
        return summary(before);
    }
    std::string command;
    for (const json& part : joined(container.config["Entrypoint"], container.config["Cmd"])) {
        command += (command.empty() ? "" : " ") + part.get<std::string>();
    }
    json mounts = container.mounts;
    std::reverse(mounts.begin(), mounts.end());  // inspect has another order
    return {{"Id", container.id},
            {"Names", {"/" + container.name}},
            {"Image", container.config["Image"]},
            {"ImageID", container.image_id},
            {"Command", command},
            {"Created", unix_seconds(container.made)},
            {"Ports", shown_ports(container)},
            {"Labels", container.config["Labels"]},
            {"State", word(container.state)},
            {"Status", status_text(container)},
            {"HostConfig", {{"NetworkMode", container.host_config["NetworkMode"]}}},
            {"NetworkSettings", {{"Networks", shown_endpoints(container, false)}}},
            {"Mounts", mounts}};
}

}  // namespace driftless::test
