#include "providers/docker/engine.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <charconv>

#include "providers/docker/calls.hpp"
#include "providers/docker/json_stream.hpp"
#include "providers/net/turns.hpp"

namespace driftless::docker {
namespace {

using namespace std::chrono_literals;
using json = nlohmann::json;

constexpr int deepest = 128;
constexpr std::size_t longest_message = 500;

std::optional<ApiVersion> parse_version(std::string_view text) {
    ApiVersion version;
    const auto* end = text.data() + text.size();
    const auto [dot, wrong] = std::from_chars(text.data(), end, version.major);
    if (wrong != std::errc{} || dot == end || *dot != '.') return std::nullopt;
    const auto [stop, bad] = std::from_chars(dot + 1, end, version.minor);
    if (bad != std::errc{} || stop != end) return std::nullopt;
    return version;
}

Errc code_of(int status) {
    switch (status) {
        case 401: return Errc::unauthenticated;
        case 403: return Errc::forbidden;
        case 404: return Errc::not_found;
        case 409: return Errc::conflict;
        case 429: return Errc::rate_limited;
        default: return status >= 500 ? Errc::unavailable : Errc::invalid;
    }
}

std::string text_of(const json& body, const char* key) {
    if (!body.is_object() || !body.contains(key) || !body[key].is_string()) return {};
    return body[key].get<std::string>();
}

/// What the engine says in a body: its message, or else, from old engines, the bare text.
std::string message_in(const std::string& body) {
    std::string message;
    if (is_nested_at_most(body, deepest)) {
        message = text_of(json::parse(body, nullptr, false), "message");
    }
    if (message.empty()) message = body;
    while (!message.empty() && (message.back() == '\n' || message.back() == '\r'))
        message.pop_back();
    if (message.size() > longest_message) message.resize(longest_message);
    for (char& letter : message) {
        if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F) letter = ' ';
    }
    return message;
}

Error error_in(const net::Response& response) {
    const auto said = message_in(response.body);
    Error error{code_of(response.status), fmt::format("HTTP {}", response.status)};
    if (!said.empty()) error.message += ": " + said;
    const auto after = response.header("Retry-After");
    int seconds = 0;
    const auto [stop, wrong] = std::from_chars(after.data(), after.data() + after.size(), seconds);
    if (wrong == std::errc{} && seconds > 0) error.retry_after = std::chrono::seconds{seconds};
    return with_advice(std::move(error));
}

bool is_success(int status) {
    return (status >= 200 && status < 300) || status == 304;
}

/// The engine was up- or downgraded since we asked; it did nothing.
bool is_wrong_version(const net::Response& response) {
    return response.status == 400 && response.body.find("client version") != std::string::npos;
}

Error not_on_list(const net::Request& request) {
    return {Errc::forbidden,
            fmt::format("{} {} is not a call that driftless makes", net::name(request.method),
                        in_quotes(request.target.substr(0, request.target.find('?'))))};
}

Result<ApiVersion> common_version(ApiVersion highest, ApiVersion lowest) {
    const auto ours = std::min(highest_api, highest);
    if (ours >= lowest_api && ours >= lowest) return ours;
    return Error{
        Errc::invalid,
        fmt::format("the engine speaks API {} to {}, driftless {} to {}; update the older one",
                    to_string(lowest), to_string(highest), to_string(lowest_api),
                    to_string(highest_api))};
}

}  // namespace

bool is_disk_full(const Error& error) {
    return error.message.find("no space left on device") != std::string::npos;
}

Error with_advice(Error error) {
    if (is_disk_full(error)) {
        error.message += "; make room on the engine's disk: `docker system df` tells what takes it";
    }
    return error;
}

std::string to_string(ApiVersion version) {
    return fmt::format("{}.{}", version.major, version.minor);
}

Engine::Engine(net::HttpTransport& transport) : transport_(transport) {}

Engine::~Engine() = default;

