#include "reconcilers/docker/storage_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/marks.hpp"
#include "reconcilers/docker/network.hpp"
#include "reconcilers/docker/service_words.hpp"
#include "reconcilers/docker/volume.hpp"

namespace driftless::docker {
namespace {

constexpr std::string_view external = "external";

std::string text_of(const json& value) {
    return value.is_string() ? value.get<std::string>() : "";
}

const json* named(const std::vector<json>& list, const std::string& name) {
    const auto found =
        std::ranges::find_if(list, [&](const json& one) { return in(one, "Name") == name; });
    return found == list.end() ? nullptr : &*found;
}

/// The key that Compose's labels give it in this project; empty for others' things.
std::string own_key(const json* shown, const std::string& project, std::string_view label) {
    if (shown == nullptr) return "";
    const json& labels = in(*shown, "Labels");
    return in(labels, marks::project) == project ? text_of(in(labels, label)) : "";
}

bool is_key(const std::string& text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    });
}

/// A key for another's thing that nothing of the file has.
std::string foreign_key(const std::string& name, const std::map<std::string, json>& taken) {
    std::string key = is_key(name) && name != "default" ? name : "other";
    for (int number = 2; taken.contains(key); ++number) key = fmt::format("{}-{}", name, number);
    return key;
}

/// "172.18.0.0/16", "192.168.32.0/20": as the engine picks one where nobody asks.
bool is_engines_choice(const std::string& subnet) {
    std::array<int, 5> parts{};
    const char* begin = subnet.data();
    const char* end = begin + subnet.size();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto [stop, fault] = std::from_chars(begin, end, parts[i]);
        const char sign = i == 3 ? '/' : '.';
        if (fault != std::errc{} || (i < 4 && (stop == end || *stop != sign))) return false;
        begin = stop + (i < 4 ? 1 : 0);
    }
    const bool big = parts[0] == 172 && parts[1] >= 17 && parts[1] < 32 && parts[4] == 16;
    return big || (parts[0] == 192 && parts[1] == 168 && parts[4] == 20);
}

bool has_fixed_address(const std::vector<json>& specs, const std::string& network) {
    return std::ranges::any_of(specs, [&](const json& spec) {
        const json& endpoint = in(in(spec, "networks"), network);
        return in(endpoint, "ipv4").is_string() || in(endpoint, "ipv6").is_string();
    });
}

/// What of a network counts: its pools as far as somebody chose them.
json wished_pools(const json& shown, bool fixed) {
    json pools = json::array();
    const json& configs = at(shown, "/IPAM/Config");
    if (!configs.is_array()) return pools;
    const std::pair<const char*, const char*> fields[] = {{"subnet", "Subnet"},
                                                          {"ip_range", "IPRange"},
                                                          {"gateway", "Gateway"},
                                                          {"aux_addresses", "AuxiliaryAddresses"}};
    for (const json& config : configs) {
        json pool = json::object();
        for (const auto& [key, field] : fields) {
            const json& value = in(config, field);
            const bool is_there = !value.is_null() && value != "" && value != json::object();
            if (is_there) pool[key] = value;
        }
        const bool chosen = fixed || pool.contains("ip_range") || pool.contains("aux_addresses") ||
                            !is_engines_choice(text_of(in(pool, "subnet")));
        if (chosen && !pool.empty()) pools.push_back(std::move(pool));
    }
    return pools;
}

json network_spec(const json& shown, bool fixed) {
    json wish{{"pools", wished_pools(shown, fixed)}};
    if (at(shown, "/EnableIPv4") == false) wish["enable_ipv4"] = false;
    const std::string ipam = shown_text(shown, "/IPAM/Driver");
    if (!ipam.empty() && ipam != "default") wish["ipam_driver"] = ipam;
    const json& options = at(shown, "/IPAM/Options");
    if (options.is_object() && !options.empty()) wish["ipam_options"] = options;
    json spec = normal_network(shown, wish);
    if (spec["options"].is_object()) {  // newer engines add these by themselves
        spec["options"].erase("com.docker.network.enable_ipv4");
        spec["options"].erase("com.docker.network.enable_ipv6");
    }
    return spec;
}

void put_name(const json& spec, const std::string& key, const std::string& project, Node& node) {
    const std::string name = spec["name"];
    if (name != fmt::format("{}_{}", project, key)) node["name"] = FileTexts::name(name);
}

Node external_node(const std::string& key, const json& spec) {
    Node node = map_node();
    node["external"] = flag_node(true);
    const std::string name = spec[external];
    if (name != key) node["name"] = FileTexts::name(name);
    return node;
}

