#pragma once

#include <nlohmann/json.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "providers/net/http.hpp"

namespace driftless::test {

using json = nlohmann::json;

/// One request to the API, taken apart.
struct CloudflareRequest {
    net::Method method = net::Method::get;
    std::string target;                                      ///< as it came, /client/v4 included
    std::vector<std::string> steps;                          ///< of the path, decoded
    std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in the order they came
    net::Headers headers;
    std::string body;
    std::string route;  ///< "POST /zones/{}/dns_records"; empty where nothing answers

    [[nodiscard]] bool writes() const {
        return method != net::Method::get && method != net::Method::head;
    }
    [[nodiscard]] bool has(std::string_view key) const;
    [[nodiscard]] std::string query_or(std::string_view key, const std::string& otherwise) const;
    [[nodiscard]] std::string text() const;  ///< "POST /zones/…/dns_records?x=y"
};

/// Out of what a client sent. The path must begin with /client/v4, else it has no steps.
CloudflareRequest cloudflare_request(net::Method method, std::string target, net::Headers headers,
                                     std::string body);

struct CloudflareAnswer {
    int status = 200;
    std::string body;
    net::Headers headers;
};

/// What a handler throws to refuse: becomes the envelope with `success: false`.
struct CloudflareRefusal {
    int status;
    int code;
    std::string message;
    json chain = nullptr;  ///< error_chain, an array; null: none
};

/// {"success": true, "errors": [], "messages": [], "result": …}
CloudflareAnswer cloudflare_answer(json result, int status = 200);
CloudflareAnswer cloudflare_refusal(const CloudflareRefusal& refusal);
/// The page of `all` that the request asks for: with result_info, empty past the end.
struct PageLimits {
    std::size_t least = 1;
    std::size_t most = 1000;
    std::size_t usual = 20;
    int refused_with = 1004;  ///< the code that a per_page out of range gets
};
struct Page {
    std::size_t number = 1;
    std::size_t size = 20;
    std::size_t begin = 0;  ///< of what there is
    std::size_t end = 0;
};
Page page_of(const CloudflareRequest& request, std::size_t total, PageLimits limits);
CloudflareAnswer paged_answer(json result, const Page& page, std::size_t total);
/// A list of which everything is in memory as JSON.
CloudflareAnswer paged_answer(const CloudflareRequest& request, const std::vector<json>& all,
                              PageLimits limits);

/// The body as an object. Refuses what is no JSON (6007).
json body_of(const CloudflareRequest& request);
/// A member, or `otherwise` where it is absent or null.
json member_or(const json& object, std::string_view key, const json& otherwise);
std::string text_or(const json& object, std::string_view key, const std::string& otherwise);

std::string lower(std::string_view text);
std::string percent_decoded(std::string_view text);
std::string base64_of(std::string_view bytes);
/// @return nothing where it is no base64
std::optional<std::string> from_base64(std::string_view text);

}  // namespace driftless::test
