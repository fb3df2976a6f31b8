#include "reconcilers/docker/hardware.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reconcilers/docker/json_reading.hpp"

namespace driftless::docker {
namespace {

/// A list of block devices, each with one limit: in a file, and in HostConfig.
struct BlockLimit {
    const char* key;
    const char* body;
    const char* number;  ///< the limit's name in a file
    const char* shown;   ///< and in HostConfig
};
constexpr std::array<BlockLimit, 5> block_limits{{
    {"weight_device", "BlkioWeightDevice", "weight", "Weight"},
    {"device_read_bps", "BlkioDeviceReadBps", "rate", "Rate"},
    {"device_write_bps", "BlkioDeviceWriteBps", "rate", "Rate"},
    {"device_read_iops", "BlkioDeviceReadIOps", "rate", "Rate"},
    {"device_write_iops", "BlkioDeviceWriteIOps", "rate", "Rate"},
}};

std::string text_in(const Node& map, const char* key, const std::string& otherwise = "") {
    const Node* value = map.find(key);
    return value == nullptr || value->text.empty() ? otherwise : value->text;
}

json sorted(json list) {
    std::sort(list.begin(), list.end());
    return list;
}

/// "vendor.com/class=name", which a file of the host describes:
/// https://github.com/cncf-tags/container-device-interface
bool is_cdi_name(const std::string& device) {
    const auto slash = device.find('/');
    return slash != std::string::npos && slash > 0 && device.find('=', slash) != std::string::npos;
}

json cdi_request(const std::string& device) {
    return {{"driver", "cdi"},
            {"count", 0},
            {"device_ids", {device}},
            {"capabilities", json::array()},
            {"options", json::object()}};
}

void read_devices(const Node* node, ProjectInput& input, ServiceParts& parts) {
    json& devices = parts.spec["devices"] = json::array();
    for (const Node& item : node == nullptr ? std::vector<Node>{} : node->items) {
        const std::string source = text_in(item, "source");
        input.allow.device(item.place, "services." + parts.service + ".devices", source);
        if (is_cdi_name(source)) {
            parts.spec["device_requests"].push_back(cdi_request(source));
            continue;
        }
        devices.push_back({{"target", text_in(item, "target", source)},
                           {"source", source},
                           {"permissions", text_in(item, "permissions", "rwm")}});
    }
}

/// Who asks a driver for devices gets them: a commit only does so where the target allows it.
void allow_request(const Node& place, const std::string& where, const json& request,
                   ProjectInput& input) {
    if (request["driver"] != "cdi") return input.allow.device_driver(place.place, where);
    for (const json& device : request["device_ids"]) {
        input.allow.device(place.place, where, device.get<std::string>());
    }
}

void read_requests(const Node* list, const std::string& key, ProjectInput& input,
                   ServiceParts& parts) {
    if (list == nullptr) return;
    for (const Node& item : list->items) {
        const Node* count = item.find("count");
        json request{{"driver", text_in(item, "driver")},
                     {"count", count == nullptr ? json(0) : number_of(*count)},
                     {"device_ids", sorted(texts_of(item.find("device_ids")))},
                     {"capabilities", sorted(texts_of(item.find("capabilities")))},
                     {"options", text_map_of(item.find("options"))}};
        const std::string where = fmt::format("services.{}.{}", parts.service, key);
        allow_request(item, where, request, input);
        parts.spec["device_requests"].push_back(std::move(request));
    }
}

const Node* reserved_devices(const Node* deploy) {
    const Node* node = deploy;
    for (const char* key : {"resources", "reservations", "devices"}) {
        node = node == nullptr || node->is_null() ? nullptr : node->find(key);
    }
    return node;
}

void read_block_limits(const Node* config, ServiceParts& parts) {
    json& limits = parts.spec["blkio_config"] = json::object();
    if (config == nullptr) return;
    for (const BlockLimit& limit : block_limits) {
        const Node* list = config->find(limit.key);
        for (const Node& item : list == nullptr ? std::vector<Node>{} : list->items) {
            limits[limit.key][text_in(item, "path")] = number_of(*item.find(limit.number));
        }
    }
}

const json& items_at(const json& object, std::string_view key) {
    static const json none = json::array();
    const json& value = in(object, key);
    return value.is_array() ? value : none;
}

json normal_request(const json& shown) {
    const json& options = in(shown, "Options");
    json capabilities = json::array();  // one way or the other: we, as Compose, ask for one way
    for (const json& all_of : items_at(shown, "Capabilities")) {
        for (const json& one : all_of) capabilities.push_back(one);
    }
    return {{"driver", shown_text(shown, "/Driver")},
            {"count", shown_integer(shown, "/Count")},
            {"device_ids", sorted(items_at(shown, "DeviceIDs"))},
            {"capabilities", sorted(std::move(capabilities))},
            {"options", options.is_object() ? options : json::object()}};
}

json normal_block_limits(const json& host) {
    json limits = json::object();
    for (const BlockLimit& limit : block_limits) {
        for (const json& item : items_at(host, limit.body)) {
            limits[limit.key][shown_text(item, "/Path")] = in(item, limit.shown);
        }
    }
    return limits;
}

}  // namespace

void read_hardware(MapReader& service, ProjectInput& input, ServiceParts& parts) {
    parts.spec["device_requests"] = json::array();
    read_devices(service.get("devices"), input, parts);
    read_requests(service.get("gpus"), "gpus", input, parts);
    read_requests(reserved_devices(service.get("deploy")), "deploy.resources.reservations.devices",
                  input, parts);
    read_block_limits(service.get("blkio_config"), parts);
    parts.spec["device_requests"] = sorted(parts.spec["device_requests"]);
}

void put_hardware(const json& spec, json& host) {
    for (const json& device : spec["devices"]) {
        host["Devices"].push_back({{"PathOnHost", device["source"]},
                                   {"PathInContainer", device["target"]},
                                   {"CgroupPermissions", device["permissions"]}});
    }
    for (const json& request : spec["device_requests"]) {
        json body{{"Driver", request["driver"]},
                  {"Count", request["count"]},
                  {"DeviceIDs", request["device_ids"]},
                  {"Options", request["options"]}};
        if (!request["capabilities"].empty()) {
            body["Capabilities"] = json::array({request["capabilities"]});
        }
        host["DeviceRequests"].push_back(std::move(body));
    }
    for (const BlockLimit& limit : block_limits) {
        const json& devices = in(spec["blkio_config"], limit.key);
        if (!devices.is_object()) continue;
        for (const auto& [path, number] : devices.items()) {
            host[limit.body].push_back({{"Path", path}, {limit.shown, number}});
        }
    }
}

json normal_hardware(const json& container) {
    const json& host = in(container, "HostConfig");
    json parts{{"devices", json::array()},
               {"device_requests", json::array()},
               {"blkio_config", normal_block_limits(host)}};
    for (const json& device : items_at(host, "Devices")) {
        parts["devices"].push_back({{"target", shown_text(device, "/PathInContainer")},
                                    {"source", shown_text(device, "/PathOnHost")},
                                    {"permissions", shown_text(device, "/CgroupPermissions")}});
    }
    for (const json& request : items_at(host, "DeviceRequests")) {
        parts["device_requests"].push_back(normal_request(request));
    }
    parts["device_requests"] = sorted(parts["device_requests"]);
    return parts;
}

}  // namespace driftless::docker
