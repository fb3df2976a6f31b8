// Tokens, zones and their settings.
#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_cloudflare_settings.hpp"
#include "tests/support/fake_cloudflare_world.hpp"

namespace driftless::test {

namespace {

struct Plan {
    std::string_view legacy_id, id, name;
    int price;
};

constexpr Plan plans[] = {
    {"free", "0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "Free Website", 0},
    {"pro", "1feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "Pro Website", 20},
    {"business", "2feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "Business Website", 200},
    {"enterprise", "94f3b7b768b0458b56d2cac4fe5ec0f9", "Enterprise Website", 0},
};

json plan_shown(const std::string& legacy_id) {
    const Plan& plan = *std::ranges::find(plans, legacy_id, &Plan::legacy_id);
    return {{"id", plan.id},
            {"name", plan.name},
            {"price", plan.price},
            {"currency", "USD"},
            {"frequency", plan.price > 0 ? "monthly" : ""},
            {"is_subscribed", legacy_id != "free"},
            {"can_subscribe", false},
            {"legacy_id", plan.legacy_id},
            {"legacy_discount", false},
            {"externally_managed", false}};
}

json zone_shown(const CloudflareWorld& world, const CloudflareZone& zone) {
    const bool active = zone.status == "active";
    return {
        {"id", zone.id},
        {"name", zone.name},
        {"status", zone.status},
        {"paused", false},
        {"type", zone.type},
        {"development_mode", 0},
        {"name_servers", {"amy.ns.cloudflare.com", "mark.ns.cloudflare.com"}},
        {"original_name_servers", {"ns1.example.net", "ns2.example.net"}},
        {"original_registrar", nullptr},
        {"original_dnshost", nullptr},
        {"modified_on", zone.created_on},
        {"created_on", zone.created_on},
        {"activated_on", active ? json(zone.created_on) : json(nullptr)},
        {"meta",
         {{"step", 2},
          {"custom_certificate_quota", zone.paid() ? 1 : 0},
          {"page_rule_quota", zone.paid() ? 20 : 3},
          {"phishing_detected", false}}},
        {"owner", {{"id", world.account}, {"type", "organization"}, {"name", world.account_name}}},
        {"account", {{"id", world.account}, {"name", world.account_name}}},
        {"permissions", {"#dns_records:edit", "#dns_records:read", "#zone:read"}},
        {"plan", plan_shown(zone.plan)}};
}

/// "equal:a" and its kin; without an operator: equal.
bool name_fits(const std::string& name, const std::string& filter) {
    const std::size_t colon = filter.find(':');
    const std::string word = filter.substr(0, colon);
    const std::string value = lower(colon == std::string::npos ? word : filter.substr(colon + 1));
    if (colon == std::string::npos || word == "equal") return name == value;
    if (word == "not_equal") return name != value;
    if (word == "starts_with") return name.starts_with(value);
    if (word == "ends_with") return name.ends_with(value);
    return word == "contains" && name.find(value) != std::string::npos;
}

bool zone_fits(const CloudflareCall& call, const CloudflareZone& zone) {
    const CloudflareRequest& asked = call.request;
    if (!call.sees(zone)) return false;
    if (asked.has("name") && !name_fits(zone.name, asked.query_or("name", ""))) return false;
    if (asked.query_or("account.id", call.world.account) != call.world.account) return false;
    if (asked.query_or("account.name", call.world.account_name) != call.world.account_name)
        return false;
    if (asked.query_or("status", zone.status) != zone.status) return false;
    const std::string types = asked.query_or("type", "full,partial,secondary");
    return ("," + types + ",").find("," + zone.type + ",") != std::string::npos;
}

CloudflareAnswer list_zones(CloudflareCall& call) {
    std::vector<json> found;
    for (const auto& [id, zone] : call.world.state.zones) {
        if (zone_fits(call, zone)) found.push_back(zone_shown(call.world, zone));
    }
    const std::string order = call.request.query_or("order", "name");
    const auto key = [&order](const json& zone) { return text_or(zone, order, ""); };
    std::ranges::stable_sort(found, {}, key);
    if (call.request.query_or("direction", "asc") == "desc") std::ranges::reverse(found);
    return paged_answer(call.request, found, {5, 50, 20, 1004});
}

CloudflareAnswer get_zone(CloudflareCall& call) {
    return cloudflare_answer(zone_shown(call.world, call.zone()));
}

// ---- settings

CloudflareAnswer list_settings(CloudflareCall& call) {
    const CloudflareZone& zone = call.zone();
    json all = json::array();
    for (const ZoneSetting& setting : zone_settings()) {
        all.push_back(setting_shown(setting, zone, call.world.clock.now()));
    }
    return cloudflare_answer(std::move(all));
}

const ZoneSetting& setting_of(const CloudflareCall& call) {
    const std::string& id = call.ids.at(1);
    const auto found = std::ranges::find(zone_settings(), id, &ZoneSetting::id);
    if (found == zone_settings().end()) {
        throw CloudflareRefusal{400, 1006, "Unrecognized zone setting name: " + id};
    }
    return *found;
}

CloudflareAnswer get_setting(CloudflareCall& call) {
    const CloudflareZone& zone = call.zone();
    return cloudflare_answer(setting_shown(setting_of(call), zone, call.world.clock.now()));
}

CloudflareAnswer patch_setting(CloudflareCall& call) {
    CloudflareZone& zone = call.zone();
    const ZoneSetting& setting = setting_of(call);
    const json body = body_of(call.request);
    const std::string member = setting.id == "ssl_recommender" ? "enabled" : "value";
    if (!is_editable(setting, zone)) {
        throw CloudflareRefusal{
            400, 1024, fmt::format("Setting {} is read only for this zone's plan", setting.id)};
    }
    if (!body.contains(member) || !takes(setting, body[member])) {
        throw CloudflareRefusal{400, 1007,
                                fmt::format("Invalid value for zone setting {}", setting.id)};
    }
    change_setting(zone, setting, body[member], call.world.clock.now(), call.world.now());
    return cloudflare_answer(setting_shown(setting, zone, call.world.clock.now()));
}

// ---- tokens

CloudflareAnswer verified(const CloudflareToken& token) {
    json body = json::parse(cloudflare_answer({{"id", token.id}, {"status", token.status}}).body);
    body["messages"].push_back(
        {{"code", 10000}, {"message", "This API Token is valid and active"}, {"type", nullptr}});
    return {200, body.dump(), {{"Content-Type", "application/json"}}};
}

CloudflareAnswer verify_user_token(CloudflareCall& call) {
    if (call.token.of_account) throw CloudflareRefusal{401, 1000, "Invalid API Token"};
    return verified(call.token);
}

CloudflareAnswer verify_account_token(CloudflareCall& call) {
    if (!call.token.of_account) throw CloudflareRefusal{401, 1000, "Invalid API Token"};
    return verified(call.token);
}

}  // namespace

std::vector<CloudflareRoute> zone_routes() {
    using net::Method;
    return {
        {Method::get, "/user/tokens/verify", "tokens", verify_user_token},
        {Method::get, "/accounts/{}/tokens/verify", "tokens", verify_account_token},
        {Method::get, "/zones", "zones", list_zones},
        {Method::get, "/zones/{}", "zones", get_zone},
        {Method::get, "/zones/{}/settings", "zone_settings", list_settings},
        {Method::get, "/zones/{}/settings/{}", "zone_settings", get_setting},
        {Method::patch, "/zones/{}/settings/{}", "zone_settings", patch_setting},
    };
}

}  // namespace driftless::test
