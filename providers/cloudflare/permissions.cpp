#include "providers/cloudflare/permissions.hpp"

#include <fmt/format.h>

#include "providers/cloudflare/answers.hpp"

namespace driftless::cloudflare {
namespace {

struct Probe {
    std::string_view permission;
    std::string_view path;  ///< below the account or the zone, whose path stands in front
};

constexpr Probe zone_probes[] = {
    {"DNS", "/dns_records?per_page=1"},
    {"Zone Settings", "/settings/always_use_https"},
    {"Zone WAF", "/rulesets/phases/http_request_firewall_custom/entrypoint"},
    {"Dynamic URL Redirects", "/rulesets/phases/http_request_dynamic_redirect/entrypoint"},
    {"Cache Settings", "/rulesets/phases/http_request_cache_settings/entrypoint"},
};
constexpr Probe account_probes[] = {
    {"Cloudflare Tunnel", "/cfd_tunnel?is_deleted=false&per_page=1"},
    {"Access: Apps and Policies", "/access/apps?per_page=1"},
    {"Access: Organizations, Identity Providers, and Groups", "/access/groups?per_page=1"},
    {"Access: Service Tokens", "/access/service_tokens?per_page=1"},
    {"Pages", "/pages/projects"},
};

asio::awaitable<Permission> tried(Account& account, Probe probe, std::string parent) {
    Permission permission{std::string{probe.permission}, {}};
    // A phase without rules has no entry point: whoever may not look hears something else.
    const Family family{.permission = permission.name, .absent = {10001, 10003}, .taken = {}};
    Call call;
    call.path = parent.append(probe.path);
    const auto answer = co_await account.send(family, std::move(call));
    if (!answer && answer.error().code != Errc::not_found) permission.read = answer.error();
    co_return permission;
}

asio::awaitable<Result<std::string>> first_zone(Account& account) {
    const Family zones{.permission = "Zone", .absent = {}, .taken = {}};
    Call call;
    call.path = fmt::format("/zones?account.id={}&per_page=5", percent_encoded(account.id()));
    const auto answer = co_await account.send(zones, std::move(call));
    if (!answer) co_return answer.error();
    for (const json& zone : answer->result) {
        if (zone.is_object() && !text_of(zone, "id").empty()) co_return text_of(zone, "id");
    }
    co_return Error{Errc::forbidden,
                    "the token sees no zone of the account; give it the permission Zone Read for "
                    "those that manifests name"};
}

}  // namespace

asio::awaitable<std::vector<Permission>> try_permissions(Account& account) {
    std::vector<Permission> permissions;
    const auto zone = co_await first_zone(account);
    permissions.push_back({"Zone", zone ? Result<void>{} : Result<void>{zone.error()}});
    for (const Probe& probe : zone_probes) {
        if (!zone) break;
        permissions.push_back(co_await tried(account, probe, "/zones/" + percent_encoded(*zone)));
    }
    for (const Probe& probe : account_probes) {
        permissions.push_back(
            co_await tried(account, probe, "/accounts/" + percent_encoded(account.id())));
    }
    co_return permissions;
}

}  // namespace driftless::cloudflare
