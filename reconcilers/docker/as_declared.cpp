#include "reconcilers/docker/as_declared.hpp"

#include <algorithm>

#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/marks.hpp"
#include "reconcilers/docker/normalise.hpp"
#include "reconcilers/docker/plain_fields.hpp"

namespace driftless::docker {
namespace {

constexpr std::int64_t default_shm_size = 64 << 20;
constexpr std::size_t anonymous_name = 64;  // letters
constexpr std::size_t short_id = 12;

const json& items_at(const json& object, const std::string& pointer) {
    static const json none = json::array();
    const json& value = at(object, pointer);
    return value.is_array() ? value : none;
}

bool is_empty(const json& value) {
    return value.is_null() || value == "" || value == 0 || value == false ||
           (value.is_structured() && value.empty());
}

/// Where entrypoint and command are the image's, they are not asked for; a given entrypoint drops
/// the image's command.
void wish_process(const Seen& seen, json& wish) {
    const json& entrypoint = items_at(seen.container, "/Config/Entrypoint");
    const json& command = items_at(seen.container, "/Config/Cmd");
    const bool drops_command = command.empty() && !seen.image.command.empty();
    const bool is_images = entrypoint == json(seen.image.entrypoint) && !drops_command;
    wish["entrypoint"] = is_images ? json("image") : entrypoint;
    wish["command"] = "image";
}

/// Each field that the image's own check does not have so.
void wish_healthcheck(const Seen& seen, json& wish) {
    const json& shown = at(seen.container, "/Config/Healthcheck");
    json check = json::object();
    for (const auto& [key, field] : health_fields) {
        const json& value = in(shown, field);
        if (!is_empty(value) && value != in(seen.image.healthcheck, field)) check[key] = value;
    }
    if (check.contains("start_interval_ns")) check["start_period_ns"] = in(shown, "StartPeriod");
    wish["healthcheck"] = check.empty() ? json("image") : check;
}

/// The engine adds "label=disable" to what shares the host's namespaces.
void wish_security(const Seen& seen, json& wish) {
    const json& container = seen.container;
    const bool shares = shown_true(container, "/HostConfig/Privileged") ||
                        shown_text(container, "/HostConfig/PidMode") == "host" ||
                        shown_text(container, "/HostConfig/IpcMode") == "host";
    json options = normal_value(FieldType::options, at(container, "/HostConfig/SecurityOpt"));
    json wanted = json::array({open_system_paths});
    for (const json& option : options) {
        if (!shares || option != "label=disable") wanted.push_back(option);
    }
    wish["security_opt"] = std::move(wanted);
}

void wish_networks(const Seen& seen, json& wish) {
    wish["networks"] = json::object();
    const json& networks = at(seen.container, "/NetworkSettings/Networks");
    if (!networks.is_object()) return;
    const std::string mac = shown_text(seen.container, "/Config/MacAddress");
    const std::string primary = shown_text(seen.container, "/HostConfig/NetworkMode");
    const std::pair<const char*, const char*> fields[] = {
        {"ipv4", "/IPAMConfig/IPv4Address"},
        {"ipv6", "/IPAMConfig/IPv6Address"},
        {"link_local_ips", "/IPAMConfig/LinkLocalIPs"},
        {"gw_priority", "/GwPriority"},
        {"driver_opts", "/DriverOpts"}};
    for (const auto& [name, shown] : networks.items()) {
        json endpoint = json::object();
        for (const auto& [key, pointer] : fields) {
            if (!is_empty(at(shown, pointer))) endpoint[key] = at(shown, pointer);
        }
        const json& interface = in(at(shown, "/DriverOpts"), interface_option);
        if (!is_empty(interface)) endpoint["interface_name"] = interface;
        if (name == primary && !mac.empty()) endpoint["mac"] = mac;
        wish["networks"][name] = std::move(endpoint);
    }
}

bool has_word(const std::string& mode, std::string_view word) {
    return ("," + mode + ",").find("," + std::string{word} + ",") != std::string::npos;
}

const json& asked_for(const json& container, const std::string& target) {
    static const json nothing = nullptr;
    for (const json& mount : items_at(container, "/HostConfig/Mounts")) {
        if (in(mount, "Target") == target) return mount;
    }
    return nothing;
}

/// The options of a mount that only show when they are asked for.
json wished_mount(const json& container, const json& shown) {
    const std::string target = shown_text(shown, "/Destination");
    const std::string mode = shown_text(shown, "/Mode");
    const json& asked = asked_for(container, target);
    const bool is_bind = shown_text(shown, "/Type") == "bind";
    json mount{{"target", target}};
    if (has_word(mode, "nocopy") || shown_true(asked, "/VolumeOptions/NoCopy"))
        mount["nocopy"] = true;
    const std::string propagation = shown_text(shown, "/Propagation");
    const bool asks = !shown_text(asked, "/BindOptions/Propagation").empty() ||
                      (!propagation.empty() && has_word(mode, propagation));
    if (is_bind && asks && !propagation.empty()) mount["propagation"] = propagation;
    for (const char* word : {"z", "Z"}) {
        if (is_bind && has_word(mode, word)) mount["selinux"] = word;
    }
    for (const char* option : {"NonRecursive", "ReadOnlyNonRecursive", "ReadOnlyForceRecursive"}) {
        if (shown_true(asked, std::string{"/BindOptions/"} + option)) mount["recursive"] = true;
    }
    json labels = at(asked, "/VolumeOptions/Labels");
    if (labels.is_object()) labels.erase("com.docker.volume.anonymous");
    if (!is_empty(labels)) mount["labels"] = labels;
    return mount;
}

bool is_anonymous(const json& shown) {
    const std::string name = shown_text(shown, "/Name");
    return name.size() == anonymous_name &&
           name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// The image's own volumes need no word; another one without a name is asked for by its target.
void wish_mounts(const Seen& seen, json& wish) {
    wish["mounts"] = json::array();
    for (const json& shown : items_at(seen.container, "/Mounts")) {
        json mount = wished_mount(seen.container, shown);
        if (is_anonymous(shown)) {
            const bool is_images = seen.image.volumes.contains(shown_text(shown, "/Destination"));
            if (is_images && mount.size() == 1) continue;
            mount["source"] = "";
        }
        wish["mounts"].push_back(std::move(mount));
    }
}

json wish_of(const Seen& seen) {
    json wish = json::object();
    wish_process(seen, wish);
    wish_healthcheck(seen, wish);
    wish_security(seen, wish);
    wish_networks(seen, wish);
    wish_mounts(seen, wish);
    return wish;
}

/// A host's name is nobody's wish: the short id, or that of the host whose network it uses.
bool is_given_hostname(const Seen& seen, const json& spec) {
    const std::string hostname = spec.value("hostname", "");
    const std::string id = shown_text(seen.container, "/Id");
    const std::string mode = spec.value("network_mode", "");
    if (hostname.empty() || hostname == id.substr(0, short_id)) return false;
    if (mode.starts_with("container:")) return false;
    const bool of_host = mode == "host" || spec.value("uts", "") == "host";
    return !of_host || hostname != seen.engine.host;
}

json normal_signal(const std::string& text) {
    return normal_value(FieldType::signal, text.empty() ? json("SIGTERM") : json(text));
}

/// Fields that `normalise` shows in any case, and that nobody need declare.
void drop_defaults(const Seen& seen, json& spec) {
    const System& engine = seen.engine;
    const std::string cgroup = engine.cgroup_version == "1" ? "host" : "private";
    const std::pair<const char*, json> usual[] = {
        {"user", seen.image.user},
        {"working_dir", seen.image.working_dir},
        {"domainname", ""},
        {"cgroup", engine.cgroup_version.empty() ? spec["cgroup"] : json(cgroup)},
        {"runtime", engine.runtime.empty() ? "runc" : engine.runtime},
        {"shm_size", default_shm_size},
        {"ipc", "private"},
        {"mem_swappiness", -1},
    };
    for (const auto& [key, value] : usual) {
        if (spec[key] == value || is_empty(spec[key])) spec.erase(key);
    }
    if (at(seen.container, "/HostConfig/MemorySwappiness") == 0) spec["mem_swappiness"] = 0;
    if (!is_given_hostname(seen, spec)) spec.erase("hostname");
    const std::string signal = spec["stop_signal"];
    if (normal_signal(signal) == normal_signal(seen.image.stop_signal)) spec.erase("stop_signal");
    if (is_empty(spec["annotations"])) spec.erase("annotations");
    const std::string driver = engine.log_driver.empty() ? "json-file" : engine.log_driver;
    const bool usual_log =
        spec["logging"]["driver"] == driver || is_empty(spec["logging"]["driver"]);
    if (usual_log && is_empty(spec["logging"]["options"])) spec.erase("logging");
    spec.erase("platform");  // the image's: what was asked for doesn't show
}

/// Twice the memory is what the engine makes of nothing.
void drop_usual_swap(json& limits) {
    if (!limits.contains("memory") || !limits.contains("memory_swap")) return;
    const std::int64_t memory = limits["memory"];
    if (limits["memory_swap"] == 2 * memory) limits.erase("memory_swap");
}

}  // namespace

json as_declared(const Seen& seen) {
    const json wish = wish_of(seen);
    json spec = normalise({seen.container, seen.image, wish, seen.names});
    drop_defaults(seen, spec);
    drop_usual_swap(spec["limits"]);
    const std::string primary = shown_text(seen.container, "/HostConfig/NetworkMode");
    if (spec["networks"].contains(primary)) spec["primary_network"] = primary;
    return spec;
}

std::string beyond_words(const json& container) {
    for (const char* field :
         {"/HostConfig/Links", "/HostConfig/VolumesFrom", "/HostConfig/AutoRemove",
          "/HostConfig/PublishAllPorts", "/HostConfig/CpusetMems", "/HostConfig/KernelMemory",
          "/HostConfig/CpuCount", "/HostConfig/CpuPercent", "/Config/NetworkDisabled"}) {
        if (is_empty(at(container, field))) continue;
        std::string name{field + 1};
        std::ranges::replace(name, '/', '.');
        return name;
    }
    if (!files_on_label(container).empty()) return "files that driftless put into it";
    for (const json& mount : items_at(container, "/Mounts")) {
        if (shown_text(mount, "/Name").starts_with(marks::content_volume))
            return "a folder of a commit at " + shown_text(mount, "/Destination");
        const std::string type = shown_text(mount, "/Type");
        if (type != "bind" && type != "volume" && type != "tmpfs") {
            return "a mount of type " + in_quotes(type) + " at " +
                   shown_text(mount, "/Destination");
        }
    }
    return "";
}

}  // namespace driftless::docker