Node ipam_node(const json& spec, const FileTexts& texts) {
    Node ipam = map_node();
    if (in(spec, "ipam_driver").is_string()) ipam["driver"] = FileTexts::name(spec["ipam_driver"]);
    if (in(spec, "ipam_options").is_object())
        ipam["options"] = text_map_node(spec["ipam_options"], texts);
    Node pools = list_node();
    for (const json& pool : spec["pools"]) {
        Node said = map_node();
        for (const char* key : {"subnet", "ip_range", "gateway"}) {
            if (in(pool, key).is_string()) said[key] = FileTexts::name(pool[key]);
        }
        if (in(pool, "aux_addresses").is_object())
            said["aux_addresses"] = text_map_node(pool["aux_addresses"], texts);
        pools.items.push_back(std::move(said));
    }
    if (!pools.items.empty()) ipam["config"] = std::move(pools);
    return ipam;
}

Node network_node(const std::string& key, const json& spec, const std::string& project,
                  const FileTexts& texts) {
    Node node = map_node();
    put_name(spec, key, project, node);
    if (spec["driver"] != "bridge") node["driver"] = FileTexts::name(spec["driver"]);
    for (const char* flag : {"internal", "attachable", "enable_ipv6"}) {
        if (spec[flag] == true) node[flag] = flag_node(true);
    }
    if (in(spec, "enable_ipv4") == false) node["enable_ipv4"] = flag_node(false);
    if (spec["options"].is_object() && !spec["options"].empty())
        node["driver_opts"] = text_map_node(spec["options"], texts);
    Node ipam = ipam_node(spec, texts);
    if (!ipam.entries.empty()) node["ipam"] = std::move(ipam);
    if (!spec["labels"].empty()) node["labels"] = text_map_node(spec["labels"], texts);
    return node;
}

Node volume_node(const std::string& key, const json& spec, const std::string& project,
                 const FileTexts& texts) {
    Node node = map_node();
    put_name(spec, key, project, node);
    for (const auto& [option, value] : spec["options"].items()) {
        Node& options = map_at(node, "driver_opts");
        options[option] = texts.value("volume-" + key, option, text_of(value));
    }
    if (!spec["labels"].empty()) node["labels"] = text_map_node(spec["labels"], texts);
    return node;
}

}  // namespace

StorageWords storage_of(const std::string& project, const std::vector<json>& specs,
                        const EngineView& view) {
    StorageWords words;
    std::set<std::string> networks;
    std::set<std::string> volumes;
    for (const json& spec : specs) {
        for (const auto& [name, endpoint] : spec["networks"].items()) networks.insert(name);
        for (const json& mount : spec["mounts"]) {
            const std::string source = mount["source"];
            if (mount["type"] == "volume" && !source.empty()) volumes.insert(source);
        }
    }
    std::vector<std::string> foreign_networks;
    for (const std::string& name : networks) {
        const json* shown = named(view.networks, name);
        const std::string key = own_key(shown, project, marks::network);
        if (!is_key(key) || words.networks.contains(key)) {
            foreign_networks.push_back(name);
            continue;
        }
        words.network_keys[name] = key;
        words.networks[key] = network_spec(*shown, has_fixed_address(specs, name));
    }
    for (const std::string& name : foreign_networks) {
        const std::string key = foreign_key(name, words.networks);
        words.network_keys[name] = key;
        words.networks[key] = {{external, name}};
    }
    std::vector<std::string> foreign_volumes;
    for (const std::string& name : volumes) {
        const json* shown = named(view.volumes, name);
        const std::string key = own_key(shown, project, marks::volume);
        json spec = shown == nullptr ? json() : normal_volume(*shown);
        const bool ours = is_key(key) && !words.volumes.contains(key) && spec["driver"] == "local";
        if (!ours) {
            foreign_volumes.push_back(name);
            continue;
        }
        words.volume_keys[name] = key;
        words.volumes[key] = std::move(spec);
    }
    for (const std::string& name : foreign_volumes) {
        const std::string key = foreign_key(name, words.volumes);
        words.volume_keys[name] = key;
        words.volumes[key] = {{external, name}};
    }
    return words;
}

void hide_passwords(const StorageWords& storage, FileTexts& texts) {
    for (const auto& [key, spec] : storage.volumes) {
        const json& options = in(spec, "options");
        if (!options.is_object()) continue;
        for (const auto& [option, value] : options.items()) {
            const std::string text = text_of(value);
            const bool is_secret =
                text.find("pass") != std::string::npos && text.find('=') != std::string::npos;
            if (is_secret) texts.hide("volume-" + key, option, text);
        }
    }
}

Node networks_node(const StorageWords& storage, const std::string& project,
                   const FileTexts& texts) {
    Node all = map_node();
    for (const auto& [key, spec] : storage.networks) {
        Node node = spec.contains(external) ? external_node(key, spec)
                                            : network_node(key, spec, project, texts);
        const bool goes_without_saying = key == "default" && node.entries.empty();
        if (!goes_without_saying) all[key] = std::move(node);
    }
    return all;
}

Node volumes_node(const StorageWords& storage, const std::string& project, const FileTexts& texts) {
    Node all = map_node();
    for (const auto& [key, spec] : storage.volumes) {
        all[key] = spec.contains(external) ? external_node(key, spec)
                                           : volume_node(key, spec, project, texts);
    }
    return all;
}

}  // namespace driftless::docker
