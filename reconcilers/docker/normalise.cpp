#include "reconcilers/docker/normalise.hpp"

#include <set>

#include "providers/docker/images.hpp"
#include "reconcilers/docker/hardware.hpp"
#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/marks.hpp"
#include "reconcilers/docker/plain_fields.hpp"

namespace driftless::docker {
namespace {

constexpr std::string_view kept_prefix = "driftless-kept-";
constexpr std::size_t short_id = 12;

json list_or_empty(const json& value) {
    return value.is_array() ? value : json::array();
}

void put_command(const Inspected& live, json& spec) {
    const json entrypoint = list_or_empty(at(live.container, "/Config/Entrypoint"));
    const json command = list_or_empty(at(live.container, "/Config/Cmd"));
    const json& wanted = in(live.want, "entrypoint");
    spec["entrypoint"] = entrypoint;
    spec["command"] = command;
    if (wanted == "image" && entrypoint == json(live.image.entrypoint))
        spec["entrypoint"] = "image";
    const bool drops_command = wanted.is_array() && !wanted.empty();
    const json expected = drops_command ? json::array() : json(live.image.command);
    if (in(live.want, "command") == "image" && command == expected) spec["command"] = "image";
}

json normal_env(const Inspected& live) {
    json env = json::object();
    for (const json& item : list_or_empty(at(live.container, "/Config/Env"))) {
        const std::string pair = item;
        const auto sign = pair.find('=');
        const std::string key = pair.substr(0, sign);
        const json value = sign == std::string::npos ? json(nullptr) : json(pair.substr(sign + 1));
        const auto given = live.image.env.find(key);
        const bool from_image = given != live.image.env.end() && value == given->second;
        if (!from_image || in(live.want, "env").contains(key)) env[key] = value;
    }
    return env;
}

json normal_labels(const Inspected& live) {
    json labels = json::object();
    const json& all = at(live.container, "/Config/Labels");
    if (!all.is_object()) return labels;
    for (const auto& [key, value] : all.items()) {
        if (key.starts_with(marks::ours) || key.starts_with(marks::compose)) continue;
        const auto given = live.image.labels.find(key);
        const bool from_image = given != live.image.labels.end() && value == given->second;
        if (!from_image || in(live.want, "labels").contains(key)) labels[key] = value;
    }
    return labels;
}

std::string normal_image(const Inspected& live) {
    std::string asked = shown_text(live.container, "/Config/Image");
    const json& wanted = in(live.want, "image");
    if (!wanted.is_string()) return asked;
    const std::string text = wanted;
    return normal_image_ref(asked) == normal_image_ref(text) ? text : asked;
}

/// The digest that is wanted, where it is that image.
std::string normal_digest(const Inspected& live) {
    std::string wanted = shown_text(live.want, "/image_digest");
    if (is_image(live.image, wanted)) return wanted;
    std::string asked = shown_text(live.container, "/Config/Image");
    return digest_of_image(live.image, normal_repository(asked));
}

json normal_ports(const json& container) {
    std::map<std::string, std::set<std::string>> ports;
    const json& bindings = at(container, "/HostConfig/PortBindings");
    if (!bindings.is_object()) return json::object();
    for (const auto& [inside, hosts] : bindings.items()) {
        for (const json& host : list_or_empty(hosts)) {
            std::string port = shown_text(host, "/HostPort");
            if (port == "0") port.clear();
            ports[inside].insert(shown_text(host, "/HostIp") + "|" + port);
        }
    }
    return ports;
}

/// Compose asks for "9000" where we say "9000/tcp"; the engine shows either as it was sent.
std::string with_protocol(const std::string& port) {
    return port.find('/') == std::string::npos ? port + "/tcp" : port;
}

json normal_exposed(const Inspected& live) {
    std::set<std::string> wanted;
    for (const json& port : list_or_empty(in(live.want, "expose"))) wanted.insert(port);
    std::set<std::string> exposed;
    const json& all = at(live.container, "/Config/ExposedPorts");
    if (!all.is_object()) return exposed;
    for (const auto& [shown, nothing] : all.items()) {
        const std::string port = with_protocol(shown);
        if (!live.image.exposed.contains(port) || wanted.contains(port)) exposed.insert(port);
    }
    return exposed;
}

json normal_logging(const Inspected& live) {
    json logging{{"driver", shown_text(live.container, "/HostConfig/LogConfig/Type")}};
    const json& options = at(live.container, "/HostConfig/LogConfig/Config");
    logging["options"] = options.is_object() ? options : json::object();
    return logging;
}

/// Security options: the engine adds its own, so only those that are declared count.
json declared_among(const json& wanted, const json& have) {
    json common = json::array();
    for (const json& option : list_or_empty(wanted)) {
        for (const json& other : have) {
            if (other == option) common.push_back(option);
        }
    }
    return common;
}

bool shows_system_paths(const json& container) {
    const json empty = json::array();
    return at(container, "/HostConfig/MaskedPaths") == empty &&
           at(container, "/HostConfig/ReadonlyPaths") == empty;
}

void put_plain_fields(const Inspected& live, json& spec) {
    for (const PlainField& field : plain_fields()) {
        const std::string key{field.key};
        json value = normal_value(field.type, at(live.container, inspected_at(field.body)));
        if (field.type == FieldType::mode && value.is_string()) {
            value = named_mode(value.get<std::string>(), live);
        }
        if (key == "security_opt" && shows_system_paths(live.container)) {
            value.push_back(open_system_paths);
        }
        if (field.type == FieldType::options) value = declared_among(in(live.want, key), value);
        spec[key] = std::move(value);
    }
}

json normal_ulimits(const json& container) {
    json ulimits = json::object();
    for (const json& limit : list_or_empty(at(container, "/HostConfig/Ulimits"))) {
        ulimits[shown_text(limit, "/Name")] = {{"soft", shown_integer(limit, "/Soft")},
                                               {"hard", shown_integer(limit, "/Hard")}};
    }
    return ulimits;
}

bool is_running(const json& container) {
    const std::string state = shown_text(container, "/State/Status");
    return state == "running" || state == "restarting" || state == "paused" ||
           is_completed(container);
}

}  // namespace

json normalise(const Inspected& live) {
    const json& container = live.container;
    json spec = json::object();
    const std::string id = shown_text(container, "/Id");
    std::string name = shown_text(container, "/Name");
    if (name.starts_with('/')) name.erase(0, 1);
    const std::string kept = kept_name(id, name);
    spec["name"] = kept.empty() ? name : kept;
    spec["image"] = normal_image(live);
    if (in(live.want, "image_digest").is_string()) spec["image_digest"] = normal_digest(live);
    const std::string platform = live.image.platform;
    const json& wanted_platform = in(live.want, "platform");
    const bool fits = wanted_platform.is_string() &&
                      platform.starts_with(wanted_platform.get_ref<const std::string&>());
    spec["platform"] = fits ? wanted_platform : json(platform);
    put_command(live, spec);
    spec["env"] = normal_env(live);
    spec["labels"] = normal_labels(live);
    spec["healthcheck"] = normal_healthcheck(live);
    spec["logging"] = normal_logging(live);
    spec["restart"] = normal_restart(container);
    const json& timeout = at(container, "/Config/StopTimeout");
    spec["stop_timeout"] = timeout.is_number() ? timeout : json(10);
    spec["running"] = is_running(container);
    put_plain_fields(live, spec);
    spec["ports"] = normal_ports(container);
    spec["expose"] = normal_exposed(live);
    spec["network_mode"] = normal_network_mode(live);
    spec["networks"] = normal_networks(live);
    spec["limits"] = normal_limits(live);
    spec["unlimited"] = normal_unlimited(live);
    spec["ulimits"] = normal_ulimits(container);
    spec.update(normal_hardware(container));
    spec["mounts"] = normal_mounts(live);
    spec["tmpfs"] = normal_tmpfs_map(live);
    spec["files"] = files_on_label(container);
    return spec;
}

json files_on_label(const json& container) {
    const json& labels = at(container, "/Config/Labels");
    const json& text = in(labels, marks::files);
    if (!text.is_string()) return json::object();
    json files = json::parse(text.get<std::string>(), nullptr, false);
    return files.is_object() ? files : json::object();
}

std::string name_to_keep(const std::string& id, const std::string& name) {
    return std::string{kept_prefix} + id.substr(0, short_id) + "-" + name;
}

std::string kept_name(const std::string& id, const std::string& name) {
    const std::string prefix = name_to_keep(id, "");
    return name.starts_with(prefix) ? name.substr(prefix.size()) : "";
}

std::string named_mode(const std::string& mode, const Inspected& live) {
    constexpr std::string_view of_container = "container:";
    if (!mode.starts_with(of_container)) return mode;
    const auto found = live.names.find(mode.substr(of_container.size()));
    return found == live.names.end() ? mode : std::string{of_container} + found->second;
}

std::string normal_restart(const json& container) {
    const std::string name = shown_text(container, "/HostConfig/RestartPolicy/Name");
    if (name.empty()) return "no";
    const std::int64_t most =
        shown_integer(container, "/HostConfig/RestartPolicy/MaximumRetryCount");
    return name == "on-failure" && most > 0 ? name + ":" + std::to_string(most) : name;
}

bool is_completed(const json& container) {
    if (shown_text(container, "/State/Status") != "exited") return false;
    if (shown_integer(container, "/State/ExitCode") != 0) return false;
    const std::string restart = shown_text(container, "/HostConfig/RestartPolicy/Name");
    return restart != "always" && restart != "unless-stopped";
}

FieldRules container_rules() {
    FieldRules rules{
        {.path = "/compose", .as = Compare::ignored},
        {.path = "/primary_network", .as = Compare::ignored},
        {.path = "/pull_policy", .as = Compare::ignored},
        {.path = "/name"},     // a rename is no new container
        {.path = "/running"},  // a start neither
        {.path = "/restart"},  // the engine changes these in place
        {.path = "/limits"},
        {.path = "/limits/*"},
        {.path = "/networks", .as = Compare::whole},  // connected and disconnected in place
        {.path = "/networks/*"},
        {.path = "/networks/*/mac", .replaces = true},  // no engine takes it at a connect
        {.path = "/networks/*/*"},
        {.path = "/networks/*/*/*"},
        {.path = "/env", .as = Compare::whole, .replaces = true, .secret = true},
        {.path = "/env/*", .replaces = true, .secret = true},
        {.path = "/mounts", .as = Compare::keyed, .by = "target", .replaces = true},
        {.path = "/devices", .as = Compare::keyed, .by = "target", .replaces = true},
    };
    for (const char* whole :
         {"/labels", "/ports", "/sysctls", "/storage_opt", "/tmpfs", "/files", "/blkio_config"}) {
        rules.push_back({.path = whole, .as = Compare::whole, .replaces = true});
    }
    for (const char* rest : {"/*", "/*/*", "/*/*/*", "/*/*/*/*"}) {
        rules.push_back({.path = rest, .replaces = true});
    }
    return rules;
}

}  // namespace driftless::docker
