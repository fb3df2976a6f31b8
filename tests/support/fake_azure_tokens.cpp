#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_azure_world.hpp"

namespace driftless::test::arm {

namespace {

Answer login_refused(int status, const std::string& error, int code, const std::string& what) {
    json codes = json::array();
    codes.push_back(code);
    return {status,
            {{"error", error},
             {"error_description", fmt::format("AADSTS{}: {}", code, what)},
             {"error_codes", std::move(codes)}}};
}

std::string field(const Request& request, std::string_view key) {
    const std::string begin = std::string{key} + "=";
    const std::string& form = request.body;
    for (std::size_t at = 0; at < form.size();) {
        const std::size_t end = std::min(form.find('&', at), form.size());
        if (form.compare(at, begin.size(), begin) == 0) {
            std::string value = form.substr(at + begin.size(), end - at - begin.size());
            std::ranges::replace(value, '+', ' ');
            return decoded(value);
        }
        at = end + 1;
    }
    return "";
}

std::string made_token(World& world) {
    std::string token = "eyJ0eXAiOiJKV1QifQ." + world.hex_of("token " + world.new_uuid(), 40);
    world.token_ends[token] = world.clock.now() + world.habits.token_lives;
    return token;
}

/// POST /{tenant}/oauth2/v2.0/token
Answer by_client(const Request& request, World& world) {
    const std::string& tenant = request.steps.front();
    if (!same_word(tenant, world.tenant)) {
        return login_refused(400, "invalid_request", 90002,
                             fmt::format("Tenant '{}' not found.", tenant));
    }
    if (field(request, "grant_type") != "client_credentials") {
        return login_refused(400, "unsupported_grant_type", 70003,
                             "The app requested an unsupported grant type.");
    }
    if (field(request, "client_id").empty()) {
        return login_refused(400, "invalid_request", 900144,
                             "The request body must contain the following parameter: 'client_id'.");
    }
    if (!field(request, "scope").ends_with("/.default")) {
        return login_refused(
            400, "invalid_scope", 1002012,
            "The provided value for scope is not valid: it must end in /.default.");
    }
    const std::string assertion = field(request, "client_assertion");
    if (!assertion.empty()) {
        const bool is_typed = field(request, "client_assertion_type") ==
                              "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        if (!is_typed || std::ranges::count(assertion, '.') != 2) {
            return login_refused(401, "invalid_client", 50027,
                                 "JWT token is invalid or malformed.");
        }
    } else if (field(request, "client_secret").empty() ||
               field(request, "client_secret") == "wrong") {
        return login_refused(401, "invalid_client", 7000215,
                             "Invalid client secret provided. Ensure the secret being sent in the "
                             "request is the client secret value, not the client secret ID.");
    }
    return {200,
            {{"token_type", "Bearer"},
             {"expires_in", world.habits.token_lives.count()},
             {"ext_expires_in", world.habits.token_lives.count()},
             {"access_token", made_token(world)}}};
}

/// GET of the machine's, or the app's, own endpoint: expiry is text, in seconds since 1970.
Answer by_machine(const Request& request, World& world) {
    if (request.asked("resource").empty()) {
        return {400,
                {{"error", "invalid_request"},
                 {"error_description", "Required query variable 'resource' is missing"}}};
    }
    const std::string client = request.asked("client_id");
    if (client == "unknown") {
        return {400, {{"error", "invalid_request"}, {"error_description", "Identity not found"}}};
    }
    const auto now = std::chrono::duration_cast<seconds>(world.clock.wall().time_since_epoch());
    return {200,
            {{"access_token", made_token(world)},
             {"client_id", client.empty() ? world.uuid_of("client") : client},
             {"expires_in", std::to_string(world.habits.token_lives.count())},
             {"expires_on", std::to_string((now + world.habits.token_lives).count())},
             {"resource", request.asked("resource")},
             {"token_type", "Bearer"}}};
}

}  // namespace

std::optional<Answer> token_call(const Request& request, World& world) {
    const std::string path = low(request.path());
    const bool posts = request.method == net::Method::post;
    if (posts && path.ends_with("/oauth2/v2.0/token")) return by_client(request, world);
    if (path == "/metadata/identity/oauth2/token") {
        if (!same_word(net::header_of(request.headers, "Metadata"), "true")) {
            return Answer{400,
                          {{"error", "invalid_request"},
                           {"error_description", "Required metadata header not specified"}}};
        }
        return by_machine(request, world);
    }
    if (path == "/msi/token") {
        if (net::header_of(request.headers, "X-IDENTITY-HEADER").empty()) {
            return Answer{401,
                          {{"error", "unauthorized"},
                           {"error_description", "The header X-IDENTITY-HEADER is missing"}}};
        }
        return by_machine(request, world);
    }
    return std::nullopt;
}

}  // namespace driftless::test::arm
