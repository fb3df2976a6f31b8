#include "tests/support/fake_cloudflare_http.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace driftless::test {

namespace {

constexpr std::string_view root = "/client/v4";

/// The piece of `text` from `at` to the next `mark`; moves `at` behind it.
std::string_view piece(std::string_view text, std::size_t& at, char mark) {
    const std::size_t end = std::min(text.find(mark, at), text.size());
    const std::string_view found = text.substr(at, end - at);
    at = end + 1;
    return found;
}

json envelope(bool success) {
    return {{"success", success}, {"errors", json::array()}, {"messages", json::array()}};
}

CloudflareAnswer as_json(int status, const json& body) {
    using Handling = json::error_handler_t;  // what a client sent may be no UTF-8
    return {status,
            body.dump(-1, ' ', false, Handling::replace),
            {{"Content-Type", "application/json"}}};
}

std::size_t number_in(const CloudflareRequest& request, std::string_view key, std::size_t otherwise,
                      const PageLimits& limits) {
    if (!request.has(key)) return otherwise;
    const std::string text = request.query_or(key, "");
    std::size_t number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc{} || end != text.data() + text.size()) {
        throw CloudflareRefusal{400, limits.refused_with, fmt::format("Invalid {}: {}", key, text)};
    }
    return number;
}

}  // namespace

bool CloudflareRequest::has(std::string_view key) const {
    return std::ranges::any_of(query, [&](const auto& pair) { return pair.first == key; });
}

std::string CloudflareRequest::query_or(std::string_view key, const std::string& otherwise) const {
    const auto found =
        std::ranges::find_if(query, [&](const auto& pair) { return pair.first == key; });
    return found == query.end() ? otherwise : found->second;
}

std::string CloudflareRequest::text() const {
    const std::size_t skip = target.starts_with(root) ? root.size() : 0;
    return fmt::format("{} {}", net::name(method), target.substr(skip));
}

CloudflareRequest cloudflare_request(net::Method method, std::string target, net::Headers headers,
                                     std::string body) {
    CloudflareRequest request{
        method, std::move(target), {}, {}, std::move(headers), std::move(body), {}};
    std::string_view rest{request.target};
    if (!rest.starts_with(root)) return request;
    rest.remove_prefix(root.size());
    const std::size_t question = std::min(rest.find('?'), rest.size());
    const std::string_view path = rest.substr(0, question);
    for (std::size_t at = 0; at < path.size();) {
        const std::string_view step = piece(path, at, '/');
        if (!step.empty()) request.steps.push_back(percent_decoded(step));
    }
    if (question == rest.size()) return request;
    const std::string_view query = rest.substr(question + 1);
    for (std::size_t at = 0; at < query.size();) {
        const std::string_view pair = piece(query, at, '&');
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const std::string_view value =
            equals < pair.size() ? pair.substr(equals + 1) : std::string_view{};
        if (!pair.empty()) {
            request.query.emplace_back(percent_decoded(pair.substr(0, equals)),
                                       percent_decoded(value));
        }
    }
    return request;
}

CloudflareAnswer cloudflare_answer(json result, int status) {
    json body = envelope(true);
    body["result"] = std::move(result);
    return as_json(status, body);
}

CloudflareAnswer cloudflare_refusal(const CloudflareRefusal& refusal) {
    json body = envelope(false);
    json error = {{"code", refusal.code}, {"message", refusal.message}};
    if (refusal.chain.is_array()) error["error_chain"] = refusal.chain;
    body["errors"].push_back(std::move(error));
    body["result"] = nullptr;
    return as_json(refusal.status, body);
}

Page page_of(const CloudflareRequest& request, std::size_t total, PageLimits limits) {
    Page page;
    page.size = number_in(request, "per_page", limits.usual, limits);
    page.number = number_in(request, "page", 1, limits);
    if (page.size < limits.least || page.size > limits.most || page.number < 1) {
        throw CloudflareRefusal{400, limits.refused_with,
                                fmt::format("Invalid list options: page {}, per_page {} (from {} "
                                            "to {})",
                                            page.number, page.size, limits.least, limits.most)};
    }
    page.begin = std::min(total, (page.number - 1) * page.size);
    page.end = std::min(total, page.begin + page.size);
    return page;
}

CloudflareAnswer paged_answer(json result, const Page& page, std::size_t total) {
    json body = envelope(true);
    body["result_info"] = {{"page", page.number},
                           {"per_page", page.size},
                           {"count", result.size()},
                           {"total_count", total},
                           {"total_pages", (total + page.size - 1) / page.size}};
    body["result"] = std::move(result);
    return as_json(200, body);
}

CloudflareAnswer paged_answer(const CloudflareRequest& request, const std::vector<json>& all,
                              PageLimits limits) {
    const Page page = page_of(request, all.size(), limits);
    json result = json::array();
    for (std::size_t at = page.begin; at < page.end; ++at) result.push_back(all[at]);
    return paged_answer(std::move(result), page, all.size());
}

json body_of(const CloudflareRequest& request) {
    // The service takes JSON under text/plain, too: some clients send it so.
    json body = json::parse(request.body.empty() ? "{}" : request.body, nullptr, false);
    if (body.is_discarded()) throw CloudflareRefusal{400, 6007, "Malformed JSON in request body"};
    return body;
}

json member_or(const json& object, std::string_view key, const json& otherwise) {
    if (!object.is_object()) return otherwise;
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? otherwise : *found;
}

std::string text_or(const json& object, std::string_view key, const std::string& otherwise) {
    const json found = member_or(object, key, nullptr);
    return found.is_string() ? found.get<std::string>() : otherwise;
}

std::string lower(std::string_view text) {
    std::string low{text};
    for (char& c : low) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return low;
}

std::string percent_decoded(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned byte = 0;
        const bool escape =
            text[at] == '%' && at + 2 < text.size() &&
            std::from_chars(text.data() + at + 1, text.data() + at + 3, byte, 16).ptr ==
                text.data() + at + 3;
        if (escape) {
            plain += static_cast<char>(byte);
            at += 2;
        } else {
            plain += text[at] == '+' ? ' ' : text[at];
        }
    }
    return plain;
}

constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64_of(std::string_view bytes) {
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            const bool there = at + i < bytes.size();
            group = (group << 8) | (there ? static_cast<unsigned char>(bytes[at + i]) : 0u);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            const bool there = at + i < bytes.size() + 1;
            text += there ? base64_digits[(group >> (18 - 6 * i)) & 63] : '=';
        }
    }
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    while (!text.empty() && text.back() == '=') text.remove_suffix(1);
    std::string bytes;
    std::uint32_t group = 0;
    int bits = 0;
    for (const char c : text) {
        const std::size_t digit = base64_digits.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        group = (group << 6) | static_cast<std::uint32_t>(digit);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>((group >> bits) & 0xff);
        }
    }
    return bytes;
}

}  // namespace driftless::test
