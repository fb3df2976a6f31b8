#include "reconcilers/docker/create_request.hpp"

#include <algorithm>

#include "reconcilers/docker/hardware.hpp"
#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/marks.hpp"
#include "reconcilers/docker/plain_fields.hpp"

namespace driftless::docker {
namespace {

constexpr ApiVersion several_endpoints{1, 44};

json container_labels(const Declared& want, const json& spec, const Creation& creation) {
    json labels = in(spec, "labels");
    labels.update(labels_for(want, creation.installation));
    const json& compose = in(spec, "compose");
    const auto put = [&](std::string_view name, const json& value) {
        if (value.is_string()) labels[std::string{name}] = value;
    };
    put(marks::service, in(compose, "service"));
    put(marks::depends_on, in(compose, "depends_on"));
    if (in(compose, "working_dir") != "") put(marks::working_dir, in(compose, "working_dir"));
    put(marks::config_files, in(compose, "config_files"));
    put(marks::number, std::to_string(shown_integer(compose, "/number")));
    put(marks::oneoff, "False");
    put(marks::config_hash, creation.digest);
    if (!creation.image.id.empty()) put(marks::image, creation.image.id);
    if (!creation.sealed_files.empty()) put(marks::files, creation.sealed_files.dump());
    return labels;
}

json environment(const json& env) {
    json list = json::array();
    for (const auto& [key, value] : env.items()) {
        list.push_back(value.is_null() ? key : key + "=" + value.get<std::string>());
    }
    return list;
}

json healthcheck(const json& spec) {
    json check = json::object();
    for (const auto& [key, name] : health_fields) {
        if (spec.contains(key)) check[name] = spec[key];
    }
    return check;
}

/// A plain bind that makes a missing folder, as Compose sends it; all else goes as a mount.
bool goes_as_text(const json& mount) {
    const auto plain = [](const std::string& path) { return path.find(':') == std::string::npos; };
    if (mount.contains("selinux")) return true;
    return mount["type"] == "bind" && mount.value("create_host_path", false) &&
           !mount.contains("recursive") && plain(mount["source"]) && plain(mount["target"]);
}

std::string bind_text(const json& mount) {
    std::string text = mount["source"].get<std::string>() + ":" +
                       mount["target"].get<std::string>() + ":" +
                       (mount.value("read_only", false) ? "ro" : "rw");
    for (const char* option : {"propagation", "selinux"}) {
        if (mount.contains(option)) text += "," + mount[option].get<std::string>();
    }
    return text;
}

json mount_body(const json& mount, const Creation& creation) {
    json body{{"Type", mount["type"]},
              {"Source", mount["source"]},
              {"Target", mount["target"]},
              {"ReadOnly", mount.value("read_only", false)}};
    const auto before = creation.passed_on.find(mount["target"].get<std::string>());
    if (mount["source"] == "" && before != creation.passed_on.end())
        body["Source"] = before->second;
    if (mount.contains("propagation")) body["BindOptions"]["Propagation"] = mount["propagation"];
    const std::string recursive = mount.value("recursive", "");
    if (recursive == "disabled") body["BindOptions"]["NonRecursive"] = true;
    if (recursive == "writable") body["BindOptions"]["ReadOnlyNonRecursive"] = true;
    if (recursive == "readonly") body["BindOptions"]["ReadOnlyForceRecursive"] = true;
    if (mount["type"] == "bind" && mount.value("create_host_path", false)) {
        body["BindOptions"]["CreateMountpoint"] = true;
    }
    if (mount.value("nocopy", false)) body["VolumeOptions"]["NoCopy"] = true;
    if (mount.contains("subpath")) body["VolumeOptions"]["Subpath"] = mount["subpath"];
    if (mount.contains("labels")) body["VolumeOptions"]["Labels"] = mount["labels"];
    return body;
}

/// A file of the commit, out of the volume that holds it at the path that it has in the container.
json file_mount(const std::string& target, const Creation& creation) {
    json body{{"Type", "volume"},
              {"Source", creation.files_volume},
              {"Target", target},
              {"ReadOnly", true}};
    body["VolumeOptions"] = {{"NoCopy", true}, {"Subpath", target.substr(1)}};
    return body;
}

void put_mounts(const json& spec, const Creation& creation, json& host) {
    json binds = json::array();
    json mounts = json::array();
    std::map<std::string, std::string> left = creation.passed_on;
    for (const json& mount : spec["mounts"]) {
        left.erase(mount["target"].get<std::string>());
        if (goes_as_text(mount)) {
            binds.push_back(bind_text(mount));
        } else {
            mounts.push_back(mount_body(mount, creation));
        }
    }
    for (const auto& [target, file] : in(spec, "files").items()) {
        if (!creation.files_volume.empty()) mounts.push_back(file_mount(target, creation));
    }
    for (const auto& [target, volume] : left) {  // of the image's own volumes
        mounts.push_back({{"Type", "volume"}, {"Source", volume}, {"Target", target}});
    }
    host["Binds"] = std::move(binds);
    host["Mounts"] = std::move(mounts);
    host["Tmpfs"] = spec["tmpfs"];
}

json port_bindings(const json& ports) {
    json bindings = json::object();
    for (const auto& [inside, hosts] : ports.items()) {
        for (const json& host : hosts) {
            const std::string text = host;
            const auto bar = text.find('|');
            bindings[inside].push_back(
                {{"HostIp", text.substr(0, bar)}, {"HostPort", text.substr(bar + 1)}});
        }
    }
    return bindings;
}

void put_networking(const json& spec, ApiVersion api, json& body) {
    const std::string mode = spec["network_mode"];
    if (mode != "networks") {
        body["HostConfig"]["NetworkMode"] = mode;
        return;
    }
    const std::string primary = spec["primary_network"];
    body["HostConfig"]["NetworkMode"] = primary;
    for (const auto& [name, endpoint] : spec["networks"].items()) {
        const bool now = api >= several_endpoints || name == primary;
        if (!now) continue;
        body["NetworkingConfig"]["EndpointsConfig"][name] = endpoint_settings(endpoint, api);
        if (name == primary && endpoint.contains("mac") && api < several_endpoints) {
            body["MacAddress"] = endpoint["mac"];
        }
    }
}

void put_plain_fields(const json& spec, json& body) {
    for (const PlainField& field : plain_fields()) {
        const json& value = in(spec, field.key);
        if (value.is_null() || value == default_of(field.type)) continue;
        body[json::json_pointer{std::string{field.body}}] = value;
    }
}

/// As every engine reads them: a profile by its whole text, and two lists for "systempaths".
void put_security(const Declared& want, json& host) {
    json& options = host["SecurityOpt"];
    if (!options.is_array()) return;
    std::erase_if(options.get_ref<json::array_t&>(), [&](const json& option) {
        if (option != open_system_paths) return false;
        host["MaskedPaths"] = host["ReadonlyPaths"] = json::array();
        return true;
    });
    for (json& option : options) {
        const std::string text = option;
        if (text == "no-new-privileges=true") option = "no-new-privileges:true";
        const json& profile = in(want.blobs, text.substr(text.find('=') + 1));
        if (profile.contains("text")) option = "seccomp=" + profile["text"].get<std::string>();
    }
}

void put_host(const json& spec, json& host) {
    host.update(resource_limits(spec));
    host["RestartPolicy"] = restart_policy(spec["restart"]);
    host["PortBindings"] = port_bindings(spec["ports"]);
    put_hardware(spec, host);
    for (const auto& [name, limit] : spec["ulimits"].items()) {
        host["Ulimits"].push_back(
            {{"Name", name}, {"Soft", limit["soft"]}, {"Hard", limit["hard"]}});
    }
    if (const json& logging = in(spec, "logging"); !logging.is_null()) {
        if (logging.contains("driver")) host["LogConfig"]["Type"] = logging["driver"];
        host["LogConfig"]["Config"] = logging.value("options", json::object());
    }
}

}  // namespace

json labels_for(const Declared& want, const std::string& installation) {
    json labels{
        {std::string{marks::installation}, installation},
        {std::string{marks::key}, to_string(want.key)},
        {std::string{marks::commit}, want.origin.commit},
        {std::string{marks::manifest}, want.origin.manifest.kind + "/" + want.origin.manifest.name},
        {std::string{marks::project}, in(in(want.spec, "compose"), "project")},
        {std::string{marks::version}, "2"}};
    if (want.protect) labels[std::string{marks::protect}] = "true";
    return labels;
}

json create_request(const Declared& want, const json& spec, const Creation& creation) {
    const std::string& image = creation.image.name;
    json body{{"Image", image.empty() ? spec["image"] : json(image)},
              {"Env", environment(spec["env"])},
              {"Labels", container_labels(want, spec, creation)},
              {"HostConfig", json::object()}};
    if (spec["command"].is_array()) body["Cmd"] = spec["command"];
    if (spec["entrypoint"].is_array()) body["Entrypoint"] = spec["entrypoint"];
    if (spec["healthcheck"].is_object()) body["Healthcheck"] = healthcheck(spec["healthcheck"]);
    if (spec["stop_timeout"] != 10) body["StopTimeout"] = spec["stop_timeout"];
    for (const json& port : spec["expose"]) {
        body["ExposedPorts"][port.get<std::string>()] = json::object();
    }
    put_plain_fields(spec, body);
    put_security(want, body["HostConfig"]);
    put_host(spec, body["HostConfig"]);
    put_mounts(spec, creation, body["HostConfig"]);
    put_networking(spec, creation.api, body);
    return body;
}

std::map<std::string, json> later_networks(const json& spec, ApiVersion api) {
    std::map<std::string, json> later;
    if (api >= several_endpoints || spec["network_mode"] != "networks") return later;
    for (const auto& [name, endpoint] : spec["networks"].items()) {
        if (spec["primary_network"] == name) continue;
        later[name] = {{"EndpointConfig", endpoint_settings(endpoint, api)}};
    }
    return later;
}

json endpoint_settings(const json& endpoint, ApiVersion api) {
    json settings{{"Aliases", in(endpoint, "aliases")}};
    if (endpoint.contains("ipv4")) settings["IPAMConfig"]["IPv4Address"] = endpoint["ipv4"];
    if (endpoint.contains("ipv6")) settings["IPAMConfig"]["IPv6Address"] = endpoint["ipv6"];
    if (endpoint.contains("link_local_ips")) {
        settings["IPAMConfig"]["LinkLocalIPs"] = endpoint["link_local_ips"];
    }
    if (endpoint.contains("mac") && api >= several_endpoints)
        settings["MacAddress"] = endpoint["mac"];
    if (endpoint.contains("driver_opts")) settings["DriverOpts"] = endpoint["driver_opts"];
    if (endpoint.contains("interface_name")) {
        settings["DriverOpts"][std::string{interface_option}] = endpoint["interface_name"];
    }
    if (endpoint.contains("gw_priority")) settings["GwPriority"] = endpoint["gw_priority"];
    return settings;
}

json restart_policy(const std::string& restart) {
    const auto colon = restart.find(':');
    json policy{{"Name", restart.substr(0, colon)}, {"MaximumRetryCount", 0}};
    if (colon != std::string::npos) {
        policy["MaximumRetryCount"] = std::stoi(restart.substr(colon + 1));
    }
    return policy;
}

json resource_limits(const json& spec) {
    json limits = json::object();
    for (const LimitField& field : limit_fields()) {
        const json& value = in(in(spec, "limits"), field.key);
        if (value.is_null() || (value == 0 && !field.removable)) continue;
        limits[std::string{field.body}] = value;
    }
    return limits;
}

}  // namespace driftless::docker
