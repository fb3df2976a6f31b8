// The configuration of a tunnel: one document, checked, versioned, its defaults filled in.
#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_cloudflare_account.hpp"

namespace driftless::test {

namespace {

[[noreturn]] void bad_config(const std::string& why) {
    throw CloudflareRefusal{400, 1056, "Bad Configuration: " + why};
}

json usual_origin_request() {
    return {{"connectTimeout", 30},
            {"tlsTimeout", 10},
            {"tcpKeepAlive", 30},
            {"keepAliveTimeout", 90},
            {"keepAliveConnections", 100},
            {"proxyAddress", "127.0.0.1"},
            {"proxyPort", 0},
            {"proxyType", ""},
            {"caPool", ""},
            {"httpHostHeader", ""},
            {"originServerName", ""},
            {"noTLSVerify", false},
            {"http2Origin", false},
            {"noHappyEyeballs", false},
            {"disableChunkedEncoding", false},
            {"bastionMode", false}};
}

bool is_service(const std::string& service) {
    if (service == "hello_world" || service == "bastion" || service == "socks-proxy") return true;
    if (service.starts_with("http_status:")) return service.size() == 15;
    if (service.starts_with("unix:") || service.starts_with("unix+tls:")) return true;
    for (const char* scheme : {"http://", "https://", "tcp://", "ssh://", "rdp://", "smb://"}) {
        const std::string begin = scheme;
        if (!service.starts_with(begin) || service.size() == begin.size()) continue;
        return service.find('/', begin.size()) == std::string::npos;  // no path
    }
    return false;
}

void check_rule(const json& rule, bool is_last) {
    const std::string hostname = text_or(rule, "hostname", "");
    const std::string path = text_or(rule, "path", "");
    const std::string service = text_or(rule, "service", "");
    if (!is_service(service)) {
        bad_config(
            fmt::format("{} is an invalid address, please make sure it has a scheme and a "
                        "hostname and no path",
                        service));
    }
    if (hostname.find(':') != std::string::npos) bad_config("Hostname cannot contain a port");
    const std::size_t star = hostname.rfind('*');
    const bool leading = star == 0 && (hostname.size() == 1 || hostname[1] == '.');
    if (star != std::string::npos && !leading) {
        bad_config("Hostname patterns can have at most one wildcard, as their first label");
    }
    const bool takes_all = (hostname.empty() || hostname == "*") && path.empty();
    if (is_last && !takes_all) {
        bad_config(
            "The last ingress rule must match all URLs (i.e. it should not have a hostname "
            "or path filter)");
    }
    if (!is_last && takes_all) {
        bad_config("Only the last ingress rule may match all URLs");
    }
}

void check_config(const json& config) {
    const json ingress = member_or(config, "ingress", json::array());
    if (!ingress.is_array() || ingress.empty()) bad_config("at least one ingress rule is required");
    for (std::size_t i = 0; i < ingress.size(); ++i) {
        check_rule(ingress[i], i + 1 == ingress.size());
    }
}

/// What the dashboard's defaults add.
json filled(json config) {
    const auto fill = [](const json& sent) {
        json request = usual_origin_request();
        request.update(sent);
        return request;
    };
    config["originRequest"] = fill(member_or(config, "originRequest", json::object()));
    for (json& rule : config["ingress"]) {
        if (rule.contains("originRequest")) rule["originRequest"] = fill(rule["originRequest"]);
    }
    if (!config.contains("warp-routing")) config["warp-routing"] = {{"enabled", false}};
    return config;
}

json& of_tunnel(CloudflareCall& call) {
    const auto found = call.world.state.tunnels.find(call.ids.at(1));
    if (found == call.world.state.tunnels.end() || !found->second.at("deleted_at").is_null()) {
        throw CloudflareRefusal{404, 1002, "Tunnel not found"};
    }
    return found->second;
}

}  // namespace

CloudflareAnswer get_configuration(CloudflareCall& call) {
    const json& tunnel = of_tunnel(call);
    if (!tunnel.contains("_config")) {
        throw CloudflareRefusal{404, 1055, "Configuration for tunnel not found"};
    }
    return cloudflare_answer(tunnel.at("_config"));
}

CloudflareAnswer put_configuration(CloudflareCall& call) {
    json& tunnel = of_tunnel(call);
    json config = member_or(body_of(call.request), "config", nullptr);
    if (!config.is_object()) bad_config("config is required");
    check_config(config);
    if (call.world.habits.fills_tunnel_config) config = filled(std::move(config));
    const int version = tunnel.contains("_config") ? tunnel["_config"]["version"].get<int>() : 0;
    tunnel["_config"] = {{"tunnel_id", tunnel["id"]},      {"account_id", call.world.account},
                         {"config", std::move(config)},    {"version", version + 1},
                         {"source", tunnel["config_src"]}, {"created_at", call.world.now()}};
    tunnel["_config_put_ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(
                                   call.world.clock.now().time_since_epoch())
                                   .count();
    return cloudflare_answer(tunnel["_config"]);
}

}  // namespace driftless::test
