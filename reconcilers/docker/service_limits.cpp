#include <cmath>
#include <cstdlib>

#include "reconcilers/docker/plain_fields.hpp"
#include "reconcilers/docker/service_parts.hpp"

namespace driftless::docker {
namespace {

const Node* below(const Node* node, std::initializer_list<const char*> path) {
    for (const char* key : path) {
        if (node == nullptr) return nullptr;
        node = node->find(key);
    }
    return node == nullptr || node->is_null() ? nullptr : node;
}

json nano_cpus(const Node& node) {
    return static_cast<std::int64_t>(std::llround(std::strtod(node.text.c_str(), nullptr) * 1e9));
}

/// Two ways to say one thing: deploy's, else the service's own.
void put(json& limits, const char* name, const Node* deployed, const Node* own) {
    const Node* node = deployed != nullptr ? deployed : own;
    if (node == nullptr) return;
    json value = std::string_view{name} == "nano_cpus" ? nano_cpus(*node) : number_of(*node);
    const bool unset = value == 0 || (std::string_view{name} == "pids" && value == -1);
    if (!unset) limits[name] = std::move(value);
}

json ulimits_of(const Node* node) {
    json ulimits = json::object();
    if (node == nullptr) return ulimits;
    for (const Node::Entry& entry : node->entries) {
        const Node& value = entry.value;
        const Node* soft = value.is_map() ? value.find("soft") : &value;
        const Node* hard = value.is_map() ? value.find("hard") : &value;
        if (soft == nullptr || hard == nullptr) continue;
        ulimits[entry.key] = {{"soft", number_of(*soft)}, {"hard", number_of(*hard)}};
    }
    return ulimits;
}

}  // namespace

void read_limits(MapReader& service, ServiceParts& parts) {
    const Node* deploy = service.get("deploy");
    const Node* limit = below(deploy, {"resources", "limits"});
    const Node* reserved = below(deploy, {"resources", "reservations"});
    json limits = json::object();
    put(limits, "memory", below(limit, {"memory"}), service.get("mem_limit"));
    put(limits, "memory_reservation", below(reserved, {"memory"}), service.get("mem_reservation"));
    put(limits, "memory_swap", nullptr, service.get("memswap_limit"));
    put(limits, "nano_cpus", below(limit, {"cpus"}), service.get("cpus"));
    put(limits, "pids", below(limit, {"pids"}), service.get("pids_limit"));
    put(limits, "cpu_shares", nullptr, service.get("cpu_shares"));
    put(limits, "cpu_quota", nullptr, service.get("cpu_quota"));
    put(limits, "cpu_period", nullptr, service.get("cpu_period"));
    put(limits, "blkio_weight", nullptr, below(service.get("blkio_config"), {"weight"}));
    if (const Node* set = service.get("cpuset")) limits["cpuset"] = set->text;
    // The engine can't take most limits away in place: those that must not be set are a field
    // apart.
    json unlimited = json::array();
    for (const LimitField& field : limit_fields()) {
        if (limits.contains(field.key) || field.key == "memory_swap") continue;
        if (field.removable) {
            limits[std::string{field.key}] = 0;
        } else {
            unlimited.push_back(field.key);
        }
    }
    parts.spec["limits"] = std::move(limits);
    parts.spec["unlimited"] = std::move(unlimited);
    parts.spec["ulimits"] = ulimits_of(service.get("ulimits"));
    const Node* replicas = below(deploy, {"replicas"});
    const Node* scale = replicas != nullptr ? replicas : service.get("scale");
    if (scale != nullptr)
        parts.scale = static_cast<int>(std::strtol(scale->text.c_str(), nullptr, 10));
}

}  // namespace driftless::docker
