// How each kind of identity comes by a token, and what is told where it gets none.
#include "providers/azure/credentials.hpp"

#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <nlohmann/json.hpp>

#include "providers/azure/client_assertion.hpp"
#include "tests/support/fake_transport.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;
using net::Method;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* scope = "https://management.azure.com/.default";
constexpr const char* client = "00000000-0000-0000-0000-000000000003";
constexpr const char* token_path = "/bnx.example/oauth2/v2.0/token";
const EntraApp app{"https://login.microsoftonline.com", "bnx.example", client};

class Credentials : public ::testing::Test {
protected:
    /// A transport of which we see the requests after it was given away.
    std::unique_ptr<testing::FakeTransport> line() {
        auto made = std::make_unique<testing::FakeTransport>();
        server = made.get();
        return made;
    }
    Result<AccessToken> fetch(TokenSource& source, const std::string& claims = "") {
        return testing::run_on(io, clock, source.fetch(scope, claims));
    }
    [[nodiscard]] net::Request asked() const { return server->seen().back(); }

    asio::io_context io;
    testing::VirtualClock clock;
    testing::FakeTransport* server = nullptr;
};

void expect_token(const Result<AccessToken>& token, std::string_view text,
                  std::chrono::seconds good_for) {
    ASSERT_TRUE(token) << token.error().message;
    EXPECT_EQ(token->token.reveal(), text);
    EXPECT_EQ(token->good_for, good_for);
}

