// Tunnels of cloudflared: soft deletion, tokens, remote configuration, connectors.
#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_cloudflare_account.hpp"

namespace driftless::test {

namespace {

bool is_deleted(const json& tunnel) {
    return !tunnel.at("deleted_at").is_null();
}

json& tunnel_of(CloudflareCall& call) {
    const auto found = call.world.state.tunnels.find(call.ids.at(1));
    if (found == call.world.state.tunnels.end()) {
        throw CloudflareRefusal{404, 1002, "Tunnel not found"};
    }
    return found->second;
}

json& living_tunnel_of(CloudflareCall& call) {
    json& tunnel = tunnel_of(call);
    if (is_deleted(tunnel)) throw CloudflareRefusal{404, 1002, "Tunnel not found: it was deleted"};
    return tunnel;
}

std::vector<CloudflareConnector>& connectors_of(CloudflareWorld& world, const json& tunnel) {
    return world.state.connectors[tunnel.at("id")];
}

json connection_shown(const CloudflareConnector& connector, std::size_t index) {
    return {{"id", fmt::format("{}{}", connector.id.substr(0, 35), index)},
            {"uuid", fmt::format("{}{}", connector.id.substr(0, 35), index)},
            {"client_id", connector.id},
            {"client_version", "2026.1.0"},
            {"colo_name", index % 2 == 0 ? "lhr01" : "man01"},
            {"is_pending_reconnect", !connector.running},
            {"opened_at", connector.since},
            {"origin_ip", "198.51.100.1"}};
}

json connections_shown(const CloudflareConnector& connector) {
    json list = json::array();
    for (std::size_t i = 0; i < 4; ++i) list.push_back(connection_shown(connector, i));
    return list;
}

json tunnel_shown(CloudflareWorld& world, const json& tunnel) {
    json shown = visible(tunnel);
    const bool remote = tunnel.at("config_src") == "cloudflare";
    if (!world.habits.shows_config_src) shown.erase("config_src");
    shown["remote_config"] = remote;
    shown["connections"] = json::array();
    const auto& connectors = connectors_of(world, tunnel);
    for (const CloudflareConnector& connector : connectors) {
        for (const json& one : connections_shown(connector)) shown["connections"].push_back(one);
    }
    const bool connected = !connectors.empty();
    const bool was = !tunnel.at("conns_active_at").is_null();
    shown["status"] = connected ? "healthy" : was ? "down" : "inactive";
    return shown;
}

std::string secret_of(CloudflareWorld& world, const json& body) {
    const std::string sent = text_or(body, "tunnel_secret", "");
    if (sent.empty()) return base64_of(net::random_hex(world.random, 16));  // 32 bytes
    const auto bytes = from_base64(sent);
    if (!bytes || bytes->size() < 32) {
        throw CloudflareRefusal{400, 1001, "tunnel_secret must be 32 bytes or more, in base64"};
    }
    return sent;
}

std::string token_of(const CloudflareWorld& world, const json& tunnel) {
    const json content = {
        {"a", world.account}, {"t", tunnel.at("id")}, {"s", tunnel.at("_secret")}};
    return base64_of(content.dump());
}

void must_be_new(const CloudflareWorld& world, const std::string& name, const json& self) {
    if (name.empty()) throw CloudflareRefusal{400, 1001, "A tunnel needs a name"};
    for (const auto& [id, other] : world.state.tunnels) {
        const bool same = other.at("name") == name && !is_deleted(other);
        if (same && other.at("id") != member_or(self, "id", "")) {
            throw CloudflareRefusal{409, 1013, "You already have a tunnel with this name"};
        }
    }
}

// ---- endpoints

bool tunnel_fits(const CloudflareRequest& asked, const json& shown) {
    const std::string name = shown.at("name");
    if (asked.has("is_deleted") &&
        is_deleted(shown) != (asked.query_or("is_deleted", "") == "true")) {
        return false;
    }
    if (asked.query_or("name", name) != name) return false;
    if (asked.query_or("uuid", shown.at("id")) != shown.at("id")) return false;
    if (asked.query_or("status", shown.at("status")) != shown.at("status")) return false;
    if (!name.starts_with(asked.query_or("include_prefix", ""))) return false;
    const std::string excluded = asked.query_or("exclude_prefix", "");
    return excluded.empty() || !name.starts_with(excluded);
}

CloudflareAnswer list_tunnels(CloudflareCall& call) {
    std::vector<json> found;
    for (const auto& [id, tunnel] : call.world.state.tunnels) {
        json shown = tunnel_shown(call.world, tunnel);
        if (tunnel_fits(call.request, shown)) found.push_back(std::move(shown));
    }
    CloudflareAnswer answer = paged_answer(call.request, found, {1, 1000, 1000, 1001});
    json body = json::parse(answer.body);
    body["result_info"].erase("total_pages");  // as recorded
    answer.body = body.dump();
    return answer;
}

CloudflareAnswer create_tunnel(CloudflareCall& call) {
    CloudflareWorld& world = call.world;
    const json body = body_of(call.request);
    const std::string name = text_or(body, "name", "");
    const std::string source = text_or(body, "config_src", "local");
    must_be_new(world, name, nullptr);
    if (source != "local" && source != "cloudflare") {
        throw CloudflareRefusal{400, 1001, "config_src must be local or cloudflare"};
    }
    const json tunnel = {{"id", world.uuid()},
                         {"account_tag", world.account},
                         {"name", name},
                         {"created_at", world.now()},
                         {"deleted_at", nullptr},
                         {"conns_active_at", nullptr},
                         {"conns_inactive_at", world.now()},
                         {"tun_type", "cfd_tunnel"},
                         {"metadata", json::object()},
                         {"config_src", source},
                         {"_secret", secret_of(world, body)}};
    world.state.tunnels[tunnel.at("id")] = tunnel;
    json shown = tunnel_shown(world, tunnel);
    if (world.habits.shows_tunnel_token) {
        shown["token"] = token_of(world, tunnel);
        shown["credentials_file"] = {{"AccountTag", world.account},
                                     {"TunnelID", tunnel.at("id")},
                                     {"TunnelName", name},
                                     {"TunnelSecret", tunnel.at("_secret")}};
    }
    return cloudflare_answer(std::move(shown));
}

CloudflareAnswer get_tunnel(CloudflareCall& call) {
    return cloudflare_answer(tunnel_shown(call.world, tunnel_of(call)));
}

CloudflareAnswer patch_tunnel(CloudflareCall& call) {
    json& tunnel = living_tunnel_of(call);
    const json body = body_of(call.request);
    if (body.contains("name")) {
        must_be_new(call.world, text_or(body, "name", ""), tunnel);
        tunnel["name"] = body["name"];
    }
    if (body.contains("tunnel_secret")) tunnel["_secret"] = secret_of(call.world, body);
    return cloudflare_answer(tunnel_shown(call.world, tunnel));
}

CloudflareAnswer delete_tunnel(CloudflareCall& call) {
    json& tunnel = living_tunnel_of(call);
    auto& connectors = connectors_of(call.world, tunnel);
    if (!connectors.empty() && call.request.query_or("cascade", "false") != "true") {
        throw CloudflareRefusal{400, 1022,
                                "Cannot delete tunnel because it has active connections"};
    }
    connectors.clear();
    tunnel["deleted_at"] = call.world.now();
    return cloudflare_answer(tunnel_shown(call.world, tunnel));
}

CloudflareAnswer get_token(CloudflareCall& call) {
    const json& tunnel = tunnel_of(call);
    if (is_deleted(tunnel)) throw CloudflareRefusal{404, 1054, "This tunnel has no token"};
    return cloudflare_answer(token_of(call.world, tunnel));
}

int config_version_of(const CloudflareWorld& world, const json& tunnel) {
    const json config = member_or(tunnel, "_config", nullptr);
    if (config.is_null() || tunnel.at("config_src") != "cloudflare") return 0;
    const int version = config.at("version");
    const std::chrono::milliseconds put{tunnel.at("_config_put_ms").get<std::int64_t>()};
    const auto now = world.clock.now().time_since_epoch();
    return now - put < world.habits.config_reaches_in ? version - 1 : version;
}

CloudflareAnswer list_connections(CloudflareCall& call) {
    const json& tunnel = tunnel_of(call);
    std::vector<json> found;
    for (const CloudflareConnector& connector : connectors_of(call.world, tunnel)) {
        found.push_back({{"id", connector.id},
                         {"arch", "linux_arm64"},
                         {"config_version", config_version_of(call.world, tunnel)},
                         {"conns", connections_shown(connector)},
                         {"features", {"serialized_headers", "allow_remote_config"}},
                         {"run_at", connector.since},
                         {"version", "2026.1.0"}});
    }
    return paged_answer(call.request, found, {1, 1000, 1000, 1001});
}

/// Cuts all: who still runs is back at once.
CloudflareAnswer delete_connections(CloudflareCall& call) {
    const json& tunnel = living_tunnel_of(call);
    const std::string only = call.request.query_or("client_id", "");
    std::erase_if(connectors_of(call.world, tunnel), [&only](const CloudflareConnector& connector) {
        return !connector.running && (only.empty() || only == connector.id);
    });
    return cloudflare_answer(nullptr);
}

}  // namespace

json visible(const json& object) {
    json shown = json::object();
    for (const auto& [key, value] : object.items()) {
        if (!key.starts_with('_')) shown[key] = value;
    }
    return shown;
}

CloudflareAnswer get_configuration(CloudflareCall& call);
CloudflareAnswer put_configuration(CloudflareCall& call);

std::vector<CloudflareRoute> tunnel_routes() {
    using net::Method;
    const std::string tunnels = "/accounts/{}/cfd_tunnel";
    const std::string one = tunnels + "/{}";
    return {
        {Method::get, tunnels, "tunnels", list_tunnels},
        {Method::post, tunnels, "tunnels", create_tunnel},
        {Method::get, one, "tunnels", get_tunnel},
        {Method::patch, one, "tunnels", patch_tunnel},
        {Method::del, one, "tunnels", delete_tunnel},
        {Method::get, one + "/token", "tunnel_token", get_token},
        {Method::get, one + "/connections", "tunnels", list_connections},
        {Method::del, one + "/connections", "tunnels", delete_connections},
        {Method::get, one + "/configurations", "tunnels", get_configuration},
        {Method::put, one + "/configurations", "tunnels", put_configuration},
    };
}

}  // namespace driftless::test
