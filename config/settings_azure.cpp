#include "config/settings_azure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/base/lower_case.hpp"
#include "config/settings_grammar.hpp"
#include "config/settings_names.hpp"

namespace driftless {
namespace {

using By = AzureAuth::By;

struct Way {
    std::string_view key;
    By by;
};
constexpr std::array ways{
    Way{"managedIdentity", By::managed_identity},
    Way{"workloadIdentity", By::workload_identity},
    Way{"clientSecret", By::client_secret},
    Way{"clientCertificate", By::client_certificate},
    Way{"azureCli", By::azure_cli},
};
constexpr std::string_view known_ways =
    "managedIdentity, workloadIdentity, clientSecret, clientCertificate or azureCli";

bool is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_guid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool is_dash = at == 8 || at == 13 || at == 18 || at == 23;
        const char c = text[at];
        const bool is_hex = is_letter_or_digit(c) && (c <= 'F' || (c >= 'a' && c <= 'f'));
        if (is_dash ? c != '-' : !is_hex) return false;
    }
    return true;
}

/// https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
bool is_group(std::string_view text) {
    const auto fits = [](char c) {
        return is_letter_or_digit(c) || std::string_view{"_-.()"}.find(c) != std::string_view::npos;
    };
    return !text.empty() && text.size() <= 90 && !text.ends_with('.') &&
           std::ranges::all_of(text, fits);
}

bool is_location(std::string_view text) {
    const auto fits = [](char c) { return is_letter_or_digit(c) || c == ' '; };
    return !text.empty() && text.size() <= 40 && text.front() != ' ' && text.back() != ' ' &&
           std::ranges::all_of(text, fits);
}

/// A tenant by its id or by one of its domains.
bool is_tenant(std::string_view text) {
    const auto fits = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; };
    return !text.empty() && text.size() <= 253 && is_letter_or_digit(text.front()) &&
           std::ranges::all_of(text, fits);
}

bool is_web_address(std::string_view text) {
    return (text.starts_with("https://") || text.starts_with("http://")) && !text.ends_with('/') &&
           is_printable_text(text) && text.find_first_of(" ?#") == text.npos;
}

AzureAuth read_way(const Node& node, const std::string& where, const Way& way, Findings& findings) {
    constexpr std::string_view guid = "an id such as 00000000-0000-0000-0000-000000000000";
    MapReader map{node, where, findings};
    AzureAuth auth;
    auth.by = way.by;
    if (way.by != By::azure_cli) auth.client_id = read_text(map, "clientId", "", is_guid, guid);
    if (way.by != By::managed_identity) {
        auth.tenant = read_text(map, "tenant", "", is_tenant, "a tenant's id, or its domain");
    }
    if (way.by == By::workload_identity) {
        auth.token_file = read_text(map, "tokenFile", "", is_absolute_path, "an absolute path");
    }
    const bool has_secret = way.by == By::client_secret || way.by == By::client_certificate;
    if (has_secret) {
        map.require("tenant");
        map.require("clientId");
        map.require(way.by == By::client_secret ? "secret" : "certificate");
    }
    map.finish();
    return auth;
}

AzureAuth read_auth(const Node& node, const std::string& where, Findings& findings) {
    MapReader map{node, where, findings};
    AzureAuth auth;
    std::string chosen;
    for (const Way& way : ways) {
        const Node* found = map.get(std::string{way.key});
        if (found == nullptr) continue;
        if (!chosen.empty()) {
            map.error(found->place, fmt::format("{}: is one too many beside {}; an identity is "
                                                "proved in one way",
                                                map.where(way.key), chosen));
            continue;
        }
        chosen = way.key;
        auth = read_way(*found, map.where(way.key), way, findings);
    }
    map.finish();
    const bool tells_no_other = node.is_map() && node.entries.empty();
    if (chosen.empty() && tells_no_other) {
        map.error(node.place, fmt::format("{}: expected one of {}", where, known_ways));
    }
    return auth;
}

void read_groups(MapReader& map, AzureEndpoint& endpoint) {
    constexpr std::string_view group = "a resource group's name: letters, digits, _ - . ( )";
    endpoint.resource_group = read_text(map, "resourceGroup", "", is_group, group);
    endpoint.resource_groups = read_texts(map, "resourceGroups", is_group, group);
    if (map.get("resourceGroup") == nullptr && map.get("resourceGroups") == nullptr) {
        map.error(map.place(), map.where("resourceGroup") +
                                   ": is missing; name the group in which manifests may make "
                                   "things, or several as resourceGroups");
    }
}

}  // namespace

AzureEndpoint read_azure(const Node& node, const std::string& where, Findings& findings) {
    MapReader map{node, where, findings};
    AzureEndpoint endpoint;
    map.require("subscription");
    endpoint.subscription = lower_case(
        read_text(map, "subscription", "", is_guid,
                  "the subscription's id, such as 00000000-0000-0000-0000-000000000000"));
    read_groups(map, endpoint);
    endpoint.location = read_text(map, "location", "", is_location, "a region such as uksouth");
    if (const Node* auth = map.require("auth")) {
        endpoint.auth = read_auth(*auth, map.where("auth"), findings);
    }
    endpoint.url = read_text(map, "endpoint", endpoint.url, is_web_address,
                             "an address such as https://management.azure.com");
    endpoint.authority = read_text(map, "authority", endpoint.authority, is_web_address,
                                   "an address such as https://login.microsoftonline.com");
    endpoint.ca = read_text(map, "ca", "", is_absolute_path, "an absolute path");
    map.finish();
    return endpoint;
}

void read_azure_secrets(const Node& azure, const std::string& where, AzureEndpoint& endpoint,
                        const Settings& settings, Findings& findings) {
    const Node* auth = azure.find("auth");
    if (auth == nullptr) return;
    const auto read = [&](const Node& way, const std::string& at, const std::string& key) {
        const Node* found = way.find(key);
        if (found == nullptr) return std::string{};
        return read_secret_name(*found, fmt::format("{}.auth.{}.{}", where, at, key), settings,
                                findings);
    };
    AzureAuth& to = endpoint.auth;
    const Node* secret = auth->find("clientSecret");
    const Node* certificate = auth->find("clientCertificate");
    if (to.by == By::client_secret && secret != nullptr) {
        to.secret = read(*secret, "clientSecret", "secret");
    }
    if (to.by == By::client_certificate && certificate != nullptr) {
        to.secret = read(*certificate, "clientCertificate", "certificate");
    }
}

}  // namespace driftless
