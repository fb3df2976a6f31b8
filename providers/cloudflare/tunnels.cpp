#include "providers/cloudflare/tunnels.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "providers/cloudflare/answers.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::size_t most_a_page = 1'000;

// 1002: no such tunnel; 1013: a living one has the name; 1022: it has connections.
const Family tunnels{.permission = "Cloudflare Tunnel", .absent = {1002}, .taken = {1013, 1022}};
// 1055: the tunnel is there, and nobody has configured it.
const Family configurations{.permission = "Cloudflare Tunnel", .absent = {1055}, .taken = {}};
const Family tokens{.permission = "", .absent = {1002, 1054}, .taken = {}};

bool is_deleted(const json& shown) {
    const auto found = shown.find("deleted_at");
    return found != shown.end() && !found->is_null();
}

/// Older answers say it in another word.
bool is_remote(const json& shown) {
    const auto remote = shown.find("remote_config");
    return text_of(shown, "config_src") == "cloudflare" ||
           (!shown.contains("config_src") && remote != shown.end() && *remote == true);
}

/// What lost its connection is still told of for minutes.
bool is_connected(const json& connector) {
    const auto conns = connector.find("conns");
    if (conns == connector.end() || !conns->is_array()) return true;
    return std::ranges::any_of(*conns, [](const json& one) {
        return one.is_object() && one.value("is_pending_reconnect", json(false)) != true;
    });
}

}  // namespace

Result<Tunnel> parse_tunnel(const json& shown) {
    Tunnel tunnel;
    if (shown.is_object()) {
        tunnel = {text_of(shown, "id"), text_of(shown, "name"), is_remote(shown),
                  text_of(shown, "status")};
    }
    if (!tunnel.id.empty()) return tunnel;
    return Error{Errc::unavailable, "the answer's tunnel has no id"};
}

std::optional<TunnelConfig> parse_tunnel_config(const json& shown) {
    if (!shown.is_object()) return std::nullopt;
    const auto config = shown.find("config");
    if (config == shown.end() || !config->is_object()) return std::nullopt;
    const auto version = shown.find("version");
    const bool is_told = version != shown.end() && version->is_number_integer();
    return TunnelConfig{*config, is_told ? version->get<std::int64_t>() : 0};
}

std::string Tunnels::path(const std::string& id, std::string_view below) const {
    return fmt::format("/accounts/{}/cfd_tunnel/{}{}", percent_encoded(account_.id()),
                       percent_encoded(id), below);
}

asio::awaitable<Result<std::vector<Tunnel>>> Tunnels::list() {
    ListCall call{
        fmt::format("/accounts/{}/cfd_tunnel?is_deleted=false", percent_encoded(account_.id())),
        most_a_page};
    std::vector<Tunnel> all;
    TakeItem take = [&all](const json& shown) -> Result<void> {
        if (is_deleted(shown)) return {};
        auto tunnel = parse_tunnel(shown);
        if (!tunnel) return std::move(tunnel).error();
        all.push_back(*std::move(tunnel));
        return {};
    };
    auto listed = co_await account_.list(tunnels, std::move(call), std::move(take));
    if (!listed) co_return std::move(listed).error().in("list tunnels");
    co_return all;
}

asio::awaitable<Result<Tunnel>> Tunnels::create(std::string name) {
    const std::string doing = "create tunnel " + in_quotes(name);
    Call call;
    call.method = net::Method::post;
    call.path = fmt::format("/accounts/{}/cfd_tunnel", percent_encoded(account_.id()));
    call.body = {{"name", std::move(name)}, {"config_src", "cloudflare"}};
    call.secret = true;  // some versions of the API answer with its token
    auto answer = co_await account_.send(tunnels, std::move(call));
    if (!answer) co_return std::move(answer).error().in(doing);
    auto tunnel = parse_tunnel(answer->result);
    if (!tunnel) co_return std::move(tunnel).error().in(doing);
    co_return tunnel;
}

asio::awaitable<Result<void>> Tunnels::rename(std::string id, std::string name) {
    const std::string doing = fmt::format("name tunnel {} {}", id, in_quotes(name));
    Call call;
    call.method = net::Method::patch;
    call.path = path(id);
    call.body = {{"name", std::move(name)}};
    auto answer = co_await account_.send(tunnels, std::move(call));
    if (!answer) co_return std::move(answer).error().in(doing);
    co_return Result<void>{};
}

asio::awaitable<Result<Secret>> Tunnels::token(std::string id) {
    const std::string doing = "read the token of tunnel " + id;
    Call call;
    call.path = path(id, "/token");
    call.secret = true;
    auto answer = co_await account_.send(tokens, std::move(call));
    if (!answer) {
        Error error = std::move(answer).error().in(doing);
        if (error.code == Errc::forbidden) {
            error.message += "; it takes the permission Cloudflare Tunnel Write";
        }
        co_return error;
    }
    if (answer->result.is_string()) co_return Secret{answer->result.get<std::string>()};
    co_return Error{Errc::unavailable, doing + ": the answer's result is no text"};
}

asio::awaitable<Result<std::optional<TunnelConfig>>> Tunnels::configuration(std::string id) {
    Call call;
    call.path = path(id, "/configurations");
    auto answer = co_await account_.send(configurations, std::move(call));
    if (answer) co_return parse_tunnel_config(answer->result);
    if (answer.error().code == Errc::not_found) co_return std::optional<TunnelConfig>{};
    co_return std::move(answer).error().in("read the configuration of tunnel " + id);
}

asio::awaitable<Result<std::int64_t>> Tunnels::configure(std::string id, json config) {
    const std::string doing = "configure tunnel " + id;
    Call call;
    call.method = net::Method::put;
    call.path = path(id, "/configurations");
    call.body = {{"config", std::move(config)}};
    auto answer = co_await account_.send(configurations, std::move(call));
    if (!answer) co_return std::move(answer).error().in(doing);
    const auto now = parse_tunnel_config(answer->result);
    if (now) co_return now->version;
    co_return Error{Errc::unavailable,
                    doing + ": the answer shows none; the next look shows what is there"};
}

asio::awaitable<Result<std::size_t>> Tunnels::connectors(std::string id) {
    ListCall call{path(id, "/connections"), most_a_page};
    std::size_t count = 0;
    TakeItem take = [&count](const json& shown) -> Result<void> {
        if (is_connected(shown)) ++count;
        return {};
    };
    auto listed = co_await account_.list(tunnels, std::move(call), std::move(take));
    if (!listed) co_return std::move(listed).error().in("list connections of tunnel " + id);
    co_return count;
}

asio::awaitable<Result<void>> Tunnels::cut(std::string id) {
    Call call;
    call.method = net::Method::del;
    call.path = path(id, "/connections");
    auto answer = co_await account_.send(tunnels, std::move(call));
    if (!answer) co_return std::move(answer).error().in("clean up connections of tunnel " + id);
    co_return Result<void>{};
}

asio::awaitable<Result<void>> Tunnels::remove(std::string id) {
    Call call;
    call.method = net::Method::del;
    call.path = path(id);
    auto answer = co_await account_.send(tunnels, std::move(call));
    if (!answer) co_return std::move(answer).error().in("delete tunnel " + id);
    co_return Result<void>{};
}

}  // namespace driftless::cloudflare
