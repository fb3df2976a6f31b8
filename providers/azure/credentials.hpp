#pragma once

#include <functional>
#include <memory>
#include <string>

#include "config/base/secret.hpp"
#include "providers/net/clock.hpp"
#include "providers/net/http.hpp"
#include "providers/net/process.hpp"

namespace driftless::azure {

namespace asio = boost::asio;

/// A token, and how long it is good for by the word of who gave it.
struct AccessToken {
    Secret token;
    std::chrono::seconds good_for{};
};

/// One way to come by tokens. Asks once, repeats nothing, and is safe to repeat.
class TokenSource {
public:
    virtual ~TokenSource() = default;
    /// @param scope   "https://management.azure.com/.default"
    /// @param claims  what a refusal wanted of the next token, as it came (base64); "" for nothing
    /// @return `unauthenticated`: the credential is refused, and what to do; `rate_limited`;
    ///         `unavailable`: nobody answers, or not now, `timed_out`; `invalid`: what came back,
    ///         or the credential itself, is not what it should be
    virtual asio::awaitable<Result<AccessToken>> fetch(std::string scope, std::string claims) = 0;
    /// For people: "the managed identity of this machine".
    [[nodiscard]] virtual std::string who() const = 0;
};

/// The metadata service of a virtual machine, at http://169.254.169.254.
/// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
/// @param client_id  which of several user-assigned identities; "": the one there is
std::unique_ptr<TokenSource> make_machine_identity(std::unique_ptr<net::HttpTransport> metadata,
                                                   std::string client_id);

/// The endpoint that Container Apps and App Service give to what runs in them.
/// https://learn.microsoft.com/azure/container-apps/managed-identity#connect-to-azure-services-in-app-code
/// @param endpoint  to the host of IDENTITY_ENDPOINT
/// @param path      the rest of it: "/msi/token"
/// @param header    IDENTITY_HEADER: proves that it is us who ask
std::unique_ptr<TokenSource> make_service_identity(std::unique_ptr<net::HttpTransport> endpoint,
                                                   net::Clock& clock, std::string path,
                                                   std::string client_id, Secret header);

/// An app registration at Microsoft Entra.
struct EntraApp {
    std::string authority;  ///< "https://login.microsoftonline.com"
    std::string tenant;     ///< its id, or a domain
    std::string client_id;
};

/// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#first-case-access-token-request-with-a-shared-secret
std::unique_ptr<TokenSource> make_client_secret(std::unique_ptr<net::HttpTransport> authority,
                                                EntraApp app, Secret secret);

/// Proves itself by a JWT that the certificate's key signs (PS256), good for ten minutes.
/// https://learn.microsoft.com/entra/identity-platform/certificate-credentials
/// @param pem  certificate and private key (RSA, without a passphrase), in any order
/// @return `invalid`: it holds no such pair
Result<std::unique_ptr<TokenSource>> make_client_certificate(
    std::unique_ptr<net::HttpTransport> authority, EntraApp app, const Secret& pem,
    net::Clock& clock, std::unique_ptr<net::Random> random);

using ReadToken = std::function<Result<Secret>()>;

/// Another issuer's token in place of a secret: a cluster's service account, a pipeline.
/// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#third-case-access-token-request-with-a-federated-credential
/// @param read  that token, anew for each fetch: it is replaced before it ends
std::unique_ptr<TokenSource> make_workload_identity(std::unique_ptr<net::HttpTransport> authority,
                                                    EntraApp app, ReadToken read);

/// What `az` needs to find itself and its login; it gets no more of our environment.
struct CliPlace {
    std::string path;          ///< PATH
    std::string home;          ///< HOME
    std::string config;        ///< AZURE_CONFIG_DIR; "": az's own choice
    std::string tenant;        ///< "": of the subscription
    std::string subscription;  ///< asked for where no tenant is named
};

/// Whoever is logged in by `az login`: for a person's own machine.
/// https://learn.microsoft.com/cli/azure/account#az-account-get-access-token
std::unique_ptr<TokenSource> make_cli_login(std::unique_ptr<net::Processes> processes,
                                            net::Clock& clock, CliPlace place);

}  // namespace driftless::azure
