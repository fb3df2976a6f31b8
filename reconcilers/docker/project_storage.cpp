#include "reconcilers/docker/project_storage.hpp"

#include "reconcilers/docker/marks.hpp"

namespace driftless::docker {
namespace {

json labels_of(MapReader& reader, ProjectInput& input) {
    json labels = json::object();
    const Node* node = reader.get("labels");
    for (const Node::Entry& entry : node == nullptr ? std::vector<Node::Entry>{} : node->entries) {
        input.allow.label(entry.key_place, reader.where("labels"), entry.key);
        labels[entry.key] = entry.value.text;
    }
    return labels;
}

json pools_of(const Node* ipam) {
    json pools = json::array();
    const Node* configs = ipam == nullptr ? nullptr : ipam->find("config");
    if (configs == nullptr) return pools;
    for (const Node& config : configs->items) {
        json pool = json::object();
        for (const char* key : {"subnet", "ip_range", "gateway"}) {
            const Node* value = config.find(key);
            if (value != nullptr && !value->is_null()) pool[key] = value->text;
        }
        const Node* aux = config.find("aux_addresses");
        if (aux != nullptr && !aux->entries.empty()) pool["aux_addresses"] = text_map_of(aux);
        if (!pool.empty()) pools.push_back(std::move(pool));
    }
    return pools;
}

Declared declare(const ProjectInput& input, std::string_view kind, const Node::Entry& entry) {
    const Manifest& manifest = input.with.manifest;
    Declared declared;
    declared.key = {manifest.target, std::string{kind}, input.project.name + "." + entry.key};
    declared.collection = kind == marks::network_kind ? "networks" : "volumes";
    declared.spec = {{"compose", {{"project", input.project.name}, {"key", entry.key}}}};
    declared.origin = {input.with.files.commit(), entry.key_place, manifest.key()};
    declared.protect = manifest.protect;
    return declared;
}

bool is_external(MapReader& reader) {
    const Node* external = reader.get("external");
    return external != nullptr && is_true(*external);
}

void read_network(MapReader& reader, ProjectInput& input, json& spec) {
    spec["name"] = reader.text("name").value_or("");
    spec["driver"] = reader.text("driver").value_or("bridge");
    for (const char* key : {"internal", "attachable", "enable_ipv6"}) {
        const Node* node = reader.get(key);
        spec[key] = node != nullptr && is_true(*node);
    }
    if (const Node* ipv4 = reader.get("enable_ipv4")) spec["enable_ipv4"] = is_true(*ipv4);
    spec["labels"] = labels_of(reader, input);
    spec["options"] = text_map_of(reader.get("driver_opts"));
    const Node* ipam = reader.get("ipam");
    spec["pools"] = pools_of(ipam);
    const Node* driver = ipam == nullptr ? nullptr : ipam->find("driver");
    if (driver != nullptr && !driver->is_null()) spec["ipam_driver"] = driver->text;
    const Node* options = ipam == nullptr ? nullptr : ipam->find("options");
    if (options != nullptr && !options->entries.empty())
        spec["ipam_options"] = text_map_of(options);
}

/// host, macvlan and their like reach beyond what a commit may reach by itself.
void check_network_driver(const Node::Entry& entry, ProjectInput& input, const json& spec) {
    const std::string driver = spec["driver"];
    if (driver == "bridge") return;
    const DockerAllow& allow = input.with.target.allow;
    if (allow.host_network || allow.everything) return;
    add_error(input.findings, entry.value.place,
              "networks." + entry.key + ".driver: the driver " + in_quotes(driver) +
                  " joins the host's network, which is not allowed on target " +
                  input.with.target.name + "; add \"allow: {hostNetwork: true}\" to targets." +
                  input.with.target.name + " in driftless.yaml");
}

}  // namespace

std::vector<Declared> expand_networks(ProjectInput& input) {
    std::vector<Declared> all;
    for (const Node::Entry& entry : input.project.networks.entries) {
        MapReader reader{entry.value, "networks." + entry.key, input.findings};
        if (is_external(reader)) continue;
        Declared declared = declare(input, marks::network_kind, entry);
        read_network(reader, input, declared.spec);
        reader.finish(true);
        check_network_driver(entry, input, declared.spec);
        declared.claims.push_back("network " + declared.spec["name"].get<std::string>());
        all.push_back(std::move(declared));
    }
    return all;
}

std::vector<Declared> expand_volumes(ProjectInput& input) {
    std::vector<Declared> all;
    for (const Node::Entry& entry : input.project.volumes.entries) {
        MapReader reader{entry.value, "volumes." + entry.key, input.findings};
        if (is_external(reader)) continue;
        Declared declared = declare(input, marks::volume_kind, entry);
        json& spec = declared.spec;
        spec["name"] = reader.text("name").value_or("");
        spec["driver"] = reader.text("driver").value_or("local");
        spec["labels"] = labels_of(reader, input);
        const Node* options = reader.get("driver_opts");
        spec["options"] = text_map_of(options);
        reader.finish(true);
        const Place& place = options == nullptr ? entry.value.place : options->place;
        input.allow.volume_options(place, reader.where("driver_opts"), spec["options"]);
        if (spec["driver"] != "local") {
            add_error(input.findings, place,
                      reader.where("driver") +
                          ": only \"local\" is supported; make the volume by "
                          "hand and declare it external");
        }
        declared.claims.push_back("volume " + spec["name"].get<std::string>());
        declared.data = true;
        all.push_back(std::move(declared));
    }
    return all;
}

}  // namespace driftless::docker
