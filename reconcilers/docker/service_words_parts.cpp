// What a service's spec says of networks, mounts and limits, in the keys of a compose file.
#include <fmt/format.h>

#include <algorithm>

#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/service_words.hpp"

namespace driftless::docker {
namespace {

constexpr std::int64_t first_of_several = 1000;

std::string text_in(const json& object, const char* key) {
    const json& value = in(object, key);
    return value.is_string() ? value.get<std::string>() : "";
}

/// "127.0.0.1:8080:80/udp" of "80/udp" and "127.0.0.1|8080".
std::string port_text(const std::string& inside, const std::string& binding) {
    const auto bar = binding.find('|');
    const std::string address = binding.substr(0, bar);
    const std::string published = bar == std::string::npos ? "" : binding.substr(bar + 1);
    std::string text;
    if (!address.empty()) {
        text = (address.find(':') == std::string::npos ? address : "[" + address + "]") + ":";
    }
    if (!address.empty() || !published.empty()) text += published + ":";
    const bool is_tcp = inside.ends_with("/tcp");
    return text + (is_tcp ? inside.substr(0, inside.size() - 4) : inside);
}

/// The endpoint's settings, less what every service's has.
Node endpoint_node(const json& endpoint, const json& spec, const std::string& service,
                   const ProjectWords& words) {
    Node node = map_node();
    Node aliases = list_node();
    for (const json& alias : endpoint["aliases"]) {
        if (alias != service && alias != spec["name"])
            aliases.items.push_back(FileTexts::name(alias));
    }
    if (!aliases.items.empty()) node["aliases"] = std::move(aliases);
    const std::pair<const char*, const char*> fields[] = {{"ipv4_address", "ipv4"},
                                                          {"ipv6_address", "ipv6"},
                                                          {"mac_address", "mac"},
                                                          {"interface_name", "interface_name"}};
    for (const auto& [key, field] : fields) {
        if (!text_in(endpoint, field).empty()) node[key] = FileTexts::name(endpoint[field]);
    }
    const json& local = in(endpoint, "link_local_ips");
    if (local.is_array()) node["link_local_ips"] = names_node(local);
    const json& priority = in(endpoint, "gw_priority");
    if (priority.is_number()) node["gw_priority"] = number_node(priority);
    const json& options = in(endpoint, "driver_opts");
    if (options.is_object() && !options.empty())
        node["driver_opts"] = text_map_node(options, words.texts);
    return node;
}

std::string key_of(const std::map<std::string, std::string>& keys, const std::string& name) {
    const auto found = keys.find(name);
    return found == keys.end() ? name : found->second;
}

/// Where several are joined, the first is the one that its ports and its address belong to; without
/// a word it is the first by name. @param networks  sorted by it
void say_first(const std::string& primary, Node& networks) {
    if (networks.entries.size() < 2) return;
    Node* first = networks.find(primary);
    if (first != nullptr && networks.entries.front().key != primary)
        (*first)["priority"] = number_node(first_of_several);
}

Node cpus_node(std::int64_t nano_cpus) {
    std::string text =
        fmt::format("{}.{:09}", nano_cpus / 1'000'000'000, nano_cpus % 1'000'000'000);
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
    return Node::scalar(text, {}, true);
}

bool fits_short_form(const std::string& text) {
    return text.size() > 1 && text.find(':') == std::string::npos;
}

/// Whether the target, the source and ":ro" say all of it.
bool is_short_mount(const json& mount) {
    for (const char* option :
         {"nocopy", "propagation", "selinux", "recursive", "labels", "subpath"}) {
        if (mount.contains(option)) return false;
    }
    if (mount.value("create_host_path", true) == false) return false;
    const std::string source = text_in(mount, "source");
    return fits_short_form(text_in(mount, "target")) && (source.empty() || fits_short_form(source));
}

Node long_mount(const json& mount, const std::string& source, const ProjectWords& words) {
    Node node = map_node();
    const std::string type = mount["type"];
    node["type"] = FileTexts::name(type);
    if (!source.empty()) node["source"] = FileTexts::name(source);
    node["target"] = FileTexts::name(mount["target"]);
    if (mount["read_only"] == true) node["read_only"] = flag_node(true);
    Node options = map_node();
    for (const char* key : {"propagation", "selinux", "recursive", "subpath"}) {
        if (!text_in(mount, key).empty()) options[key] = FileTexts::name(mount[key]);
    }
    for (const char* key : {"nocopy", "create_host_path"}) {
        const json& flag = in(mount, key);
        const bool usual = std::string_view{key} == "create_host_path";
        if (flag.is_boolean() && flag != usual) options[key] = flag_node(flag);
    }
    const json& labels = in(mount, "labels");
    if (labels.is_object() && !labels.empty())
        options["labels"] = text_map_node(labels, words.texts);
    if (!options.entries.empty()) node[type] = std::move(options);
    return node;
}

Node mount_node(const json& mount, const ProjectWords& words) {
    std::string source = text_in(mount, "source");
    if (mount["type"] == "volume" && !source.empty()) source = key_of(words.volumes, source);
    json renamed = mount;
    renamed["source"] = source;
    const bool readable = mount["read_only"] == true;
    const bool is_anonymous = source.empty() && readable;  // the short form has no place for "ro"
    if (is_anonymous || !is_short_mount(renamed)) return long_mount(mount, source, words);
    const std::string target = mount["target"];
    const std::string text = source.empty() ? target : source + ":" + target;
    return FileTexts::name(text + (readable ? ":ro" : ""));
}

Node limits_list(const json& limits, const char* number) {
    Node list = list_node();
    for (const auto& [path, value] : limits.items()) {
        Node item = map_node();
        item["path"] = FileTexts::name(path);
        item[number] = number_node(value);
        list.items.push_back(std::move(item));
    }
    return list;
}

void say_requests(const json& spec, const ProjectWords& words, Node& devices, Node& node) {
    for (const json& request : spec["device_requests"]) {
        if (request["driver"] == "cdi") {
            for (const json& id : request["device_ids"])
                devices.items.push_back(FileTexts::name(id));
            continue;
        }
        Node said = map_node();
        said["capabilities"] = names_node(request["capabilities"]);
        if (!text_in(request, "driver").empty())
            said["driver"] = FileTexts::name(request["driver"]);
        const std::int64_t count = request["count"];
        if (count != 0) said["count"] = count == -1 ? FileTexts::name("all") : number_node(count);
        if (!request["device_ids"].empty()) said["device_ids"] = names_node(request["device_ids"]);
        if (!request["options"].empty())
            said["options"] = text_map_node(request["options"], words.texts);
        Node& reserved = map_at(map_at(map_at(node, "deploy"), "resources"), "reservations");
        Node& list = reserved["devices"];
        list.kind = Node::Kind::list;
        list.items.push_back(std::move(said));
    }
}

}  // namespace

Node size_node(std::int64_t bytes) {
    for (const auto& [unit, size] :
         {std::pair{'g', 1LL << 30}, {'m', 1LL << 20}, {'k', 1LL << 10}}) {
        if (bytes > 0 && bytes % size == 0)
            return Node::scalar(fmt::format("{}{}", bytes / size, unit), {}, true);
    }
    return number_node(bytes);
}

void say_ports(const json& spec, Node& node) {
    Node ports = list_node();
    Node exposed = list_node();
    for (const auto& [inside, bindings] : spec["ports"].items()) {
        for (const json& binding : bindings)
            ports.items.push_back(FileTexts::name(port_text(inside, binding)));
    }
    for (const json& port : spec["expose"]) {
        if (!spec["ports"].contains(port.get<std::string>()))
            exposed.items.push_back(FileTexts::name(port));
    }
    if (!ports.items.empty()) node["ports"] = std::move(ports);
    if (!exposed.items.empty()) node["expose"] = std::move(exposed);
}

void say_networks(const json& spec, const std::string& service, const ProjectWords& words,
                  Node& node) {
    const std::string mode = spec.value("network_mode", "networks");
    if (mode != "networks") {
        constexpr std::string_view of_container = "container:";
        const auto first = mode.starts_with(of_container)
                               ? words.firsts.find(mode.substr(of_container.size()))
                               : words.firsts.end();
        node["network_mode"] =
            FileTexts::name(first == words.firsts.end() ? mode : "service:" + first->second);
        return;
    }
    Node networks = map_node();
    for (const auto& [name, endpoint] : spec["networks"].items()) {
        networks[key_of(words.networks, name)] = endpoint_node(endpoint, spec, service, words);
    }
    std::ranges::sort(networks.entries, {}, &Node::Entry::key);
    say_first(key_of(words.networks, spec.value("primary_network", "")), networks);
    const bool plain = std::ranges::all_of(
        networks.entries, [](const Node::Entry& entry) { return entry.value.entries.empty(); });
    if (!plain) {
        node["networks"] = std::move(networks);
        return;
    }
    if (networks.entries.size() == 1 && networks.entries.front().key == "default") return;
    Node list = list_node();
    for (const Node::Entry& entry : networks.entries)
        list.items.push_back(FileTexts::name(entry.key));
    node["networks"] = std::move(list);
}

void say_mounts(const json& spec, const ProjectWords& words, Node& node) {
    Node volumes = list_node();
    for (const json& mount : spec["mounts"]) volumes.items.push_back(mount_node(mount, words));
    std::ranges::sort(volumes.items, {}, [](const Node& item) {
        const Node* target = item.find("target");
        return target == nullptr ? item.text.substr(item.text.find(':') + 1) : target->text;
    });
    if (!volumes.items.empty()) node["volumes"] = std::move(volumes);
    Node tmpfs = list_node();
    for (const auto& [target, options] : spec["tmpfs"].items()) {
        const std::string text = options;
        tmpfs.items.push_back(FileTexts::name(text.empty() ? target : target + ":" + text));
    }
    if (!tmpfs.items.empty()) node["tmpfs"] = std::move(tmpfs);
}

void say_limits(const json& spec, Node& node) {
    const json& limits = spec["limits"];
    const std::pair<const char*, const char*> sizes[] = {{"mem_limit", "memory"},
                                                         {"mem_reservation", "memory_reservation"},
                                                         {"memswap_limit", "memory_swap"}};
    for (const auto& [key, field] : sizes) {
        if (limits.contains(field)) node[key] = size_node(limits[field]);
    }
    if (limits.contains("nano_cpus")) node["cpus"] = cpus_node(limits["nano_cpus"]);
    if (in(limits, "pids") != 0 && limits.contains("pids"))
        node["pids_limit"] = number_node(limits["pids"]);
    for (const char* key : {"cpu_shares", "cpu_quota", "cpu_period"}) {
        if (limits.contains(key)) node[key] = number_node(limits[key]);
    }
    if (limits.contains("cpuset")) node["cpuset"] = FileTexts::name(limits["cpuset"]);
    if (limits.contains("blkio_weight"))
        map_at(node, "blkio_config")["weight"] = number_node(limits["blkio_weight"]);
    for (const auto& [name, limit] : spec["ulimits"].items()) {
        Node& ulimits = map_at(node, "ulimits");
        if (limit["soft"] == limit["hard"]) {
            ulimits[name] = number_node(limit["hard"]);
            continue;
        }
        Node& both = ulimits[name] = map_node();
        both["soft"] = number_node(limit["soft"]);
        both["hard"] = number_node(limit["hard"]);
    }
}

void say_hardware(const json& spec, const ProjectWords& words, Node& node) {
    Node devices = list_node();
    for (const json& device : spec["devices"]) {
        Node said = map_node();
        for (const char* key : {"source", "target", "permissions"})
            said[key] = FileTexts::name(device[key]);
        devices.items.push_back(std::move(said));
    }
    say_requests(spec, words, devices, node);
    if (!devices.items.empty()) node["devices"] = std::move(devices);
    for (const auto& [key, limits] : spec["blkio_config"].items()) {
        const char* number = key == "weight_device" ? "weight" : "rate";
        map_at(node, "blkio_config")[key] = limits_list(limits, number);
    }
}

}  // namespace driftless::docker
