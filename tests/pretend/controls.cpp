#include "tests/pretend/controls.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>

namespace driftless::test {

namespace {

std::optional<CloudflareFault> fault_named(const std::string& name) {
    using enum CloudflareFault;
    static const std::map<std::string, CloudflareFault> all{
        {"rate_limited", rate_limited}, {"rate_limited_bare", rate_limited_bare},
        {"forbidden", forbidden},       {"server_error", server_error},
        {"bad_gateway", bad_gateway},   {"html", html},
        {"half_body", half_body},       {"lost_reply", lost_reply},
        {"refused", refused},
    };
    const auto found = all.find(name);
    return found == all.end() ? std::nullopt : std::optional{found->second};
}

net::ServerResponse as_json(int status, const json& body) {
    net::ServerResponse response;
    response.status = status;
    response.headers.emplace_back("Content-Type", "application/json");
    response.body = body.dump() + "\n";
    return response;
}

net::ServerResponse plan_fault(FakeCloudflare& cloudflare, const json& wish) {
    const auto fault = fault_named(text_or(wish, "fault", ""));
    if (!fault) return as_json(400, {{"error", "no such fault"}});
    cloudflare.fail_next(*fault, text_or(wish, "route", ""),
                         member_or(wish, "times", 1).get<std::size_t>());
    return as_json(200, json::object());
}

net::ServerResponse deny(FakeCloudflare& cloudflare, const json& wish) {
    Denial denial;
    denial.code = member_or(wish, "code", 10000).get<int>();
    denial.writes = member_or(wish, "writes", false).get<bool>();
    cloudflare.deny(text_or(wish, "product", ""), denial);
    return as_json(200, json::object());
}

net::ServerResponse obey(FakeCloudflare& cloudflare, const std::string& path, const json& wish) {
    if (path == "/pretend/calls") {
        return as_json(200, {{"calls", cloudflare.calls()}, {"writes", cloudflare.writes()}});
    }
    if (path == "/pretend/fault") return plan_fault(cloudflare, wish);
    if (path == "/pretend/deny") return deny(cloudflare, wish);
    if (path == "/pretend/connect") {
        return as_json(200, {{"connector", cloudflare.connect(text_or(wish, "token", ""))}});
    }
    if (path == "/pretend/disconnect") {
        cloudflare.disconnect(text_or(wish, "tunnel", ""),
                              member_or(wish, "lingers", false).get<bool>());
    } else if (path == "/pretend/allow") {
        cloudflare.allow(text_or(wish, "product", ""));
    } else if (path == "/pretend/forget") {
        cloudflare.clear_log();
    } else {
        return as_json(404, {{"error", fmt::format("nothing is at {}", path)}});
    }
    return as_json(200, json::object());
}

}  // namespace

net::ServerResponse control(FakeCloudflare& cloudflare, const net::ServerRequest& request) {
    const json wish = json::parse(request.body.empty() ? "{}" : request.body, nullptr, false);
    try {
        return obey(cloudflare, request.target, wish);
    } catch (const std::exception& wrong) {
        return as_json(400, {{"error", wrong.what()}});
    }
}

}  // namespace driftless::test
