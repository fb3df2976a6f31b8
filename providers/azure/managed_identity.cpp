// Managed identities: the platform that we run on gives the tokens, and keeps no secret with us.
#include <fmt/format.h>

#include "config/base/percent.hpp"
#include "providers/azure/credentials.hpp"
#include "providers/azure/refusals.hpp"
#include "providers/azure/token_answers.hpp"

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds patience = 10s;
constexpr std::chrono::seconds renewed = 70s;  // how long a 410 may last, by its documentation

/// These endpoints know resources, not scopes.
std::string resource_of(std::string scope) {
    constexpr std::string_view all = "/.default";
    if (scope.ends_with(all)) scope.resize(scope.size() - all.size());
    return scope;
}

std::string query_of(std::string_view version, const std::string& scope,
                     const std::string& client_id) {
    std::string query =
        fmt::format("?api-version={}&resource={}", version, percent_encoded(resource_of(scope)));
    if (!client_id.empty()) query += "&client_id=" + percent_encoded(client_id);
    return query;
}

/// `{error, error_description}` of the machine, `{message}` or `{Message}` of a service.
std::string said_by(const net::Response& response) {
    const auto body = json::parse(response.body, nullptr, false);
    const auto description = body.is_object() ? body.find("error_description") : body.end();
    if (body.is_object() && description != body.end() && description->is_string()) {
        return description->get<std::string>().substr(0, 300);
    }
    const Refusal refusal = read_refusal(response.status, response.headers, response.body);
    return refusal.message.empty() ? "no reason is given" : refusal.message;
}

/// 404 and 410 pass: the endpoint is being renewed.
Error error_of(const net::Response& response) {
    const std::string said = fmt::format("HTTP {}: {}", response.status, said_by(response));
    auto wait = retry_after(response.headers);
    if (response.status == 429) return {Errc::rate_limited, said, wait};
    if (response.status == 410) return {Errc::unavailable, said, wait.value_or(renewed)};
    const bool passes = response.status == 404 || response.status >= 500;
    if (passes) return {Errc::unavailable, said, wait};
    return {Errc::unauthenticated,
            said + "; give an identity to what driftless runs on, or name the right clientId"};
}

Result<AccessToken> token_in(const Result<net::Response>& response, net::WallTime now) {
    if (!response) return response.error();
    if (response->status != 200) return error_of(*response);
    return read_token(json::parse(response->body, nullptr, false), now);
}

std::string shown(std::string_view place, const std::string& client_id) {
    return client_id.empty() ? fmt::format("the managed identity of this {}", place)
                             : fmt::format("the managed identity {} of this {}", client_id, place);
}

class MachineIdentity final : public TokenSource {
public:
    MachineIdentity(std::unique_ptr<net::HttpTransport> metadata, std::string client_id)
        : metadata_(std::move(metadata)), client_id_(std::move(client_id)) {}

    asio::awaitable<Result<AccessToken>> fetch(std::string scope, std::string) override {
        net::Request request;
        request.target =
            "/metadata/identity/oauth2/token" + query_of("2018-02-01", scope, client_id_);
        request.headers.emplace_back("Metadata", "true");
        request.deadline = patience;
        const auto response = co_await metadata_->send(std::move(request));
        auto token = token_in(response, {});
        if (token) co_return token;
        Error error = std::move(token).error().in("get a token of " + who());
        if (!response) error.message += "; is this a virtual machine of Azure?";
        co_return error;
    }

    std::string who() const override { return shown("machine", client_id_); }

private:
    std::unique_ptr<net::HttpTransport> metadata_;
    std::string client_id_;
};

class ServiceIdentity final : public TokenSource {
public:
    ServiceIdentity(std::unique_ptr<net::HttpTransport> endpoint, net::Clock& clock,
                    std::string path, std::string client_id, Secret header)
        : endpoint_(std::move(endpoint)),
          clock_(clock),
          path_(std::move(path)),
          client_id_(std::move(client_id)),
          header_(std::move(header)) {}

    asio::awaitable<Result<AccessToken>> fetch(std::string scope, std::string) override {
        net::Request request;
        request.target = path_ + query_of("2019-08-01", scope, client_id_);
        request.headers.emplace_back("X-IDENTITY-HEADER", std::string{header_.reveal()});
        request.deadline = patience;
        const auto response = co_await endpoint_->send(std::move(request));
        auto token = token_in(response, clock_.wall());
        if (token) co_return token;
        co_return std::move(token).error().in("get a token of " + who());
    }

    std::string who() const override { return shown("app", client_id_); }

private:
    std::unique_ptr<net::HttpTransport> endpoint_;
    net::Clock& clock_;
    std::string path_;
    std::string client_id_;
    Secret header_;
};

}  // namespace

std::unique_ptr<TokenSource> make_machine_identity(std::unique_ptr<net::HttpTransport> metadata,
                                                   std::string client_id) {
    return std::make_unique<MachineIdentity>(std::move(metadata), std::move(client_id));
}

std::unique_ptr<TokenSource> make_service_identity(std::unique_ptr<net::HttpTransport> endpoint,
                                                   net::Clock& clock, std::string path,
                                                   std::string client_id, Secret header) {
    return std::make_unique<ServiceIdentity>(std::move(endpoint), clock, std::move(path),
                                             std::move(client_id), std::move(header));
}

}  // namespace driftless::azure
