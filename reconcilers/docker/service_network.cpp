#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reconcilers/docker/marks.hpp"
#include "reconcilers/docker/service_parts.hpp"

namespace driftless::docker {
namespace {

std::string text_in(const Node& map, const char* key) {
    const Node* value = map.find(key);
    return value == nullptr ? "" : value->text;
}

bool is_wildcard(const std::string& address) {
    return address.empty() || address == "0.0.0.0" || address == "::";
}

std::string port_claim(const std::string& address, const std::string& port,
                       const std::string& protocol) {
    const bool ipv6 = address.find(':') != std::string::npos;
    const std::string host =
        is_wildcard(address) ? "" : (ipv6 ? "[" + address + "]" : address) + ":";
    return fmt::format("port {}{}/{}", host, port, protocol);
}

void read_ports(const Node* ports, ServiceParts& parts) {
    std::map<std::string, std::set<std::string>> bindings;
    std::set<std::string> exposed;
    for (const Node& port : ports == nullptr ? std::vector<Node>{} : ports->items) {
        const std::string protocol = port.find("protocol") ? text_in(port, "protocol") : "tcp";
        const std::string inside = text_in(port, "target") + "/" + protocol;
        const std::string address = text_in(port, "host_ip");
        const std::string published = text_in(port, "published");
        exposed.insert(inside);
        bindings[inside].insert(address + "|" + published);
        const bool single = !published.empty() && published.find('-') == std::string::npos;
        if (single) parts.claims.push_back(port_claim(address, published, protocol));
    }
    parts.spec["ports"] = bindings;
    parts.spec["expose"] = exposed;
}

void read_expose(const Node* expose, ServiceParts& parts) {
    std::set<std::string> exposed = parts.spec["expose"];
    for (const json& port : texts_of(expose)) {
        std::string text = port;
        if (text.find('/') == std::string::npos) text += "/tcp";
        exposed.insert(text);
    }
    parts.spec["expose"] = exposed;
}

json endpoint_of(MapReader& reader, const ServiceParts& parts) {
    std::set<std::string> aliases{parts.service};
    for (const std::string& alias : reader.texts("aliases")) aliases.insert(alias);
    json endpoint{{"aliases", aliases}};
    const std::pair<const char*, const char*> fields[] = {{"ipv4_address", "ipv4"},
                                                          {"ipv6_address", "ipv6"},
                                                          {"mac_address", "mac"},
                                                          {"interface_name", "interface_name"}};
    for (const auto& [key, name] : fields) {
        if (const auto text = reader.text(key)) endpoint[name] = *text;
    }
    const auto addresses = reader.texts("link_local_ips");
    if (!addresses.empty()) {
        endpoint["link_local_ips"] = std::set<std::string>(addresses.begin(), addresses.end());
    }
    if (const Node* priority = reader.get("gw_priority")) {
        endpoint["gw_priority"] = number_of(*priority);
    }
    const auto options = reader.text_map("driver_opts");
    if (!options.empty()) endpoint["driver_opts"] = options;
    return endpoint;
}

std::int64_t priority_of(const Node& endpoint) {
    const Node* priority = endpoint.is_map() ? endpoint.find("priority") : nullptr;
    const json number = priority == nullptr ? json(0) : number_of(*priority);
    return number.is_number() ? number.get<std::int64_t>() : 0;
}

/// The network's name at the engine, and what must be there first.
std::string attach(const std::string& key, const Node& endpoint, ProjectInput& input,
                   ServiceParts& parts) {
    const Node* network = input.project.networks.find(key);
    const std::string where = fmt::format("services.{}.networks.{}", parts.service, key);
    if (network == nullptr) {
        add_error(input.findings, endpoint.place, where + ": no such network is declared");
        return {};
    }
    const std::string name = text_in(*network, "name");
    const Node* external = network->find("external");
    if (external != nullptr && is_true(*external)) {
        input.allow.foreign_network(network->place, "networks." + key, name);
    } else {
        const ResourceKey need{input.with.manifest.target, std::string{marks::network_kind},
                               input.project.name + "." + key};
        parts.needs.push_back({need, Until::exists, true});
    }
    return name;
}

void read_networks(const Node& networks, ProjectInput& input, ServiceParts& parts) {
    json endpoints = json::object();
    std::pair<std::int64_t, std::string> first{-1,
                                               ""};  // priority, the high one first; then by key
    for (const Node::Entry& entry : networks.entries) {
        const std::string name = attach(entry.key, entry.value, input, parts);
        if (name.empty()) continue;
        const Node settings = entry.value.is_null() ? Node::map(entry.key_place) : entry.value;
        MapReader reader{settings, fmt::format("services.{}.networks.{}", parts.service, entry.key),
                         input.findings};
        endpoints[name] = endpoint_of(reader, parts);
        reader.integer("priority", 0, 1'000'000);
        reader.finish(true);
        const std::int64_t priority = priority_of(settings);
        if (first.second.empty() || priority > first.first) first = {priority, name};
    }
    parts.spec["networks"] = std::move(endpoints);
    parts.spec["primary_network"] = first.second;
    parts.spec["network_mode"] = "networks";
}

void read_network_mode(const Node& mode, ProjectInput& input, ServiceParts& parts) {
    const std::string where = fmt::format("services.{}.network_mode", parts.service);
    input.allow.namespace_mode(mode.place, where, "network_mode", mode.text);
    constexpr std::string_view of_service = "service:";
    if (!mode.text.starts_with(of_service)) {
        parts.spec["network_mode"] = mode.text;
        return;
    }
    const std::string service = mode.text.substr(of_service.size());
    const std::string key = fmt::format("{}.{}.1", input.project.name, service);
    parts.needs.push_back({{input.with.manifest.target, std::string{marks::container_kind}, key},
                           Until::exists,
                           true});
    parts.spec["network_mode"] = "container:" + container_name(input.project, service, 1);
}

}  // namespace

void read_network_keys(MapReader& service, ProjectInput& input, ServiceParts& parts) {
    read_ports(service.get("ports"), parts);
    read_expose(service.get("expose"), parts);
    const Node* mode = service.get("network_mode");
    const Node* networks = service.get("networks");
    if (mode != nullptr) {
        read_network_mode(*mode, input, parts);
    } else if (networks != nullptr) {
        Node ordered = *networks;
        std::ranges::sort(ordered.entries, {}, &Node::Entry::key);
        read_networks(ordered, input, parts);
    } else {
        parts.spec["network_mode"] = "none";
    }
    if (const auto mac = service.text("mac_address")) {
        const std::string primary = parts.spec.value("primary_network", "");
        if (!primary.empty()) {
            parts.spec["networks"][primary]["mac"] = *mac;
        } else {
            add_error(input.findings, mode == nullptr ? parts.place : mode->place,
                      fmt::format("services.{}.mac_address: network_mode leaves no network to give "
                                  "it to; name a network below `networks` instead",
                                  parts.service));
        }
    }
}

}  // namespace driftless::docker
