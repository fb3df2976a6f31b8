#include "providers/cloudflare/ruleset_phases.hpp"

#include <algorithm>

namespace driftless::cloudflare {
namespace {

constexpr std::string_view all_rulesets = "Account Rulesets";
constexpr std::string_view transforms = "Zone Transform Rules";

}  // namespace

std::span<const Phase> phases() {
    static const std::vector<std::string_view> guards{
        "block", "challenge", "js_challenge", "managed_challenge", "log", "skip", "execute"};
    static const std::vector<std::string_view> limits{
        "block", "challenge", "js_challenge", "managed_challenge", "log", "execute"};
    static const std::vector<Phase> all{
        {"http_request_firewall_custom", guards, "Zone WAF", "Account WAF"},
        {"http_request_firewall_managed", {"execute", "skip"}, "Zone WAF", "Account WAF"},
        {"http_ratelimit", limits, "Zone WAF", "Account WAF"},
        {"http_request_dynamic_redirect", {"redirect"}, "Dynamic URL Redirects", ""},
        {"http_request_redirect", {"redirect"}, "", "Mass URL Redirects", false},
        {"http_request_cache_settings", {"set_cache_settings"}, "Cache Settings", ""},
        {"http_config_settings", {"set_config"}, "Config Settings", ""},
        {"http_request_origin", {"route"}, "Origin", ""},
        {"http_request_transform", {"rewrite"}, transforms, all_rulesets},
        {"http_request_late_transform", {"rewrite"}, transforms, all_rulesets},
        {"http_response_headers_transform", {"rewrite"}, transforms, all_rulesets},
        {"http_custom_errors", {"serve_error"}, "Custom Error Rules", all_rulesets},
        {"http_response_compression", {"compress_response"}, "Response Compression", ""},
        {"http_log_custom_fields", {"log_custom_field"}, "Logs", ""},
    };
    return all;
}

const Phase* phase_named(std::string_view name) {
    const auto all = phases();
    const auto found = std::ranges::find(all, name, &Phase::name);
    return found == all.end() ? nullptr : &*found;
}

}  // namespace driftless::cloudflare
