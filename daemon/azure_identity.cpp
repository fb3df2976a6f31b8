#include "daemon/azure_identity.hpp"

#include <fmt/format.h>

#include <utility>

#include "daemon/secrets/private_file.hpp"
#include "providers/net/base_url.hpp"
#include "providers/net/https.hpp"

namespace driftless {
namespace {

using Source = Result<std::unique_ptr<azure::TokenSource>>;

constexpr std::size_t most_of_a_token = 65'536;
constexpr const char* metadata_service = "http://169.254.169.254";

std::string variable(const TargetContext& context, const char* name) {
    const auto found = context.environment.find(name);
    return found == context.environment.end() ? "" : found->second;
}

Result<std::unique_ptr<net::HttpTransport>> line_to(const std::string& url, const std::string& ca,
                                                    const TargetContext& context) {
    net::HttpsParts line;
    line.url = url;
    line.ca = ca;
    line.width = 1;
    return net::make_https_transport(context.executor, context.clock, line);
}

/// Container Apps and App Service say where to ask by two variables; else it is a machine.
Source managed(const AzureAuth& auth, const TargetContext& context) {
    const std::string endpoint = variable(context, "IDENTITY_ENDPOINT");
    const std::string header = variable(context, "IDENTITY_HEADER");
    const bool is_service = !endpoint.empty() && !header.empty();
    auto url = net::parse_base_url(is_service ? endpoint : metadata_service);
    if (!url) return std::move(url).error().in("IDENTITY_ENDPOINT");
    const std::string path = std::exchange(url->prefix, "");
    auto line = line_to(url->text(), "", context);
    if (!line) return std::move(line).error();
    if (!is_service) return azure::make_machine_identity(*std::move(line), auth.client_id);
    return azure::make_service_identity(*std::move(line), context.clock, path, auth.client_id,
                                        Secret{header});
}

Source workload(const AzureEndpoint& endpoint, azure::EntraApp app, const TargetContext& context) {
    const auto or_variable = [&context](const std::string& text, const char* name) {
        return text.empty() ? variable(context, name) : text;
    };
    app.tenant = or_variable(app.tenant, "AZURE_TENANT_ID");
    app.client_id = or_variable(app.client_id, "AZURE_CLIENT_ID");
    const std::string file = or_variable(endpoint.auth.token_file, "AZURE_FEDERATED_TOKEN_FILE");
    if (app.tenant.empty() || app.client_id.empty() || file.empty()) {
        return Error{Errc::invalid,
                     "workloadIdentity: tenant, clientId and tokenFile are neither in the settings "
                     "nor in AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE"};
    }
    auto line = line_to(app.authority, endpoint.ca, context);
    if (!line) return std::move(line).error();
    azure::ReadToken read = [file]() -> Result<Secret> {
        auto text = read_trusted_file(file, most_of_a_token);
        if (!text) return std::move(text).error().in("read the token of the workload identity");
        while (text->ends_with('\n')) text->pop_back();
        return Secret{*std::move(text)};
    };
    return azure::make_workload_identity(*std::move(line), std::move(app), std::move(read));
}

Source registered(const AzureEndpoint& endpoint, azure::EntraApp app, const std::string& target,
                  const TargetContext& context) {
    auto secret = context.secrets.read(endpoint.auth.secret, target);
    if (!secret) return std::move(secret).error();
    auto line = line_to(app.authority, endpoint.ca, context);
    if (!line) return std::move(line).error();
    if (endpoint.auth.by == AzureAuth::By::client_secret) {
        return azure::make_client_secret(*std::move(line), std::move(app), *std::move(secret));
    }
    auto source =
        azure::make_client_certificate(*std::move(line), std::move(app), *secret, context.clock,
                                       std::make_unique<net::SystemRandom>());
    if (source) return source;
    return std::move(source).error().in("the certificate " + in_quotes(endpoint.auth.secret));
}

azure::CliPlace place_of(const AzureEndpoint& endpoint, const TargetContext& context) {
    azure::CliPlace place;
    place.path = variable(context, "PATH");
    place.home = variable(context, "HOME");
    place.config = variable(context, "AZURE_CONFIG_DIR");
    place.tenant = endpoint.auth.tenant;
    place.subscription = endpoint.subscription;
    return place;
}

}  // namespace

Source make_azure_identity(const AzureEndpoint& endpoint, const std::string& target,
                           const TargetContext& context) {
    const AzureAuth& auth = endpoint.auth;
    azure::EntraApp app{endpoint.authority, auth.tenant, auth.client_id};
    switch (auth.by) {
        case AzureAuth::By::managed_identity: return managed(auth, context);
        case AzureAuth::By::workload_identity: return workload(endpoint, std::move(app), context);
        case AzureAuth::By::client_secret:
        case AzureAuth::By::client_certificate:
            return registered(endpoint, std::move(app), target, context);
        case AzureAuth::By::azure_cli: break;
    }
    return azure::make_cli_login(net::make_processes(context.executor, context.clock),
                                 context.clock, place_of(endpoint, context));
}

}  // namespace driftless
