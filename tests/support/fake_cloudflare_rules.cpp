// The rules of a ruleset: what the service checks, adds and keeps.
#include "tests/support/fake_cloudflare_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace driftless::test {

namespace {

struct Phase {
    std::string name;
    std::vector<std::string> actions;
    std::vector<std::size_t> quota;  ///< free, pro, business, enterprise; 0: not in the plan
};

const std::vector<Phase>& phases() {
    static const std::vector<std::size_t> transforms{10, 25, 50, 300};
    static const std::vector<Phase> all{
        {"http_request_firewall_custom",
         {"block", "challenge", "js_challenge", "managed_challenge", "log", "skip", "execute"},
         {5, 20, 100, 1000}},
        {"http_ratelimit",
         {"block", "challenge", "js_challenge", "managed_challenge", "log"},
         {1, 2, 5, 100}},
        {"http_request_dynamic_redirect", {"redirect"}, transforms},
        {"http_request_cache_settings", {"set_cache_settings"}, transforms},
        {"http_config_settings", {"set_config"}, transforms},
        {"http_request_origin", {"route"}, transforms},
        {"http_request_transform", {"rewrite"}, transforms},
        {"http_request_late_transform", {"rewrite"}, transforms},
        {"http_response_headers_transform", {"rewrite"}, transforms},
        {"http_custom_errors", {"serve_error"}, {0, 5, 20, 50}},
        {"http_request_firewall_managed", {"execute", "skip"}, {0, 20, 100, 1000}},
        {"http_response_compression", {"compress_response"}, transforms},
        {"http_request_redirect", {"redirect"}, {0, 0, 0, 50}},
        {"http_log_custom_fields", {"log_custom_field"}, {0, 0, 0, 10}},
    };
    return all;
}

const Phase* phase_named(const std::string& name) {
    const auto found = std::ranges::find(phases(), name, &Phase::name);
    return found == phases().end() ? nullptr : &*found;
}

std::size_t plan_number(const std::string& plan) {
    const std::vector<std::string> order{"free", "pro", "business", "enterprise"};
    return static_cast<std::size_t>(std::ranges::find(order, plan) - order.begin());
}

std::string trimmed(const std::string& text) {
    const std::size_t begin = text.find_first_not_of(" \t\n");
    if (begin == std::string::npos) return "";
    return text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1);
}

/// Not a parser: balanced, not empty, and no operator that the plan lacks.
void check_expression(const std::string& expression, const std::string& plan) {
    int depth = 0;
    bool quoted = false;
    std::string bare;  // without what is in quotes
    for (std::size_t at = 0; at < expression.size(); ++at) {
        const char c = expression[at];
        if (quoted && c == '\\') {
            ++at;
            continue;
        }
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        bare += c;
        if (c == '(') ++depth;
        if (c == ')') --depth;
        if (depth < 0) break;
    }
    if (expression.empty() || depth != 0 || quoted) {
        bad_rule(20127, fmt::format("Filter parsing error: \"{}\"", expression));
    }
    const bool regex = bare.find(" matches ") != std::string::npos ||
                       bare.find(" ~ ") != std::string::npos ||
                       bare.find("regex_replace(") != std::string::npos;
    if (regex && plan_number(plan) < 2) {
        bad_rule(20127,
                 "not entitled: the use of operator Matches is not allowed, a Business plan or a "
                 "WAF Advanced plan is required");
    }
}

void check_rule(const RulesetScope& scope, const Phase& phase, const json& rule) {
    if (!rule.is_object()) bad_rule(20120, "a rule must be an object");
    const std::string action = text_or(rule, "action", "");
    if (std::ranges::find(phase.actions, action) == phase.actions.end()) {
        bad_rule(20120, fmt::format("'{}' is not a valid value for action because it is not "
                                    "supported in the phase {}",
                                    action, phase.name));
    }
    if (phase.name == "http_ratelimit" && !rule.contains("ratelimit")) {
        bad_rule(20120, "a rule of http_ratelimit needs ratelimit");
    }
    check_expression(trimmed(text_or(rule, "expression", "")), scope.plan);
}

/// The one of `before` that a sent rule goes on: of the same id, or the same ref.
json before_of(const json& sent, const json& before) {
    const std::string id = text_or(sent, "id", "");
    const std::string ref = text_or(sent, "ref", "");
    for (const json& rule : before) {
        if ((!id.empty() && rule["id"] == id) || (!ref.empty() && rule["ref"] == ref)) return rule;
    }
    if (!id.empty()) bad_rule(20120, fmt::format("there is no rule {}", id));
    return nullptr;
}

json completed(CloudflareWorld& world, const json& sent, const json& before) {
    json rule = sent;
    rule.erase("position");
    rule["id"] = before.is_null() ? json(world.hex_id()) : before["id"];
    rule["ref"] = text_or(sent, "ref", rule["id"]);
    rule["expression"] = trimmed(rule["expression"]);
    if (member_or(rule, "enabled", nullptr).is_null()) rule["enabled"] = true;
    if (rule["action"] == "execute") rule["action_parameters"]["version"] = "latest";
    if (rule["action"] == "skip" && !rule.contains("logging"))
        rule["logging"] = {{"enabled", true}};
    rule["version"] = member_or(before, "version", "1");
    rule["last_updated"] = member_or(before, "last_updated", world.now());
    if (!before.is_null() && rule != before) {
        rule["version"] = std::to_string(std::stoi(before["version"].get<std::string>()) + 1);
        rule["last_updated"] = world.now();
    }
    return rule;
}

}  // namespace

void bad_rule(int code, const std::string& why) {
    throw CloudflareRefusal{400, code, why};
}

void check_phase(const RulesetScope& scope, const std::string& name) {
    const Phase* phase = phase_named(name);
    if (phase == nullptr) bad_rule(20120, fmt::format("'{}' is not a valid phase", name));
    if (phase->quota[plan_number(scope.plan)] == 0) {
        bad_rule(50002, fmt::format("the phase {} is not available on this plan", name));
    }
}

json rules_of(CloudflareWorld& world, const RulesetScope& scope, const std::string& phase_name,
              const json& sent, const json& before) {
    const Phase& phase = *phase_named(phase_name);
    if (!sent.is_array()) bad_rule(20120, "rules must be a list");
    const std::size_t most = phase.quota[plan_number(scope.plan)];
    if (sent.size() > most) {
        bad_rule(20217,
                 fmt::format("exceeded maximum number of rules in the phase {}: {} out of {}",
                             phase.name, sent.size(), most));
    }
    json rules = json::array();
    std::set<std::string> refs;
    for (const json& one : sent) {
        check_rule(scope, phase, one);
        rules.push_back(completed(world, one, before_of(one, before)));
        if (!refs.insert(rules.back()["ref"].get<std::string>()).second) {
            bad_rule(20120, "the ref " + rules.back()["ref"].dump() + " stands twice");
        }
    }
    return rules;
}

}  // namespace driftless::test