TEST_F(Credentials, AMachineAsksItsMetadataService) {
    const auto source = make_machine_identity(line(), client);
    const std::string path =
        "/metadata/identity/oauth2/token?api-version=2018-02-01"
        "&resource=https%3A%2F%2Fmanagement.azure.com&client_id=" +
        std::string{client};
    server->answer(Method::get, path, 200, R"({"access_token":"t1","expires_in":"86399"})");
    expect_token(fetch(*source), "t1", 86'399s);
    EXPECT_EQ(net::header_of(asked().headers, "Metadata"), "true");
}

struct Refused {
    int status;
    std::string body;
    Errc code;
    std::string says;
};

TEST_F(Credentials, AMachineWithoutAnIdentityIsToldApartFromOneThatIsBeingRenewed) {
    const std::string path =
        "/metadata/identity/oauth2/token?api-version=2018-02-01"
        "&resource=https%3A%2F%2Fmanagement.azure.com";
    const Refused cases[]{
        {400, R"({"error":"invalid_request","error_description":"Identity not found"})",
         Errc::unauthenticated, "Identity not found; give an identity"},
        {404, "", Errc::unavailable, "HTTP 404"},
        {410, "", Errc::unavailable, "HTTP 410"},
        {429, "", Errc::rate_limited, "HTTP 429"},
        {500, "<html>", Errc::unavailable, "HTTP 500"},
        {200, "{}", Errc::invalid, "no token"},
        {200, R"({"access_token":"hunter2"})", Errc::invalid, "how long"},
        {200, R"({"access_token":"hunter2","expires_in":"0"})", Errc::invalid, "clock"},
    };
    for (const auto& [status, body, code, says] : cases) {
        const auto source = make_machine_identity(line(), "");
        server->answer(Method::get, path, status, body);
        const auto token = fetch(*source);
        ASSERT_FALSE(token) << body;
        EXPECT_EQ(token.error().code, code) << token.error().message;
        EXPECT_THAT(token.error().message, HasSubstr(says));
        EXPECT_THAT(token.error().message, HasSubstr("managed identity of this machine"));
        EXPECT_THAT(token.error().message, Not(HasSubstr("hunter2")));
        if (status == 410) {
            EXPECT_EQ(token.error().retry_after, 70s);
        }
    }
    const auto nowhere = make_machine_identity(line(), "");
    server->fail(Method::get, path, Error{Errc::timed_out, "no answer within 10s"});
    EXPECT_THAT(fetch(*nowhere).error().message, HasSubstr("a virtual machine of Azure?"));
}

TEST_F(Credentials, AnAppAsksTheEndpointThatItWasGiven) {
    const auto source = make_service_identity(line(), clock, "/msi/token", "", Secret{"proof"});
    const auto end =
        std::chrono::floor<std::chrono::seconds>(clock.wall().time_since_epoch()) + 3'600s;
    server->answer(
        Method::get,
        "/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com", 200,
        json{{"access_token", "t2"}, {"expires_on", std::to_string(end.count())}}.dump());
    expect_token(fetch(*source), "t2", 3'600s);
    EXPECT_EQ(net::header_of(asked().headers, "X-IDENTITY-HEADER"), "proof");
}

TEST_F(Credentials, AnAppRegistrationSendsItsSecretInTheBodyAlone) {
    const auto source = make_client_secret(line(), app, Secret{"hunter2&x"});
    server->answer(Method::post, token_path, 200,
                   R"({"token_type":"Bearer","expires_in":3599,"access_token":"t3"})");
    expect_token(fetch(*source), "t3", 3'599s);
    EXPECT_EQ(asked().body,
              "grant_type=client_credentials&client_id=00000000-0000-0000-0000-000000000003&"
              "scope=https%3A%2F%2Fmanagement.azure.com%2F.default&client_secret=hunter2%26x");
    EXPECT_EQ(net::header_of(asked().headers, "Content-Type"), "application/x-www-form-urlencoded");
}

TEST_F(Credentials, WhatARefusalWantsIsAskedFor) {
    const auto source = make_client_secret(line(), app, Secret{"s"});
    server->answer(Method::post, token_path, 200, R"({"expires_in":3599,"access_token":"t"})");
    ASSERT_TRUE(fetch(*source, "eyJhIjoxfQ=="));
    EXPECT_THAT(asked().body, HasSubstr("&claims=%7B%22a%22%3A1%7D&client_secret="));
}

TEST_F(Credentials, WhatEntraRefusesIsToldWithWhatToDo) {
    const Refused cases[]{
        {401,
         R"({"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret)"
         R"( provided.\r\nTrace ID: 1","error_codes":[7000215]})",
         Errc::unauthenticated, "secret provided.; the secret is wrong"},
        {401, R"({"error":"invalid_client","error_description":"AADSTS7000222: expired"})",
         Errc::unauthenticated, "make a new one"},
        {400, R"({"error":"unauthorized_client","error_description":"AADSTS700016: no app"})",
         Errc::unauthenticated, "no such app"},
        {400, R"({"error":"invalid_request","error_description":"AADSTS90002: no tenant"})",
         Errc::unauthenticated, "look at tenant"},
        {400, R"({"error":"invalid_scope"})", Errc::unauthenticated, "invalid_scope; look at"},
        {429, "{}", Errc::rate_limited, "too many tokens"},
        {503, "<html>", Errc::unavailable, "not from Microsoft Entra"},
        {404, "<html>", Errc::unavailable, "not from Microsoft Entra"},
    };
    for (const auto& [status, body, code, says] : cases) {
        const auto source = make_client_secret(line(), app, Secret{"hunter2"});
        server->answer(Method::post, token_path, status, body);
        const auto token = fetch(*source);
        ASSERT_FALSE(token) << body;
        EXPECT_EQ(token.error().code, code) << token.error().message;
        EXPECT_THAT(token.error().message, HasSubstr(says));
        EXPECT_THAT(token.error().message, HasSubstr("of tenant bnx.example"));
        EXPECT_THAT(token.error().message, Not(HasSubstr("Trace")));
        EXPECT_THAT(token.error().message, Not(HasSubstr("hunter2")));
    }
}

/// A key pair, made here.
struct Pair {
    explicit Pair(int sort = EVP_PKEY_RSA) {
        key = sort == EVP_PKEY_RSA ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
        X509* certificate = X509_new();
        X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        X509_set_pubkey(certificate, key);
        X509_sign(certificate, key, EVP_sha256());
        BIO* out = BIO_new(BIO_s_mem());
        PEM_write_bio_X509(out, certificate);
        certificate_pem = text_of(out);
        out = BIO_new(BIO_s_mem());
        PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
        key_pem = text_of(out);
        X509_free(certificate);
    }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;
    ~Pair() { EVP_PKEY_free(key); }

