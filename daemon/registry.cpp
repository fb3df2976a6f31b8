#include "daemon/registry.hpp"

#include "daemon/azure_identity.hpp"
#include "daemon/docker_host.hpp"
#include "providers/azure/cached_tokens.hpp"
#include "providers/azure/pace.hpp"
#include "providers/net/counted_transport.hpp"
#include "providers/net/https.hpp"
#include "reconcilers/azure/resource_manifest.hpp"
#include "reconcilers/azure/subscription_target.hpp"
#include "reconcilers/cloudflare/access_application_manifest.hpp"
#include "reconcilers/cloudflare/access_manifest.hpp"
#include "reconcilers/cloudflare/account_target.hpp"
#include "reconcilers/cloudflare/dns_zone.hpp"
#include "reconcilers/cloudflare/pages_manifest.hpp"
#include "reconcilers/cloudflare/ruleset_manifest.hpp"
#include "reconcilers/cloudflare/tunnel_manifest.hpp"
#include "reconcilers/cloudflare/zone_setting.hpp"
#include "reconcilers/docker/compose_project.hpp"
#include "reconcilers/docker/engine_target.hpp"

namespace driftless {
namespace {

Result<std::map<std::string, docker::RegistryLogin>> logins_of(const TargetContext& context,
                                                               const std::string& target) {
    std::map<std::string, docker::RegistryLogin> logins;
    for (const auto& [registry, settings] : context.settings.registries) {
        auto password = context.secrets.read(settings.password_secret, target);
        if (!password) return std::move(password).error().in("log in to registry " + registry);
        logins.emplace(registry, docker::RegistryLogin{.username = settings.username,
                                                       .password = std::string{password->reveal()},
                                                       .server = registry});
    }
    return logins;
}

std::unique_ptr<net::HttpTransport> counted(std::unique_ptr<net::HttpTransport> transport,
                                            const std::string& provider,
                                            const TargetContext& context) {
    net::OnCall on_call = [provider, &measures = context.measures](const net::CallSample& call) {
        measures.called(provider, net::name(call.method), call.outcome, call.took);
    };
    return net::make_counted_transport(std::move(transport), context.clock, std::move(on_call));
}

Result<std::unique_ptr<Target>> make_docker_target(const TargetSettings& target,
                                                   const DockerEndpoint& endpoint,
                                                   const TargetContext& context) {
    auto logins = logins_of(context, target.name);
    if (!logins) return std::move(logins).error().in("target " + target.name);
    docker::EngineParts parts;
    parts.target = target.name;
    parts.installation = context.settings.installation;
    parts.transport = counted(
        make_docker_transport(endpoint.host, context.environment, context.executor, context.clock),
        "docker", context);
    parts.logins = std::move(*logins);
    parts.self = own_container();
    return docker::make_engine_target(std::move(parts), context.clock, context.lane);
}

/// The API of the account, spoken to with the token that the settings name.
Result<std::unique_ptr<Target>> make_cloudflare_target(const TargetSettings& target,
                                                       const CloudflareEndpoint& endpoint,
                                                       const TargetContext& context) {
    auto token = context.secrets.read(endpoint.token_secret, target.name);
    if (!token) return std::move(token).error().in("target " + target.name);
    net::HttpsParts line;
    line.url = endpoint.url;
    line.ca = endpoint.ca;
    auto transport = net::make_https_transport(context.executor, context.clock, line);
    if (!transport) return std::move(transport).error().in("target " + target.name);
    cloudflare::AccountParts parts;
    parts.target = target.name;
    parts.installation = context.settings.installation;
    parts.account_id = endpoint.account_id;
    net::Pacer& pacer =
        context.pacers.of(endpoint.url, *token,
                          {.whose = "the Cloudflare token " + in_quotes(endpoint.token_secret)});
    parts.token = *std::move(token);
    parts.sink = context.sink;
    parts.transport =
        net::make_paced_transport(counted(*std::move(transport), "cloudflare", context), pacer);
    return cloudflare::make_account_target(std::move(parts), context.clock, context.lane);
}

/// Azure Resource Manager, spoken to as the identity that the settings name.
Result<std::unique_ptr<Target>> make_azure_target(const TargetSettings& target,
                                                  const AzureEndpoint& endpoint,
                                                  const TargetContext& context) {
    auto identity = make_azure_identity(endpoint, target.name, context);
    if (!identity) return std::move(identity).error().in("target " + target.name);
    net::HttpsParts line;
    line.url = endpoint.url;
    line.ca = endpoint.ca;
    auto transport = net::make_https_transport(context.executor, context.clock, line);
    if (!transport) return std::move(transport).error().in("target " + target.name);
    azure::SubscriptionParts parts;
    parts.target = target.name;
    parts.installation = context.settings.installation;
    parts.subscription = endpoint.subscription;
    parts.groups = endpoint.resource_groups;
    if (!endpoint.resource_group.empty()) {
        parts.groups.insert(parts.groups.begin(), endpoint.resource_group);
    }
    parts.settings = target;
    parts.endpoint = endpoint.url;
    parts.who = (*identity)->who();
    const azure::ArmPace pace =
        azure::pace_of(context.pacers, endpoint.url, endpoint.subscription, parts.who);
    parts.tokens = std::make_unique<azure::CachedTokens>(
        context.executor, context.clock, *std::move(identity), endpoint.url + "/.default");
    parts.transport =
        azure::make_arm_transport(counted(*std::move(transport), "azure", context), pace);
    return azure::make_subscription_target(std::move(parts), context.clock);
}

}  // namespace

Expanders all_expanders() {
    Expanders all{
        {"AccessApplication", cloudflare::expand_access_application},
        {"AccessGroup", cloudflare::expand_access_group},
        {"AccessPolicy", cloudflare::expand_access_policy},
        {"AccessServiceToken", cloudflare::expand_access_service_token},
        {"ComposeProject", docker::expand_compose_project},
        {"DnsZone", cloudflare::expand_dns_zone},
        {"Ruleset", cloudflare::expand_ruleset},
        {"ZoneSettings", cloudflare::expand_zone_settings},
        {"Tunnel", cloudflare::expand_tunnel},
        {"PagesProject", cloudflare::expand_pages_project},
    };
    for (const std::string& kind : azure::azure_kinds()) {
        all.emplace(kind, azure::expand_azure_resource);
    }
    return all;
}

Result<std::unique_ptr<Target>> make_target(const TargetSettings& target,
                                            const TargetContext& context) {
    if (const auto* endpoint = std::get_if<DockerEndpoint>(&target.endpoint)) {
        return make_docker_target(target, *endpoint, context);
    }
    if (const auto* endpoint = std::get_if<CloudflareEndpoint>(&target.endpoint)) {
        return make_cloudflare_target(target, *endpoint, context);
    }
    if (const auto* endpoint = std::get_if<AzureEndpoint>(&target.endpoint)) {
        return make_azure_target(target, *endpoint, context);
    }
    return Error{Errc::invalid, fmt::format("{}: target {} names no provider; give it one",
                                            to_string(target.place), target.name)};
}

}  // namespace driftless
