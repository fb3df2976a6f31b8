#include "tests/support/fake_cloudflare_settings.hpp"

#include <algorithm>

namespace driftless::test {

namespace {

constexpr auto development_lasts = std::chrono::hours{3};

json on_off() {
    return {"on", "off"};
}

std::vector<ZoneSetting> simple_switches() {
    std::vector<ZoneSetting> list;
    for (const char* id : {"0rtt", "always_online", "always_use_https", "early_hints",
                           "hotlink_protection", "replace_insecure_js", "rocket_loader",
                           "tls_1_2_only", "tls_client_auth", "development_mode"}) {
        list.push_back({id, "off", on_off()});
    }
    for (const char* id :
         {"automatic_https_rewrites", "brotli", "browser_check", "email_obfuscation", "http3",
          "ip_geolocation", "ipv6", "opportunistic_encryption", "opportunistic_onion",
          "privacy_pass", "server_side_exclude", "websockets"}) {
        list.push_back({id, "on", on_off()});
    }
    return list;
}

std::vector<ZoneSetting> switches_of_plans() {
    std::vector<ZoneSetting> list;
    for (const char* id : {"webp", "mirage", "waf"}) list.push_back({id, "off", on_off(), "pro"});
    for (const char* id : {"orange_to_orange", "origin_error_page_pass_thru", "prefetch_preload",
                           "response_buffering", "sort_query_string_for_cache",
                           "true_client_ip_header", "log_to_cloudflare", "visitor_ip"}) {
        list.push_back({id, "off", on_off(), "enterprise"});
    }
    list.push_back({"advanced_ddos", "on", on_off(), "never"});
    list.push_back({"http2", "on", on_off(), "pro"});
    list.push_back({"image_resizing", "off", {"on", "off", "open"}, "business"});
    list.push_back({"polish", "off", {"off", "lossless", "lossy"}, "pro"});
    list.push_back({"h2_prioritization", "off", {"on", "off", "custom"}, "pro"});
    list.push_back(
        {"cname_flattening", "flatten_at_root", {"flatten_at_root", "flatten_all"}, "pro"});
    list.push_back({"max_upload", 100, nullptr, "enterprise"});
    list.push_back({"proxy_read_timeout", 100, nullptr, "enterprise"});
    list.push_back({"edge_cache_ttl", 7200, nullptr, "enterprise"});
    return list;
}

std::vector<ZoneSetting> other_settings() {
    const json hsts = {{"strict_transport_security",
                        {{"enabled", false},
                         {"max_age", 0},
                         {"include_subdomains", false},
                         {"preload", false},
                         {"nosniff", false}}}};
    return {
        {"browser_cache_ttl", 14400},
        {"cache_level", "aggressive", {"aggressive", "basic", "simplified"}},
        {"challenge_ttl",
         1800,
         {300, 900, 1800, 2700, 3600, 7200, 10800, 14400, 28800, 57600, 86400, 604800, 2592000,
          31536000}},
        {"ciphers", json::array()},
        {"min_tls_version", "1.0", {"1.0", "1.1", "1.2", "1.3"}},
        {"nel", {{"enabled", true}}},
        {"pseudo_ipv4", "off", {"off", "add_header", "overwrite_header"}},
        {"security_header", hsts},
        {"security_level",
         "medium",
         {"off", "essentially_off", "low", "medium", "high", "under_attack"}},
        {"ssl", "full", {"off", "flexible", "full", "strict"}},
        {"ssl_recommender", false},
        {"tls_1_3", "on", {"on", "off", "zrt"}},
    };
}

int rank(const std::string& plan) {
    const std::vector<std::string> order{"free", "pro", "business", "enterprise", "never"};
    return static_cast<int>(std::ranges::find(order, plan) - order.begin());
}

void set(CloudflareZone& zone, const std::string& id, json value, const std::string& when) {
    zone.settings[id] = std::move(value);
    zone.settings_changed[id] = when;
}

}  // namespace

const std::vector<ZoneSetting>& zone_settings() {
    static const std::vector<ZoneSetting> all = [] {
        std::vector<ZoneSetting> list = simple_switches();
        for (const auto& more : {switches_of_plans(), other_settings()}) {
            list.insert(list.end(), more.begin(), more.end());
        }
        std::ranges::sort(list, {}, &ZoneSetting::id);
        return list;
    }();
    return all;
}

json setting_shown(const ZoneSetting& setting, const CloudflareZone& zone, net::SteadyTime now) {
    const auto changed = zone.settings.find(setting.id);
    json value = changed == zone.settings.end() ? setting.usual : changed->second;
    if (setting.id == "ssl_recommender") return {{"id", setting.id}, {"enabled", value}};
    const auto when = zone.settings_changed.find(setting.id);
    json shown = {
        {"id", setting.id},
        {"value", value},
        {"editable", is_editable(setting, zone)},
        {"modified_on", when == zone.settings_changed.end() ? json(nullptr) : json(when->second)}};
    if (setting.id == "development_mode") {
        const bool on = zone.development_until && *zone.development_until > now;
        const auto left = on ? *zone.development_until - now : net::SteadyTime::duration{0};
        shown["value"] = on ? "on" : "off";
        shown["time_remaining"] = std::chrono::duration_cast<std::chrono::seconds>(left).count();
    }
    return shown;
}

bool is_editable(const ZoneSetting& setting, const CloudflareZone& zone) {
    return rank(zone.plan) >= rank(setting.from_plan);
}

bool takes(const ZoneSetting& setting, const json& value) {
    if (setting.allowed.is_array()) {
        return std::ranges::find(setting.allowed, value) != setting.allowed.end();
    }
    return value.is_number() ? setting.usual.is_number() : value.type() == setting.usual.type();
}

void change_setting(CloudflareZone& zone, const ZoneSetting& setting, json value,
                    net::SteadyTime now, const std::string& when) {
    if (setting.id == "development_mode") {
        zone.development_until.reset();
        if (value == "on") zone.development_until = now + development_lasts;
    }
    if (setting.id == "0rtt") set(zone, "tls_1_3", value == "on" ? "zrt" : "on", when);
    if (setting.id == "tls_1_2_only") {
        set(zone, "min_tls_version", value == "on" ? "1.2" : "1.0", when);
    }
    if (setting.id == "min_tls_version") {
        const bool only = value == "1.2" || value == "1.3";
        set(zone, "tls_1_2_only", only ? "on" : "off", when);
    }
    set(zone, setting.id, std::move(value), when);
}

}  // namespace driftless::test
