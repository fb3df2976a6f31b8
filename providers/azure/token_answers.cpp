#include "providers/azure/token_answers.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "providers/azure/refusals.hpp"

namespace driftless::azure {
namespace {

using std::chrono::seconds;

constexpr std::size_t most_shown = 300;  // of a description: the first line says it

/// A number of seconds: bare, or as a text.
std::optional<std::int64_t> number_at(const nlohmann::json& body, const char* key) {
    const auto found = body.find(key);
    if (found == body.end()) return std::nullopt;
    if (found->is_number()) return found->get<std::int64_t>();
    if (!found->is_string()) return std::nullopt;
    const auto& text = found->get_ref<const std::string&>();
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
    return number;
}

struct Advice {
    std::string_view code;
    std::string_view what;
};
constexpr std::array advices{
    Advice{"AADSTS7000215", "the secret is wrong: take its value, not its id"},
    Advice{"AADSTS7000222", "the secret has expired: make a new one"},
    Advice{"AADSTS700016", "look at clientId and tenant: this tenant has no such app"},
    Advice{"AADSTS700027", "upload the certificate to the app registration"},
    Advice{"AADSTS700024", "this machine's clock is wrong, or the token in the file is too old"},
    Advice{"AADSTS70021", "give the app a federated credential with that issuer and subject"},
    Advice{"AADSTS700213", "give the app a federated credential with that issuer and subject"},
    Advice{"AADSTS700211", "give the app a federated credential with that issuer and subject"},
    Advice{"AADSTS90002", "look at tenant: there is none of that name"},
    Advice{"AADSTS900023", "look at tenant: expected its id, or a domain"},
    Advice{"AADSTS500011", "look at endpoint: this cloud doesn't know it"},
    Advice{"AADSTS50034", "look at clientId and tenant"},
};

/// The code stands in front: "AADSTS7000215: Invalid client secret provided. …".
std::string_view advice_for(std::string_view description) {
    const std::string_view code = description.substr(0, description.find(':'));
    for (const Advice& advice : advices) {
        if (advice.code == code) return advice.what;
    }
    return "look at the identity that the settings name";
}

std::string text_at(const nlohmann::json& body, const char* key) {
    const auto found = body.find(key);
    return found != body.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

Result<AccessToken> read_token(const nlohmann::json& body, net::WallTime now) {
    if (!body.is_object()) return Error{Errc::invalid, "the answer is no JSON object"};
    std::string token = text_at(body, "access_token");
    if (token.empty()) token = text_at(body, "accessToken");  // of az
    if (token.empty()) return Error{Errc::invalid, "the answer holds no token"};
    const bool clean = token.find_first_of("\r\n \t") == std::string::npos;
    if (!clean) return Error{Errc::invalid, "the answer's token holds white space"};
    AccessToken access{Secret{std::move(token)}, seconds{0}};
    if (const auto whole = number_at(body, "expires_in")) {
        access.good_for = seconds{*whole};
    } else if (const auto end = number_at(body, "expires_on")) {
        const auto since_1970 = std::chrono::floor<seconds>(now.time_since_epoch());
        access.good_for = seconds{*end} - since_1970;
    } else {
        return Error{Errc::invalid, "the answer doesn't say how long its token is good"};
    }
    if (access.good_for > seconds{0}) return access;
    return Error{Errc::invalid, "the token has ended before it came; look at this machine's clock"};
}

Error refused_token(const net::Response& response) {
    const auto body = nlohmann::json::parse(response.body, nullptr, false);
    std::string said = body.is_object() ? text_at(body, "error_description") : "";
    if (said.empty() && body.is_object()) said = text_at(body, "error");
    said = said.substr(0, std::min(said.find_first_of("\r\n"), most_shown));
    const auto wait = retry_after(response.headers);
    if (response.status == 429) {
        return {Errc::rate_limited, "HTTP 429: too many tokens were asked for; waiting", wait};
    }
    if (response.status >= 500 || !body.is_object()) {
        return {Errc::unavailable,
                fmt::format("HTTP {}: {}", response.status,
                            said.empty() ? "the answer is not from Microsoft Entra" : said),
                wait};
    }
    return {Errc::unauthenticated,
            fmt::format("HTTP {}: {}; {}", response.status,
                        said.empty() ? "no reason is given" : said, advice_for(said))};
}

}  // namespace driftless::azure
