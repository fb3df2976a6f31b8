#include "config/settings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/base/resource_key.hpp"
#include "config/reading.hpp"
#include "config/settings_grammar.hpp"
#include "config/settings_names.hpp"
#include "config/settings_sources.hpp"
#include "config/settings_targets.hpp"

namespace driftless {
namespace {

constexpr std::size_t longest_socket = 103;  // macOS has the shortest: 104 bytes with the end

bool is_socket_path(std::string_view text) {
    return is_absolute_path(text) && text.size() <= longest_socket;
}

NamedSecret read_named_secret(const Node::Entry& entry, const Settings& settings,
                              Findings& findings) {
    MapReader map{entry.value, "secrets.named." + entry.key, findings};
    NamedSecret secret;
    secret.place = entry.key_place;
    if (!is_name(entry.key)) {
        map.error(entry.key_place, fmt::format("secrets.named: {} is not a name; expected "
                                               "[a-z0-9][a-z0-9._-]{{0,62}}",
                                               in_quotes(entry.key)));
    }
    int sources = 0;
    for (const char* source : {"env", "file", "credential"}) {
        if (map.get(source) != nullptr) ++sources;
    }
    secret.env = read_text(map, "env", "", is_variable, "a variable's name");
    secret.file = read_text(map, "file", "", is_absolute_path, "an absolute path");
    secret.credential = read_text(map, "credential", "", is_name, "the name of a credential");
    secret.targets = read_target_names(map, settings);
    if (sources != 1) {
        map.error(entry.key_place,
                  fmt::format("secrets.named.{}: needs one of env, file and credential{}",
                              entry.key, sources == 0 ? "" : ", not several"));
    }
    map.finish();
    return secret;
}

void read_secrets(const Node& node, Settings& settings, Findings& findings) {
    MapReader map{node, "secrets", findings};
    settings.secrets.folder = read_text(map, "folder", "", is_absolute_path, "an absolute path");
    if (const Node* named = map.get("named")) {
        const MapReader names{*named, "secrets.named", findings};  // tells what is no map
        for (const Node::Entry& entry : named->entries) {
            settings.secrets.named.emplace(entry.key, read_named_secret(entry, settings, findings));
        }
    }
    map.finish();
}

void read_registries(const Node& node, Settings& settings, Findings& findings) {
    MapReader all{node, "registries", findings};
    for (const Node::Entry& entry : node.entries) {
        MapReader map{entry.value, "registries." + entry.key, findings};
        if (!is_host(entry.key)) {
            map.error(entry.key_place, fmt::format("registries: expected a host such as ghcr.io, "
                                                   "found {}",
                                                   in_quotes(entry.key)));
        }
        map.require("username");
        RegistrySettings registry;
        registry.username = read_text(map, "username", "", is_printable_text, "a user's name");
        if (const Node* password = map.require("password")) {
            registry.password_secret =
                read_secret_name(*password, map.where("password"), settings, findings);
        }
        map.finish();
        settings.registries.emplace(entry.key, std::move(registry));
    }
}

void read_http(const Node& node, HttpSettings& http, Findings& findings) {
    MapReader map{node, "http", findings};
    http.listen = read_text(map, "listen", http.listen, is_loopback,
                            "a loopback address such as 127.0.0.1:7766");
    http.socket =
        read_text(map, "socket", "", is_socket_path, "an absolute path of at most 103 bytes");
    http.hosts = read_texts(map, "hosts", is_host, "a host's name");
    map.finish();
}

void read_metrics(const Node& node, MetricsSettings& metrics, Findings& findings) {
    MapReader map{node, "metrics", findings};
    map.require("listen");
    metrics.listen = read_text(map, "listen", "", is_listen, "an address such as 172.17.0.1:7767");
    map.finish();
}

/// Targets and secrets come before what names them, whatever the order in the file.
void read_root(const Node& root, Settings& settings, Findings& findings) {
    MapReader map{root, "", findings};
    const Node nothing = Node::map({settings.file});
    const auto part = [&map, &nothing](const std::string& key) -> const Node& {
        const Node* node = map.get(key);
        return node == nullptr ? nothing : *node;
    };
    settings.installation = read_text(map, "installation", "", is_installation, "[a-z0-9-]{1,12}");
    settings.state = read_text(map, "state", settings.state, is_absolute_path, "an absolute path");
    settings.strict_targets = map.boolean("strictTargets").value_or(false);
    settings.policy = read_policy(part("policy"), "policy", {}, findings);
    settings.targets = read_targets(part("targets"), settings.policy, findings);
    read_secrets(part("secrets"), settings, findings);
    read_target_secrets(part("targets"), settings, findings);
    settings.sources = read_sources(part("sources"), settings, findings);
    read_registries(part("registries"), settings, findings);
    read_http(part("http"), settings.http, findings);
    if (!settings.targets.empty()) map.require("installation");
    if (const Node* metrics = map.get("metrics")) {
        read_metrics(*metrics, settings.metrics, findings);
    }
    map.finish();
}

}  // namespace

std::set<OwnSecret> own_secrets(const Settings& settings) {
    std::set<OwnSecret> secrets;
    const auto add = [&](const std::string& name, const std::string& target) {
        if (!name.empty()) secrets.insert({name, target});
    };
    for (const auto& [name, source] : settings.sources) {
        add(source.auth.password_secret, "");
        add(source.auth.passphrase_secret, "");
    }
    for (const auto& [name, target] : settings.targets) {
        const auto* account = std::get_if<CloudflareEndpoint>(&target.endpoint);
        if (account != nullptr) add(account->token_secret, name);
        const auto* azure = std::get_if<AzureEndpoint>(&target.endpoint);
        if (azure != nullptr) add(azure->auth.secret, name);
        if (!std::holds_alternative<DockerEndpoint>(target.endpoint)) continue;
        for (const auto& [host, registry] : settings.registries) {
            add(registry.password_secret, name);
        }
    }
    return secrets;
}

std::set<std::string> own_secret_names(const Settings& settings) {
    std::set<std::string> names;
    for (const OwnSecret& secret : own_secrets(settings)) names.insert(secret.name);
    for (const auto& [host, registry] : settings.registries) names.insert(registry.password_secret);
    names.erase("");
    return names;
}

Result<Settings> read_settings(const std::string& text, const std::string& file,
                               Findings& findings) {
    auto documents = read_yaml(text, file, findings);
    if (!documents) return std::move(documents).error().in("read the settings");
    Settings settings;
    settings.file = file;
    const std::size_t before = findings.size();
    if (documents->size() > 1) {
        findings.push_back({Finding::Severity::error, documents->at(1).place,
                            "a second document; the settings are one"});
    }
    if (!documents->empty()) {
        refuse_tags(documents->front(), findings);
        read_root(documents->front(), settings, findings);
    }
    const auto first =
        std::find_if(findings.begin() + static_cast<std::ptrdiff_t>(before), findings.end(),
                     [](const Finding& each) { return each.severity == Finding::Severity::error; });
    if (first == findings.end()) return settings;
    return Error{Errc::invalid, "read the settings: " + to_string(*first)};
}

}  // namespace driftless