asio::awaitable<Result<net::Response>> Engine::send(net::Request request) {
    if (!is_allowed(request.method, request.target)) co_return not_on_list(request);
    auto response = co_await send_versioned(request);
    if (response && is_wrong_version(*response)) {
        forget_version();
        response = co_await send_versioned(request);
    }
    if (!response || is_success(response->status)) co_return response;
    co_return error_in(*response);
}

asio::awaitable<Result<net::Response>> Engine::send_versioned(const net::Request& request) {
    const auto spoken = co_await version();
    if (!spoken) co_return spoken.error();
    net::Request sent = request;
    sent.target = "/v" + to_string(*spoken) + request.target;
    auto response = co_await transport_.send(std::move(sent));
    if (!response && response.error().code == Errc::unavailable) forget_version();
    co_return response;
}

asio::awaitable<Result<std::unique_ptr<net::ResponseStream>>> Engine::open(net::Request request) {
    if (!is_allowed(request.method, request.target)) co_return not_on_list(request);
    const auto spoken = co_await version();
    if (!spoken) co_return spoken.error();
    request.target = "/v" + to_string(*spoken) + request.target;
    auto stream = co_await transport_.open(std::move(request));
    if (!stream) {
        if (stream.error().code == Errc::unavailable) forget_version();
        co_return stream;
    }
    if (is_success((*stream)->status())) co_return stream;
    net::Response response{(*stream)->status(), (*stream)->headers(), {}};
    while (response.body.size() < 4 * longest_message) {
        auto bytes = co_await (*stream)->read(5s);
        if (!bytes || bytes->empty()) break;
        response.body += *bytes;
    }
    if (is_wrong_version(response)) forget_version();
    co_return error_in(response);
}

asio::awaitable<Result<ApiVersion>> Engine::version() {
    if (version_ != ApiVersion{}) co_return version_;
    if (!asking_) asking_ = std::make_unique<net::Turns>(co_await asio::this_coro::executor, 1);
    const int before = refusals_;
    const auto turn = co_await asking_->take();
    if (!turn) co_return turn.error();
    if (version_ != ApiVersion{}) co_return version_;  // the one before us learned it
    if (refusals_ != before) co_return refusal_;
    auto found = co_await negotiate();
    if (found) co_return version_ = *found;
    if (found.error().code != Errc::canceled) ++refusals_;  // else the next one asks itself
    refusal_ = std::move(found).error().in("ask the engine for its version");
    co_return refusal_;
}

asio::awaitable<Result<ApiVersion>> Engine::negotiate() {
    net::Request ping{net::Method::get, "/_ping"};
    ping.deadline = 10s;
    const auto pong = co_await transport_.send(std::move(ping));
    if (!pong) co_return pong.error();
    if (!is_success(pong->status)) co_return error_in(*pong);
    const auto highest = parse_version(pong->header("Api-Version"));
    if (!highest) co_return Error{Errc::invalid, "the answer has no Api-Version; is it an engine?"};
    if (*highest <= highest_api) co_return common_version(*highest, lowest_api);
    net::Request ask{net::Method::get,
                     "/version"};  // newer than we know: does it still speak ours?
    ask.deadline = 10s;
    const auto answer = co_await transport_.send(std::move(ask));
    if (!answer) co_return answer.error();
    if (!is_success(answer->status)) co_return error_in(*answer);
    const auto body = parse_body(*answer);
    if (!body) co_return body.error();
    const auto lowest = parse_version(text_of(*body, "MinAPIVersion"));
    co_return common_version(*highest, lowest.value_or(lowest_api));
}

void Engine::forget_version() {
    version_ = {};
}

Result<json> parse_body(const net::Response& response) {
    if (!is_nested_at_most(response.body, deepest)) {
        return Error{Errc::invalid, "the answer is nested too deeply"};
    }
    auto body = json::parse(response.body, nullptr, false);
    if (!body.is_discarded()) return body;
    return Error{Errc::invalid, "the answer is not JSON"};
}

}  // namespace driftless::docker
