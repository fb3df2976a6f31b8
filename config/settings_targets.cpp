#include "config/settings_targets.hpp"

#include <fmt/format.h>

#include "config/settings_azure.hpp"
#include "config/settings_grammar.hpp"
#include "config/settings_names.hpp"

namespace driftless {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr std::int64_t most_removals = 10'000;

constexpr std::string_view unix_scheme = "unix://";

bool is_docker_host(std::string_view text) {
    return text == "auto" ||
           (text.starts_with(unix_scheme) && text.size() > unix_scheme.size() + 1 &&
            is_absolute_path(text.substr(unix_scheme.size())));
}

DockerEndpoint read_docker(const Node& node, const std::string& where, Findings& findings) {
    MapReader map{node, where, findings};
    DockerEndpoint endpoint;
    const auto host = map.text("host").value_or(endpoint.host);
    if (host.starts_with("ssh://") || host.starts_with("tcp://")) {
        map.error(map.get("host")->place,
                  fmt::format("{}: {} is not supported yet; run driftless on that machine, with "
                              "host: auto",
                              map.where("host"), in_quotes(host.substr(0, host.find("://") + 3))));
    } else {
        endpoint.host =
            read_text(map, "host", endpoint.host, is_docker_host, "auto or unix:///PATH");
    }
    refuse_for_now(map, {"identity", "knownHosts", "dockerPath", "ca", "certificate", "key"});
    map.finish();
    return endpoint;
}

bool is_account_id(std::string_view text) {
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

bool is_web_address(std::string_view text) {
    return (text.starts_with("https://") || text.starts_with("http://")) &&
           is_printable_text(text) && text.find(' ') == text.npos;
}

/// The name of its token comes later: the secrets are read after the targets.
CloudflareEndpoint read_cloudflare(const Node& node, const std::string& where, Findings& findings) {
    MapReader map{node, where, findings};
    CloudflareEndpoint endpoint;
    map.require("accountId");
    endpoint.account_id = read_text(map, "accountId", "", is_account_id,
                                    "the account's id, 32 hexadecimal digits (the dashboard shows "
                                    "it in its address)");
    map.require("token");
    endpoint.url = read_text(map, "url", endpoint.url, is_web_address,
                             "an address such as https://api.cloudflare.com/client/v4");
    endpoint.ca = read_text(map, "ca", "", is_absolute_path, "an absolute path");
    map.finish();
    return endpoint;
}

DockerAllow read_allow(const Node& node, const std::string& where, Findings& findings) {
    MapReader map{node, where, findings};
    const auto flag = [&map](const std::string& key) { return map.boolean(key).value_or(false); };
    DockerAllow allow;
    allow.host_paths = read_texts(map, "hostPaths", is_absolute_path, "an absolute path");
    allow.docker_socket = flag("dockerSocket");
    allow.host_network = flag("hostNetwork");
    allow.host_pid = flag("hostPid");
    allow.host_ipc = flag("hostIpc");
    allow.host_userns = flag("hostUserns");
    allow.privileged = flag("privileged");
    allow.devices =
        read_texts(map, "devices", is_device,
                   "an absolute path, a name such as vendor.com/class=one, or \"*\" for all");
    allow.gpus = flag("gpus");
    allow.cgroup_parents =
        read_texts(map, "cgroupParents", is_printable_text, "a parent control group");
    allow.runtimes = read_texts(map, "runtimes", is_printable_text, "a container runtime's name");
    allow.cap_add = read_texts(map, "capAdd", is_capability, "a capability such as NET_ADMIN");
    allow.security_opt = read_texts(map, "securityOpt", is_printable_text, "a security option");
    allow.namespaces_of = read_texts(map, "namespacesOf", is_object_name, "a container's name");
    allow.networks = read_texts(map, "networks", is_object_name, "a network's name");
    allow.volumes = read_texts(map, "volumes", is_object_name, "a volume's name");
    allow.sysctls = flag("sysctls");
    map.finish();
    return allow;
}

TargetSettings read_target(const Node::Entry& entry, const Policy& common, Findings& findings) {
    MapReader map{entry.value, "targets." + entry.key, findings};
    TargetSettings target;
    target.name = entry.key;
    target.place = entry.key_place;
    target.policy = common;
    const Node* docker = map.get("docker");
    const Node* cloudflare = map.get("cloudflare");
    const Node* azure = map.get("azure");
    const auto one_too_many = [&map](const Node& node, const char* key) {
        map.error(node.place, map.where(key) +
                                  ": a target has one provider; make two targets of "
                                  "it");
    };
    if (docker != nullptr && cloudflare != nullptr) one_too_many(*cloudflare, "cloudflare");
    if (azure != nullptr && (docker != nullptr || cloudflare != nullptr)) {
        one_too_many(*azure, "azure");
    }
    if (docker != nullptr) {
        target.endpoint = read_docker(*docker, map.where("docker"), findings);
    } else if (cloudflare != nullptr) {
        target.endpoint = read_cloudflare(*cloudflare, map.where("cloudflare"), findings);
    } else if (azure != nullptr) {
        target.endpoint = read_azure(*azure, map.where("azure"), findings);
    } else {
        map.error(entry.key_place, map.where("docker") +
                                       ": is missing; a target needs one, such as "
                                       "docker: {host: auto}, or cloudflare, or azure");
    }
    if (const Node* allow = map.get("allow")) {
        target.allow = read_allow(*allow, map.where("allow"), findings);
    }
    if (const Node* policy = map.get("policy")) {
        target.policy = read_policy(*policy, map.where("policy"), common, findings);
    }
    map.finish();
    return target;
}

}  // namespace

void read_target_secrets(const Node& node, Settings& settings, Findings& findings) {
    for (const Node::Entry& entry : node.entries) {
        const auto target = settings.targets.find(entry.key);
        if (target == settings.targets.end()) continue;
        auto* subscription = std::get_if<AzureEndpoint>(&target->second.endpoint);
        const Node* azure = subscription == nullptr ? nullptr : entry.value.find("azure");
        if (azure != nullptr) {
            read_azure_secrets(*azure, "targets." + entry.key + ".azure", *subscription, settings,
                               findings);
        }
        auto* account = std::get_if<CloudflareEndpoint>(&target->second.endpoint);
        const Node* cloudflare = account == nullptr ? nullptr : entry.value.find("cloudflare");
        const Node* token = cloudflare == nullptr ? nullptr : cloudflare->find("token");
        if (token == nullptr) continue;
        const std::string where = "targets." + entry.key + ".cloudflare.token";
        account->token_secret = read_secret_name(*token, where, settings, findings);
    }
}

Policy read_policy(const Node& node, const std::string& where, Policy base, Findings& findings) {
    MapReader map{node, where, findings};
    if (const auto mode = map.one_of("mode", {"observe", "converge"})) {
        base.mode = *mode == "converge" ? Mode::converge : Mode::observe;
    }
    base.prune = map.boolean("prune").value_or(base.prune);
    if (const auto most = map.integer("maxRemovals", 0, most_removals)) {
        base.max_removals = static_cast<std::size_t>(*most);
    }
    base.grace = read_duration(map, "grace", base.grace, seconds{0}, hours{24 * 30});
    base.interval = read_duration(map, "interval", base.interval, seconds{1}, hours{24});
    base.settle = read_duration(map, "settle", base.settle, seconds{0}, hours{1});
    base.deadline = read_duration(map, "deadline", base.deadline, seconds{1}, hours{24});
    map.finish();
    return base;
}

std::map<std::string, TargetSettings> read_targets(const Node& node, const Policy& common,
                                                   Findings& findings) {
    MapReader map{node, "targets", findings};
    std::map<std::string, TargetSettings> targets;
    for (const Node::Entry& entry : node.entries) {
        if (!is_target_name(entry.key)) {
            map.error(entry.key_place, fmt::format("targets: {} is not a target's name; expected "
                                                   "[a-z0-9][a-z0-9-]{{0,62}}",
                                                   in_quotes(entry.key)));
            continue;
        }
        targets.emplace(entry.key, read_target(entry, common, findings));
    }
    return targets;
}

}  // namespace driftless
