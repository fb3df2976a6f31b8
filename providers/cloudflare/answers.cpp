#include "providers/cloudflare/answers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "providers/net/allowance.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::chrono::seconds longest_block{300};  // what the documentation says of a 429
constexpr std::chrono::seconds longest_wait{3'600};

/// What the answer says went wrong: its codes, those of chains included, and its words.
struct Complaint {
    std::vector<int> codes;
    std::string words;
};

void add(const json& errors, Complaint& complaint) {
    if (!errors.is_array()) return;
    for (const json& error : errors) {
        if (!error.is_object()) continue;
        const auto code = error.find("code");
        const int number = code != error.end() && code->is_number_integer() ? code->get<int>() : 0;
        complaint.codes.push_back(number);
        if (!complaint.words.empty()) complaint.words += "; ";
        complaint.words += fmt::format("{} ({})", text_of(error, "message"), number);
        if (error.contains("error_chain")) add(error["error_chain"], complaint);
    }
}

bool has_any(const Complaint& complaint, const std::vector<int>& codes) {
    return std::ranges::any_of(codes, [&](int code) {
        return std::ranges::find(complaint.codes, code) != complaint.codes.end();
    });
}

std::chrono::seconds wait_of(const net::Response& response) {
    const net::Allowance said = net::read_allowance(429, response.headers);
    return std::min(said.silence.value_or(longest_block), longest_wait);
}

Errc code_of(const Family& family, int status, const Complaint& complaint) {
    if (status == 429 || has_any(complaint, {10429, 971})) return Errc::rate_limited;
    if (status >= 500) return Errc::unavailable;
    if (has_any(complaint, family.absent)) return Errc::not_found;
    if (has_any(complaint, family.taken)) return Errc::conflict;
    if (has_any(complaint, {10000, 9109})) return Errc::forbidden;
    if (status == 401 || has_any(complaint, {6003, 1000, 9106})) return Errc::unauthenticated;
    if (status == 403) return Errc::forbidden;
    if (status == 409) return Errc::conflict;
    return Errc::invalid;
}

std::string advice_for(Errc code, const Family& family, bool wrote) {
    if (code == Errc::unauthenticated) return "; look at the token that the settings name";
    if (code != Errc::forbidden || family.permission.empty()) return "";
    return fmt::format("; give the token the permission {} {}, for this account or zone",
                       family.permission, wrote ? "Write" : "Read");
}

Error error_of(const Family& family, const net::Response& response, const json& body, bool wrote) {
    Complaint complaint;
    if (body.is_object() && body.contains("errors")) add(body["errors"], complaint);
    Error error{code_of(family, response.status, complaint), ""};
    const std::string words = complaint.words.empty() ? "no reason is given" : complaint.words;
    error.message =
        fmt::format("HTTP {}: {}{}", response.status, words, advice_for(error.code, family, wrote));
    if (error.code == Errc::rate_limited) error.retry_after = wait_of(response);
    const std::string ray = response.header("CF-Ray");
    if (!ray.empty()) error.message += fmt::format(" (request {})", ray);
    return error;
}

}  // namespace

std::string text_of(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

Result<Answer> open_answer(const Family& family, const net::Response& response, Telling telling) {
    json body = json::parse(response.body, nullptr, false);
    const bool is_envelope = body.is_object();
    if (!is_envelope && response.status != 429 && response.status != 401 &&
        response.status != 403) {
        const std::string what = telling.secret ? fmt::format("{} bytes", response.body.size())
                                                : in_quotes(response.body.substr(0, 60));
        return Error{Errc::unavailable, fmt::format("HTTP {}: the answer is no JSON object but {}",
                                                    response.status, what)};
    }
    const bool success = is_envelope && body.contains("success") && body["success"] == true;
    if (response.status >= 400 || !success) {
        return error_of(family, response, body, telling.wrote);
    }
    Answer answer;
    if (body.contains("result")) answer.result = std::move(body["result"]);
    if (body.contains("result_info")) answer.info = std::move(body["result_info"]);
    return answer;
}

}  // namespace driftless::cloudflare
