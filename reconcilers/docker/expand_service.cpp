#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reconcilers/docker/hardware.hpp"
#include "reconcilers/docker/marks.hpp"
#include "reconcilers/docker/service_parts.hpp"

namespace driftless::docker {
namespace {

Until until_of(const std::string& condition) {
    if (condition == "service_healthy") return Until::ready;
    if (condition == "service_completed_successfully") return Until::completed;
    return Until::exists;
}

int scale_of(const Node* service) {
    if (service == nullptr) return 0;
    const Node* deploy = service->find("deploy");
    const Node* replicas = deploy == nullptr ? nullptr : deploy->find("replicas");
    const Node* scale =
        replicas != nullptr && !replicas->is_null() ? replicas : service->find("scale");
    if (scale == nullptr || scale->is_null()) return 1;
    const json number = number_of(*scale);
    return number.is_number() ? number.get<int>() : 1;
}

/// Needs, and Compose's label that tells of them: "db:service_healthy:false".
std::string read_depends_on(const Node* depends, ProjectInput& input, ServiceParts& parts) {
    std::vector<std::string> label;
    for (const Node::Entry& entry :
         depends == nullptr ? std::vector<Node::Entry>{} : depends->entries) {
        const Node* condition = entry.value.find("condition");
        const Node* required = entry.value.find("required");
        const Node* restart = entry.value.find("restart");
        const std::string word = condition == nullptr ? "service_started" : condition->text;
        const bool must = required == nullptr || is_true(*required);
        label.push_back(
            fmt::format("{}:{}:{}", entry.key, word, restart != nullptr && is_true(*restart)));
        const int count = scale_of(input.project.services.find(entry.key));
        for (int number = 1; number <= count; ++number) {
            const ResourceKey key{input.with.manifest.target, std::string{marks::container_kind},
                                  fmt::format("{}.{}.{}", input.project.name, entry.key, number)};
            parts.needs.push_back({key, until_of(word), must});
        }
    }
    return fmt::format("{}", fmt::join(label, ","));
}

/// What Compose's labels say of it: sent, never compared.
json compose_facts(const ProjectInput& input, const ServiceParts& parts, std::string depends_on) {
    return {{"project", input.project.name},
            {"service", parts.service},
            {"depends_on", std::move(depends_on)},
            {"working_dir", input.working_dir},
            {"config_files", fmt::format("{}", fmt::join(input.config_files, ","))}};
}

void refuse_untaken(MapReader& service, ProjectInput& input, const ServiceParts& parts) {
    const Node* deploy = service.get("deploy");
    const Node* update = deploy == nullptr ? nullptr : deploy->find("update_config");
    const Node* order = update == nullptr ? nullptr : update->find("order");
    if (order != nullptr && order->text == "start-first") {
        add_error(
            input.findings, order->place,
            fmt::format("services.{}.deploy.update_config.order: start-first is not supported "
                        "yet; a container is stopped before the new one starts",
                        parts.service));
    }
}

/// Where the value of a service's key stands in the spec, for `policy.ignore`.
std::string spec_path_of(const std::string& key, const std::string& rest) {
    static const std::map<std::string, std::string> renamed{
        {"environment", "env"},
        {"mem_limit", "limits/memory"},
        {"mem_reservation", "limits/memory_reservation"},
        {"memswap_limit", "limits/memory_swap"},
        {"cpus", "limits/nano_cpus"},
        {"cpu_shares", "limits/cpu_shares"},
        {"cpu_quota", "limits/cpu_quota"},
        {"cpu_period", "limits/cpu_period"},
        {"cpuset", "limits/cpuset"},
        {"pids_limit", "limits/pids"},
        {"gpus", "device_requests"},
        {"volumes", "mounts"},
        {"stop_grace_period", "stop_timeout"},
        {"configs", "files"},
        {"secrets", "files"},
        {"container_name", "name"}};
    const auto found = renamed.find(key);
    return "/" + (found == renamed.end() ? key : found->second) + rest;
}

std::vector<std::string> ignored_paths(const ProjectInput& input, const std::string& service) {
    std::vector<std::string> paths;
    for (const std::string& path : input.with.manifest.ignore) {
        for (const std::string& owner : {service, std::string{"*"}}) {
            const std::string prefix = "/services/" + owner + "/";
            if (!path.starts_with(prefix)) continue;
            const std::string rest = path.substr(prefix.size());
            const auto slash = rest.find('/');
            paths.push_back(spec_path_of(rest.substr(0, slash),
                                         slash == std::string::npos ? "" : rest.substr(slash)));
        }
    }
    return paths;
}

Declared numbered(const ServiceParts& parts, const ProjectInput& input, const std::string& name,
                  int number) {
    const Manifest& manifest = input.with.manifest;
    Declared declared;
    declared.key = {manifest.target, std::string{marks::container_kind},
                    fmt::format("{}.{}.{}", input.project.name, parts.service, number)};
    declared.collection = "containers";
    declared.spec = parts.spec;
    declared.spec["name"] = name;
    declared.spec["compose"]["number"] = number;
    if (declared.spec.contains("networks")) {
        for (json& endpoint : declared.spec["networks"]) {
            std::set<std::string> aliases = endpoint["aliases"];
            aliases.insert(name);
            endpoint["aliases"] = aliases;
        }
    }
    declared.origin = {input.with.files.commit(), parts.place, manifest.key()};
    declared.needs = parts.needs;
    std::ranges::sort(declared.needs);
    declared.needs.erase(std::unique(declared.needs.begin(), declared.needs.end()),
                         declared.needs.end());
    declared.claims = parts.claims;
    declared.claims.insert(declared.claims.begin(), "name " + name);
    declared.protect = manifest.protect;
    declared.ignore = ignored_paths(input, parts.service);
    declared.blobs = parts.blobs;
    return declared;
}

}  // namespace

std::string container_name(const compose::Project& project, const std::string& service,
                           int number) {
    const Node* node = project.services.find(service);
    const Node* name = node == nullptr ? nullptr : node->find("container_name");
    if (name != nullptr && !name->text.empty()) return name->text;
    return fmt::format("{}-{}-{}", project.name, service, number);
}

std::vector<Declared> expand_service(const std::string& key, const Node& service,
                                     ProjectInput& input) {
    ServiceParts parts;
    parts.service = key;
    parts.place = service.place;
    MapReader reader{service, "services." + key, input.findings};
    read_process(reader, input, parts);
    read_plain_fields(reader, input, parts);
    read_network_keys(reader, input, parts);
    read_limits(reader, parts);
    read_hardware(reader, input, parts);
    read_mounts(reader, input, parts);
    read_files(reader, input, parts);
    refuse_untaken(reader, input, parts);
    parts.spec["compose"] =
        compose_facts(input, parts, read_depends_on(reader.get("depends_on"), input, parts));
    const auto own_name = reader.text("container_name");
    reader.get("profiles");
    reader.finish(true);
    if (own_name && parts.scale > 1) {
        add_error(input.findings, service.place,
                  fmt::format("services.{}: a container_name allows one container, not {}", key,
                              parts.scale));
    }
    std::vector<Declared> all;
    for (int number = 1; number <= parts.scale; ++number) {
        all.push_back(numbered(parts, input, container_name(input.project, key, number), number));
    }
    return all;
}

}  // namespace driftless::docker