    static std::string text_of(BIO* out) {
        char* data = nullptr;
        const long size = BIO_get_mem_data(out, &data);
        std::string text(data, static_cast<std::size_t>(size));
        BIO_free(out);
        return text;
    }
    [[nodiscard]] bool signed_by_it(const std::string& text, const std::string& signature) const {
        EVP_MD_CTX* digest = EVP_MD_CTX_new();
        EVP_PKEY_CTX* how = nullptr;
        EVP_DigestVerifyInit(digest, &how, EVP_sha256(), nullptr, key);
        EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST);
        const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
        const auto* sign = reinterpret_cast<const unsigned char*>(signature.data());
        const int good = EVP_DigestVerify(digest, sign, signature.size(), bytes, text.size());
        EVP_MD_CTX_free(digest);
        return good == 1;
    }

    EVP_PKEY* key = nullptr;
    std::string certificate_pem;
    std::string key_pem;
};

std::string field_of(const std::string& form, const std::string& name) {
    const auto begin = form.find("&" + name + "=");
    if (begin == std::string::npos) return "";
    const auto from = begin + name.size() + 2;
    return form.substr(from, form.find('&', from) - from);
}

TEST_F(Credentials, ACertificateSignsForTheTokenUrlAndForTenMinutes) {
    const Pair pair;
    auto source = make_client_certificate(line(), app, Secret{pair.key_pem + pair.certificate_pem},
                                          clock, std::make_unique<net::SystemRandom>());
    ASSERT_TRUE(source) << source.error().message;
    for (int i = 0; i < 2; ++i) {
        server->answer(Method::post, token_path, 200, R"({"expires_in":3599,"access_token":"t"})");
        expect_token(fetch(**source), "t", 3'599s);
    }
    EXPECT_THAT(asked().body, HasSubstr("client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A"
                                        "client-assertion-type%3Ajwt-bearer&client_assertion="));
    std::vector<std::string> ids;
    for (const net::Request& request : server->seen()) {
        const std::string jwt = field_of(request.body, "client_assertion");
        const auto dot = jwt.find('.');
        const auto last = jwt.rfind('.');
        const json header = json::parse(from_base64(jwt.substr(0, dot)).value());
        EXPECT_EQ(header.at("alg"), "PS256");
        EXPECT_EQ(from_base64(header.at("x5t#S256").get<std::string>()).value().size(), 32u);
        const json claims = json::parse(from_base64(jwt.substr(dot + 1, last - dot - 1)).value());
        EXPECT_EQ(claims.at("aud"),
                  "https://login.microsoftonline.com/bnx.example/oauth2/v2.0/token");
        EXPECT_EQ(claims.at("iss"), client);
        EXPECT_EQ(claims.at("sub"), client);
        EXPECT_EQ(claims.at("exp").get<int>() - claims.at("nbf").get<int>(), 600);
        EXPECT_TRUE(
            pair.signed_by_it(jwt.substr(0, last), from_base64(jwt.substr(last + 1)).value()));
        ids.push_back(claims.at("jti"));
    }
    EXPECT_NE(ids.at(0), ids.at(1));
}

TEST_F(Credentials, ACertificateThatCanNotSignIsRefusedBeforeAnythingIsSent) {
    const Pair pair;
    const Pair other;
    const Pair curve{EVP_PKEY_EC};
    const std::pair<std::string, std::string> cases[]{
        {"", "no certificate"},
        {pair.key_pem, "no certificate"},
        {pair.certificate_pem, "no private key"},
        {pair.certificate_pem + other.key_pem, "not the certificate's"},
        {curve.certificate_pem + curve.key_pem, "not RSA"},
    };
    for (const auto& [pem, says] : cases) {
        const auto source = make_client_certificate(line(), app, Secret{pem}, clock,
                                                    std::make_unique<net::SystemRandom>());
        ASSERT_FALSE(source) << says;
        EXPECT_EQ(source.error().code, Errc::invalid);
        EXPECT_THAT(source.error().message, HasSubstr(says));
    }
}

TEST_F(Credentials, AWorkloadReadsItsTokenAnewEachTime) {
    int reads = 0;
    const auto source = make_workload_identity(line(), app, [&reads]() -> Result<Secret> {
        if (++reads == 3) return Error{Errc::not_found, "there is no file"};
        return Secret{"jwt-" + std::to_string(reads)};
    });
    for (int i = 1; i <= 2; ++i) {
        server->answer(Method::post, token_path, 200, R"({"expires_in":3599,"access_token":"t"})");
        ASSERT_TRUE(fetch(*source));
        EXPECT_EQ(field_of(asked().body, "client_assertion"), "jwt-" + std::to_string(i));
    }
    EXPECT_THAT(fetch(*source).error().message, HasSubstr("there is no file"));
}

/// Runs nothing, and answers as it was told.
class Scripted final : public net::Processes {
public:
    explicit Scripted(Result<net::Ended> ended) : ended_(std::move(ended)) {}
    Result<std::unique_ptr<net::Child>> start(std::vector<std::string>,
                                              std::map<std::string, std::string>) override {
        return Error{Errc::internal, "not here"};
    }
    asio::awaitable<Result<net::Ended>> run(std::vector<std::string> argv, std::string input,
                                            std::chrono::milliseconds) override {
        EXPECT_THAT(input, IsEmpty());
        seen() = std::move(argv);
        co_return ended_;
    }
    static std::vector<std::string>& seen() {
        static std::vector<std::string> argv;
        return argv;
    }

private:
    Result<net::Ended> ended_;
};

TEST_F(Credentials, AzIsAskedForATokenOfTheSubscription) {
    CliPlace place{"/usr/bin", "/home/ops", "", "", "S"};
    const auto end =
        std::chrono::floor<std::chrono::seconds>(clock.wall().time_since_epoch()) + 3'000s;
    const std::string printed =
        "WARNING: old\n" +
        json{{"accessToken", "t4"}, {"expires_on", end.count()}, {"expiresOn", "x"}}.dump() + "\n";
    const auto source = make_cli_login(
        std::make_unique<Scripted>(net::Ended{.code = 0, .printed = printed}), clock, place);
    expect_token(fetch(*source), "t4", 3'000s);
    EXPECT_THAT(Scripted::seen(),
                ElementsAre("/usr/bin/env", "PATH=/usr/bin", "HOME=/home/ops",
                            "AZURE_CORE_COLLECT_TELEMETRY=0", "az", "account", "get-access-token",
                            "--output", "json", "--only-show-errors", "--scope", scope,
                            "--subscription", "S"));
}

TEST_F(Credentials, AzThatIsNotThereOrNotLoggedInSaysWhatToDo) {
    const std::tuple<int, std::string, Errc, std::string> cases[]{
        {127, "env: 'az': No such file", Errc::unavailable, "no az on the PATH"},
        {1, "ERROR: Please run 'az login'\nmore", Errc::unauthenticated,
         "run az login as the user"},
        {0, "hunter2", Errc::invalid, "no JSON object"},
    };
    for (const auto& [code, printed, error, says] : cases) {
        const auto source = make_cli_login(
            std::make_unique<Scripted>(net::Ended{.code = code, .printed = printed}), clock, {});
        const auto token = fetch(*source);
        ASSERT_FALSE(token) << says;
        EXPECT_EQ(token.error().code, error);
        EXPECT_THAT(token.error().message, HasSubstr(says));
        EXPECT_THAT(token.error().message, Not(HasSubstr("hunter2")));
    }
}

TEST(Base64, IsThatOfUrls) {
    for (const std::string text : {"", "f", "fo", "foo", "foob", "\xFB\xEF\xBE"}) {
        EXPECT_EQ(from_base64(base64url_of(text)), text);
    }
    EXPECT_EQ(base64url_of("\xFB\xEF\xFF"), "--__");
    EXPECT_EQ(base64url_of("f"), "Zg");
    EXPECT_EQ(from_base64("++//"), from_base64("--__"));
    EXPECT_EQ(from_base64("a"), std::nullopt);
    EXPECT_EQ(from_base64("a b="), std::nullopt);
}

}  // namespace
}  // namespace driftless::azure
