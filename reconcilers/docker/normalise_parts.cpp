#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reconcilers/docker/commit_files.hpp"
#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/marks.hpp"
#include "reconcilers/docker/normalise.hpp"
#include "reconcilers/docker/plain_fields.hpp"

namespace driftless::docker {
namespace {

const json& items_at(const json& object, const std::string& pointer) {
    static const json none = json::array();
    const json& value = at(object, pointer);
    return value.is_array() ? value : none;
}

/// The item of a list of maps whose `key` is `text`, or null.
const json& item_with(const json& list, const char* key, const std::string& text) {
    static const json nothing = nullptr;
    if (!list.is_array()) return nothing;
    for (const json& item : list) {
        if (in(item, key) == text) return item;
    }
    return nothing;
}

bool is_anonymous(const std::string& volume) {
    return volume.size() == 64 && volume.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// Docker Desktop shows the virtual machine's view of a path of the Mac.
std::string host_path(std::string source) {
    for (const std::string_view prefix : {"/host_mnt", "/private"}) {
        const bool of_mac = source.starts_with(prefix) && source.size() > prefix.size() &&
                            source[prefix.size()] == '/';
        const bool moved = prefix != "/private" || source.starts_with("/private/tmp");
        if (of_mac && moved) source.erase(0, prefix.size());
    }
    while (source.size() > 1 && source.back() == '/') source.pop_back();
    return source;
}

std::string recursive_word(const json& asked) {
    if (shown_true(asked, "/BindOptions/NonRecursive")) return "disabled";
    if (shown_true(asked, "/BindOptions/ReadOnlyNonRecursive")) return "writable";
    return shown_true(asked, "/BindOptions/ReadOnlyForceRecursive") ? "readonly" : "enabled";
}

json own_labels(json labels) {  // newer engines mark the volumes that they name themselves
    if (!labels.is_object()) return json::object();
    labels.erase("com.docker.volume.anonymous");
    return labels;
}

/// Options that only the request shows, a text or a map: compared if declared.
/// @param asked  of HostConfig.Mounts, null for a mount by text
void put_options(const json& asked, const std::string& mode, const json& wanted, json& mount) {
    const auto is_in_mode = [&](const std::string& word) {
        return ("," + mode + ",").find("," + word + ",") != std::string::npos;
    };
    if (wanted.contains("create_host_path")) mount["create_host_path"] = wanted["create_host_path"];
    if (wanted.contains("nocopy")) {
        const bool nocopy = shown_true(asked, "/VolumeOptions/NoCopy") || is_in_mode("nocopy");
        mount["nocopy"] = nocopy;
    }
    if (wanted.contains("selinux")) {
        const std::string word = wanted["selinux"];
        mount["selinux"] = is_in_mode(word) ? json(word) : json(nullptr);
    }
    if (wanted.contains("recursive")) mount["recursive"] = recursive_word(asked);
    if (wanted.contains("labels")) mount["labels"] = own_labels(at(asked, "/VolumeOptions/Labels"));
}

json bind_or_volume(const Inspected& live, const json& shown) {
    const std::string target = shown_text(shown, "/Destination");
    const json& wanted = item_with(in(live.want, "mounts"), "target", target);
    const std::string type = shown_text(shown, "/Type");
    std::string source =
        type == "volume" ? shown_text(shown, "/Name") : host_path(shown_text(shown, "/Source"));
    const bool anonymous = type == "volume" && is_anonymous(source);
    if (anonymous && wanted.is_null() && live.image.volumes.contains(target)) return nullptr;
    if (anonymous && in(wanted, "source") == "") source = "";
    json mount{{"target", target},
               {"type", type},
               {"source", source},
               {"read_only", !shown_true(shown, "/RW")}};
    const json& asked = item_with(at(live.container, "/HostConfig/Mounts"), "Target", target);
    put_options(asked, shown_text(shown, "/Mode"), wanted, mount);
    if (wanted.contains("propagation")) mount["propagation"] = shown_text(shown, "/Propagation");
    const std::string subpath = shown_text(asked, "/VolumeOptions/Subpath");
    if (!subpath.empty()) mount["subpath"] = subpath;
    return mount;
}

std::string tmpfs_options(const json& mount) {
    std::string options;
    const auto size = shown_integer(mount, "/TmpfsOptions/SizeBytes");
    const auto mode = shown_integer(mount, "/TmpfsOptions/Mode");
    if (size != 0) options += ",size=" + std::to_string(size);
    if (mode != 0) options += fmt::format(",mode={:o}", mode);
    if (shown_true(mount, "/ReadOnly")) options += ",ro";
    return normal_tmpfs(options);
}

/// A file of the commit that is mounted: it stands below "files", like one that was put in.
bool is_file_of_ours(const json& shown, const json& files) {
    return shown_text(shown, "/Name").starts_with(marks::content_volume) &&
           files.contains(shown_text(shown, "/Destination"));
}

bool is_user_network(const std::string& mode) {
    return mode != "default" && mode != "bridge" && mode != "host" && mode != "none" &&
           !mode.empty() && !mode.starts_with("container:");
}

std::set<std::string> aliases_of(const Inspected& live, const json& endpoint, const json& wanted) {
    const std::string id = shown_text(live.container, "/Id").substr(0, 12);
    const std::string hostname = shown_text(live.container, "/Config/Hostname");
    const json& asked = in(wanted, "aliases");
    std::set<std::string> aliases;
    for (const json& item : items_at(endpoint, "/Aliases")) {
        const std::string alias = item;
        const bool is_wanted = asked.is_array() && std::ranges::find(asked, item) != asked.end();
        if (is_wanted || (alias != id && alias != hostname)) aliases.insert(alias);
    }
    return aliases;
}

json endpoint_of(const Inspected& live, const json& shown, const json& wanted) {
    json endpoint{{"aliases", aliases_of(live, shown, wanted)}};
    const std::pair<const char*, const char*> fields[] = {
        {"ipv4", "/IPAMConfig/IPv4Address"},
        {"ipv6", "/IPAMConfig/IPv6Address"},
        {"link_local_ips", "/IPAMConfig/LinkLocalIPs"},
        {"mac", "/MacAddress"},
        {"gw_priority", "/GwPriority"},
        {"driver_opts", "/DriverOpts"}};
    for (const auto& [key, pointer] : fields) {
        if (wanted.contains(key)) endpoint[key] = at(shown, pointer);
    }
    if (wanted.contains("interface_name")) {
        endpoint["interface_name"] = in(at(shown, "/DriverOpts"), interface_option);
        if (endpoint.contains("driver_opts")) endpoint["driver_opts"].erase(interface_option);
    }
    const bool stopped = shown_text(live.container, "/State/Status") != "running";
    if (stopped && endpoint.value("mac", json()) == "") endpoint["mac"] = wanted["mac"];
    return endpoint;
}

/// cpus by quota and period, as made by hand, is the same limit.
void join_quota(json& limits, const json& want) {
    const bool by_quota = limits.contains("cpu_quota") && limits.contains("cpu_period");
    if (!by_quota || limits.contains("nano_cpus")) return;
    if (!in(want, "limits").contains("nano_cpus")) return;
    const std::int64_t period = limits["cpu_period"];
    limits["nano_cpus"] = limits["cpu_quota"].get<std::int64_t>() * 1'000'000'000 / period;
    limits.erase("cpu_quota");
    limits.erase("cpu_period");
}

/// null, 0 and -1 mean "no limit", save for memory and swap together.
bool is_unset(const json& value, std::string_view key) {
    if (value.is_null() || value == 0 || value == "") return true;
    return value == -1 && key == "pids";
}

}  // namespace

json normal_mounts(const Inspected& live) {
    json mounts = json::array();
    const json files = files_on_label(live.container);
    for (const json& shown : items_at(live.container, "/Mounts")) {
        const std::string type = shown_text(shown, "/Type");
        if (type == "tmpfs" || is_file_of_ours(shown, files)) continue;
        json mount = bind_or_volume(live, shown);
        if (!mount.is_null()) mounts.push_back(std::move(mount));
    }
    return mounts;
}

json normal_tmpfs_map(const Inspected& live) {
    json all = json::object();
    const json& plain = at(live.container, "/HostConfig/Tmpfs");
    if (plain.is_object()) {
        for (const auto& [target, options] : plain.items()) {
            if (options.is_string()) all[target] = normal_tmpfs(options.get<std::string>());
        }
    }
    for (const json& mount : items_at(live.container, "/HostConfig/Mounts")) {
        if (shown_text(mount, "/Type") == "tmpfs")
            all[shown_text(mount, "/Target")] = tmpfs_options(mount);
    }
    return all;
}

std::string normal_network_mode(const Inspected& live) {
    const std::string mode = shown_text(live.container, "/HostConfig/NetworkMode");
    if (is_user_network(mode)) return "networks";
    if (mode == "default" || mode.empty()) return "bridge";
    return named_mode(mode, live);
}

json normal_networks(const Inspected& live) {
    json networks = json::object();
    if (normal_network_mode(live) != "networks") return networks;
    const json& all = at(live.container, "/NetworkSettings/Networks");
    if (!all.is_object()) return networks;
    for (const auto& [name, shown] : all.items()) {
        networks[name] = endpoint_of(live, shown, in(in(live.want, "networks"), name));
    }
    return networks;
}

json normal_limits(const Inspected& live) {
    json limits = json::object();
    const json& host = at(live.container, "/HostConfig");
    for (const LimitField& field : limit_fields()) {
        const json& value = in(host, field.body);
        if (!is_unset(value, field.key)) limits[std::string{field.key}] = value;
        if (field.removable && is_unset(value, field.key)) limits[std::string{field.key}] = 0;
    }
    join_quota(limits, live.want);
    return limits;
}

json normal_unlimited(const Inspected& live) {
    const json limits = normal_limits(live);
    json unlimited = json::array();
    const json& wanted = in(live.want, "unlimited");
    if (!wanted.is_array()) return unlimited;
    for (const json& key : wanted) {
        if (!limits.contains(key.get<std::string>())) unlimited.push_back(key);
    }
    return unlimited;
}

json normal_healthcheck(const Inspected& live) {
    const json& shown = at(live.container, "/Config/Healthcheck");
    const json& wanted = in(live.want, "healthcheck");
    if (wanted == "image" && (shown.is_null() || shown == live.image.healthcheck)) return "image";
    json check = json::object();
    for (const auto& [key, name] : health_fields) {
        const json& value = in(shown, name);
        const bool counts = wanted.is_object() ? wanted.contains(key) : !value.is_null();
        if (counts) check[key] = value;
    }
    return check;
}

}  // namespace driftless::docker
