// App registrations: Microsoft Entra gives a token to who proves to be one, by a secret or by a
// signed assertion.
#include <fmt/format.h>

#include "config/base/percent.hpp"
#include "providers/azure/client_assertion.hpp"
#include "providers/azure/credentials.hpp"
#include "providers/azure/token_answers.hpp"

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds patience = 15s;
constexpr std::string_view jwt_bearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

using Fields = std::vector<std::pair<std::string_view, std::string>>;

std::string form_of(const Fields& fields) {
    std::string form;
    for (const auto& [name, value] : fields) {
        if (!form.empty()) form += '&';
        form += fmt::format("{}={}", name, percent_encoded(value));
    }
    return form;
}

/// The common half: the grant, less what proves who asks.
class EntraSource : public TokenSource {
public:
    EntraSource(std::unique_ptr<net::HttpTransport> authority, EntraApp app)
        : authority_(std::move(authority)), app_(std::move(app)) {}

    asio::awaitable<Result<AccessToken>> fetch(std::string scope, std::string claims) override {
        const std::string doing = "get a token for " + who();
        auto proof = prove();
        if (!proof) co_return std::move(proof).error().in(doing);
        Fields fields{{"grant_type", "client_credentials"},
                      {"client_id", app_.client_id},
                      {"scope", std::move(scope)}};
        const auto wanted = from_base64(claims);
        if (wanted && !wanted->empty()) fields.emplace_back("claims", *wanted);
        for (auto& field : *proof) fields.push_back(std::move(field));
        net::Request request;
        request.method = net::Method::post;
        request.target = path();
        request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
        request.headers.emplace_back("Accept", "application/json");
        request.body = form_of(fields);
        request.deadline = patience;
        const auto response = co_await authority_->send(std::move(request));
        if (!response) co_return Error{response.error()}.in(doing);
        if (response->status != 200) co_return refused_token(*response).in(doing);
        auto token = read_token(nlohmann::json::parse(response->body, nullptr, false), {});
        if (!token) co_return std::move(token).error().in(doing);
        co_return token;
    }

    std::string who() const override {
        return fmt::format("app {} of tenant {}", app_.client_id, app_.tenant);
    }

protected:
    /// What proves that it is us, as fields of the form.
    virtual Result<Fields> prove() = 0;
    [[nodiscard]] const EntraApp& app() const { return app_; }
    [[nodiscard]] std::string url() const { return app_.authority + path(); }

private:
    [[nodiscard]] std::string path() const {
        return fmt::format("/{}/oauth2/v2.0/token", percent_encoded(app_.tenant));
    }

    std::unique_ptr<net::HttpTransport> authority_;
    EntraApp app_;
};

class ClientSecret final : public EntraSource {
public:
    ClientSecret(std::unique_ptr<net::HttpTransport> authority, EntraApp app, Secret secret)
        : EntraSource(std::move(authority), std::move(app)), secret_(std::move(secret)) {}

private:
    Result<Fields> prove() override {
        return Fields{{"client_secret", std::string{secret_.reveal()}}};
    }

    Secret secret_;
};

Fields asserted(const Secret& assertion) {
    return {{"client_assertion_type", std::string{jwt_bearer}},
            {"client_assertion", std::string{assertion.reveal()}}};
}

class ClientCertificate final : public EntraSource {
public:
    ClientCertificate(std::unique_ptr<net::HttpTransport> authority, EntraApp app, SigningKey key,
                      net::Clock& clock, std::unique_ptr<net::Random> random)
        : EntraSource(std::move(authority), std::move(app)),
          key_(std::move(key)),
          clock_(clock),
          random_(std::move(random)) {}

private:
    Result<Fields> prove() override {
        const std::string id = net::random_hex(*random_, 16);
        auto assertion = key_.assertion(app().client_id, url(), clock_.wall(), id);
        if (!assertion) return std::move(assertion).error();
        return asserted(*assertion);
    }

    SigningKey key_;
    net::Clock& clock_;
    std::unique_ptr<net::Random> random_;
};

class WorkloadIdentity final : public EntraSource {
public:
    WorkloadIdentity(std::unique_ptr<net::HttpTransport> authority, EntraApp app, ReadToken read)
        : EntraSource(std::move(authority), std::move(app)), read_(std::move(read)) {}

private:
    Result<Fields> prove() override {
        const auto token = read_();
        if (!token) return token.error();
        return asserted(*token);
    }

    ReadToken read_;
};

}  // namespace

std::unique_ptr<TokenSource> make_client_secret(std::unique_ptr<net::HttpTransport> authority,
                                                EntraApp app, Secret secret) {
    return std::make_unique<ClientSecret>(std::move(authority), std::move(app), std::move(secret));
}

Result<std::unique_ptr<TokenSource>> make_client_certificate(
    std::unique_ptr<net::HttpTransport> authority, EntraApp app, const Secret& pem,
    net::Clock& clock, std::unique_ptr<net::Random> random) {
    auto key = SigningKey::read(pem);
    if (!key) return std::move(key).error();
    std::unique_ptr<TokenSource> source = std::make_unique<ClientCertificate>(
        std::move(authority), std::move(app), *std::move(key), clock, std::move(random));
    return source;
}

std::unique_ptr<TokenSource> make_workload_identity(std::unique_ptr<net::HttpTransport> authority,
                                                    EntraApp app, ReadToken read) {
    return std::make_unique<WorkloadIdentity>(std::move(authority), std::move(app),
                                              std::move(read));
}

}  // namespace driftless::azure
