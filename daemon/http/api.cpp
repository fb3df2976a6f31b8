#include "daemon/http/api.hpp"

#include <algorithm>
#include <charconv>

#include "daemon/http/query.hpp"
#include "daemon/http/views.hpp"

namespace driftless::http {
namespace {

using net::ServerResponse;

constexpr std::string_view plans = "/api/v1/plans/";
constexpr std::size_t most_history = 1000;

ServerResponse reply(int status, const json& body) {
    return {.status = status,
            .headers = {{"Content-Type", "application/json"}},
            // What a provider said may not be UTF-8, which a dump would throw at.
            .body = body.dump(-1, ' ', false, json::error_handler_t::replace) + "\n"};
}

int status_for(Errc code) {
    switch (code) {
        case Errc::invalid: return 400;
        case Errc::unauthenticated: return 401;
        case Errc::forbidden: return 403;
        case Errc::not_found: return 404;
        case Errc::conflict: return 409;
        case Errc::rate_limited: return 429;
        case Errc::internal: return 500;
        default: return 503;
    }
}

ServerResponse refusal(const Error& error) {
    return net::problem(status_for(error.code), name(error.code), error.message);
}

ServerResponse accepted() {
    return reply(202, {{"accepted", true}});
}

/// What there is, for whoever opens the printed address.
json contents() {
    json links = json::array();
    for (const char* path : {"/healthz", "/readyz", "/api/v1/status", "/api/v1/targets",
                             "/api/v1/resources", "/api/v1/plans/{target}", "/api/v1/history"}) {
        links.push_back({{"path", path}});
    }
    return {{"name", "driftless"}, {"version", DRIFTLESS_VERSION}, {"links", std::move(links)}};
}

bool is_write_path(const std::string& path) {
    return path == "/api/v1/reconcile" || path == "/api/v1/confirm" || path == "/api/v1/adopt";
}

ServerResponse wrong_method(const std::string& allowed) {
    auto answer = net::problem(405, "Method Not Allowed", "this address takes " + allowed);
    answer.headers.emplace_back("Allow", allowed);
    return answer;
}

ServerResponse unknown(const std::string& path) {
    return net::problem(404, "Not Found", "nothing at " + in_quotes(path));
}

Result<std::string> text_at(const json& body, const char* key) {
    const auto found = body.find(key);
    if (found == body.end() || !found->is_string()) {
        return Error{Errc::invalid, fmt::format("\"{}\": expected a text", key)};
    }
    return found->get<std::string>();
}

/// {"targets": [{"name": "mini1"}, …]}; left out: all
Result<std::vector<std::string>> names_in(const json& body) {
    std::vector<std::string> names;
    const auto found = body.find("targets");
    if (found == body.end()) return names;
    if (!found->is_array()) return Error{Errc::invalid, "\"targets\": expected a list of objects"};
    for (const json& one : *found) {
        auto text = one.is_object() ? text_at(one, "name")
                                    : Error{Errc::invalid, "\"targets\": expected objects"};
        if (!text) return std::move(text).error();
        names.push_back(std::move(*text));
    }
    return names;
}

Result<json> parsed(const std::string& text) {
    const auto shallow = [](int depth, json::parse_event_t, json&) { return depth <= 8; };
    json body = json::parse(text.empty() ? "{}" : text, shallow, false);
    if (body.is_discarded() || !body.is_object()) {
        return Error{Errc::invalid, "the body is not a JSON object"};
    }
    return body;
}

/// Nothing of ours is a page: no browser may guess, keep or embed it.
void guard(ServerResponse& response) {
    response.headers.emplace_back("Cache-Control", "no-store");
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
    response.headers.emplace_back("Content-Security-Policy",
                                  "default-src 'none'; frame-ancestors 'none'");
}

}  // namespace

asio::awaitable<ServerResponse> Api::handle(net::ServerRequest request) {
    auto refusal = refused(request, access_);
    // Not in one expression: GCC 12 destroys what a conditional with a co_await gives twice.
    ServerResponse response;
    if (refusal) {
        response = std::move(*refusal);
    } else {
        response = co_await answer(request);
    }
    guard(response);
    if (request.method == net::Method::head) response.body.clear();
    co_return response;
}

asio::awaitable<ServerResponse> Api::answer(const net::ServerRequest& request) {
    const auto address = parse_address(request.target);
    if (!address) co_return refusal(address.error());
    const bool reads = request.method == net::Method::get || request.method == net::Method::head;
    if (is_write_path(address->path)) {
        if (request.method != net::Method::post) co_return wrong_method("POST");
        co_return co_await write(address->path, request.body);
    }
    if (!reads) co_return wrong_method("GET, HEAD");
    co_return co_await read(address->path, address->query);
}

asio::awaitable<ServerResponse> Api::read(const std::string& path,
                                          const std::map<std::string, std::string>& query) {
    const auto key = query.find("key");
    if (path == "/") co_return reply(200, contents());
    if (path == "/healthz") co_return reply(200, {{"status", "alive"}});
    if (path == "/readyz") co_return ready();
    if (path == "/api/v1/status") co_return reply(200, view_of(control_.overview()));
    if (path == "/api/v1/targets") co_return reply(200, targets_view(control_.overview()));
    if (path == "/api/v1/resources") co_return resources(key == query.end() ? "" : key->second);
    if (path == "/api/v1/history") co_return co_await history(query);
    if (path.starts_with(plans)) co_return plan(path.substr(plans.size()));
    co_return unknown(path);
}

ServerResponse Api::ready() const {
    const auto ready = control_.ready();
    return ready ? reply(200, {{"status", "ready"}}) : refusal(ready.error());
}

ServerResponse Api::resources(const std::string& key) const {
    json view = resources_view(control_.overview(), key);
    if (!key.empty() && view["resources"].empty()) {
        return net::problem(404, "Not Found", "no resource " + in_quotes(key));
    }
    return reply(200, view);
}

ServerResponse Api::plan(const std::string& target) const {
    const Overview overview = control_.overview();
    const auto found = overview.targets.find(target);
    if (found == overview.targets.end()) {
        return net::problem(404, "Not Found", "no target " + in_quotes(target));
    }
    return reply(200, view_of(found->second.plan));
}

asio::awaitable<ServerResponse> Api::history(std::map<std::string, std::string> query) {
    std::size_t limit = 50;
    if (const auto given = query.find("limit"); given != query.end()) {
        const std::string& text = given->second;
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), limit);
        if (failed != std::errc{} || end != text.data() + text.size()) {
            co_return net::problem(400, "Bad Request", "limit: expected a whole number");
        }
    }
    const auto entries = co_await control_.history(query["key"], std::min(limit, most_history));
    if (!entries) co_return refusal(entries.error());
    co_return reply(200, view_of(*entries));
}

asio::awaitable<ServerResponse> Api::write(const std::string& path, const std::string& text) {
    const auto body = parsed(text);
    if (!body) co_return refusal(body.error());
    Result<void> done;
    if (path == "/api/v1/reconcile") {
        const auto names = names_in(*body);
        done = names ? control_.reconcile(*names) : Result<void>{names.error()};
    } else if (path == "/api/v1/confirm") {
        const auto hash = text_at(*body, "hash");
        if (!hash) co_return refusal(hash.error());
        done = co_await control_.confirm(*hash);
    } else {
        const auto written = text_at(*body, "key");
        if (!written) co_return refusal(written.error());
        auto key = parse_resource_key(*written);
        if (!key) co_return refusal(key.error());
        done = co_await control_.adopt(std::move(*key));
    }
    co_return done ? accepted() : refusal(done.error());
}

}  // namespace driftless::http
