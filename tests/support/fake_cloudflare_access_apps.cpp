// Applications of Access, with their policies in full; the rules of policies and groups.
#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_cloudflare_access.hpp"

namespace driftless::test {

namespace {

const std::vector<std::string> app_types{"self_hosted",  "saas",           "ssh",  "vnc",
                                         "app_launcher", "warp",           "biso", "bookmark",
                                         "dash_sso",     "infrastructure", "rdp",  "mcp",
                                         "mcp_portal",   "proxy_endpoint"};
const std::vector<std::string> decisions{"allow", "deny", "non_identity", "bypass"};
const std::vector<std::string> rule_kinds{"group",
                                          "any_valid_service_token",
                                          "auth_context",
                                          "auth_method",
                                          "azureAD",
                                          "certificate",
                                          "common_name",
                                          "geo",
                                          "device_posture",
                                          "email_domain",
                                          "email_list",
                                          "email",
                                          "everyone",
                                          "external_evaluation",
                                          "github-organization",
                                          "gsuite",
                                          "login_method",
                                          "ip_list",
                                          "ip",
                                          "okta",
                                          "saml",
                                          "oidc",
                                          "service_token",
                                          "linked_app_token",
                                          "user_risk_score",
                                          "cloudflare_account_member"};

bool is_in(const std::vector<std::string>& list, const std::string& word) {
    return std::ranges::find(list, word) != list.end();
}

json rule_of(const json& sent, const CloudflareState& state) {
    if (!sent.is_object() || sent.size() != 1 || !is_in(rule_kinds, sent.begin().key())) {
        bad_access("invalid rule " + sent.dump());
    }
    const std::string kind = sent.begin().key();
    json value = sent.begin().value();
    if (kind == "group" && !state.access_groups.contains(text_or(value, "id", ""))) {
        bad_access("no such group " + value.dump());
    }
    if (kind == "service_token" && !state.access_tokens.contains(text_or(value, "token_id", ""))) {
        bad_access("no such service token " + value.dump());
    }
    if (kind == "email") value["email"] = lower(text_or(value, "email", ""));
    if (kind == "ip") {
        const std::string ip = text_or(value, "ip", "");
        const bool six = ip.find(':') != std::string::npos;
        if (ip.find('/') == std::string::npos) value["ip"] = ip + (six ? "/128" : "/32");
    }
    return {{kind, value}};
}

json rules_of(const json& body, const char* part, const CloudflareState& state) {
    json rules = json::array();
    for (const json& sent : member_or(body, part, json::array())) {
        if (sent.empty()) continue;  // empty selectors go
        rules.push_back(rule_of(sent, state));
    }
    return rules;
}

// ---- applications

json& app_of(CloudflareCall& call) {
    auto& apps = call.world.state.access_apps;
    const auto found = apps.find(call.ids.at(1));
    if (found == apps.end()) {
        throw CloudflareRefusal{404, 11021, "access.api.error.application_not_found"};
    }
    return found->second;
}

json usual_app() {
    return {{"session_duration", "24h"},          {"app_launcher_visible", true},
            {"http_only_cookie_attribute", true}, {"enable_binding_cookie", false},
            {"auto_redirect_to_identity", false}, {"options_preflight_bypass", false},
            {"allowed_idps", json::array()},      {"tags", json::array()}};
}

/// `destinations`, `self_hosted_domains` and `domain` are three views of one thing; the first of
/// them that was sent rewrites the others.
void set_destinations(json& app, const json& body) {
    std::vector<std::string> domains;
    json destinations = member_or(body, "destinations", json::array());
    for (const json& destination : destinations) {
        if (text_or(destination, "type", "public") == "public") {
            domains.push_back(text_or(destination, "uri", ""));
        }
    }
    if (domains.empty()) {
        domains =
            member_or(body, "self_hosted_domains", json::array()).get<std::vector<std::string>>();
    }
    if (domains.empty()) domains = {text_or(body, "domain", "")};
    if (domains.front().empty()) bad_access("a self-hosted application needs a domain");
    if (domains.size() > 5) bad_access("an application may have at most 5 domains");
    if (destinations.empty()) {
        for (const std::string& domain : domains) {
            destinations.push_back({{"type", "public"}, {"uri", domain}});
        }
    }
    app["domain"] = domains.front();
    app["self_hosted_domains"] = domains;
    app["destinations"] = destinations;
}

/// References, or policies of the application's own: never both.
json policies_of(CloudflareCall& call, const json& body) {
    CloudflareWorld& world = call.world;
    json list = json::array();
    bool own = false, reused = false;
    for (const json& sent : member_or(body, "policies", json::array())) {
        const std::string id = sent.is_string() ? sent.get<std::string>() : text_or(sent, "id", "");
        json policy = {{"precedence", member_or(sent, "precedence", list.size() + 1)}};
        if (sent.is_object() && sent.contains("decision")) {
            own = true;
            policy["_own"] = policy_of(sent, world.state);
            policy["id"] = world.uuid();
        } else {
            reused = true;
            if (!world.state.access_policies.contains(id)) bad_access("no such policy " + id);
            policy["id"] = id;
        }
        list.push_back(std::move(policy));
    }
    if (own && reused) bad_access("reusable and inline policies can't be mixed");
    std::stable_sort(list.begin(), list.end(), [](const json& a, const json& b) {
        return a["precedence"].get<int>() < b["precedence"].get<int>();
    });
    return list;
}

std::vector<std::string> tags_of(const CloudflareState& state, const json& body) {
    auto tags = member_or(body, "tags", json::array()).get<std::vector<std::string>>();
    for (const std::string& tag : tags) {
        if (!state.access_tags.contains(tag)) bad_access("no such tag " + tag);
    }
    std::ranges::sort(tags);
    return tags;
}

void must_be_alone(CloudflareCall& call, const json& app) {
    const std::string self = call.ids.size() > 1 ? call.ids[1] : "";
    for (const auto& [id, other] : call.world.state.access_apps) {
        const bool same =
            other.at("name") == app.at("name") ||
            (app.contains("domain") && member_or(other, "domain", "") == app["domain"]);
        if (id != self && same) {
            throw CloudflareRefusal{409, 12132,
                                    "access.api.error.application with that name or domain "
                                    "already exists"};
        }
    }
}

/// All of it comes from the body; what isn't there falls back to the default.
json app_from(CloudflareCall& call, const json& before) {
    const json body = body_of(call.request);
    json app = usual_app();
    for (const auto& [key, value] : body.items()) {
        if (!value.is_null()) app[key] = value;
    }
    app["name"] = text_or(body, "name", "");
    const std::string type = text_or(body, "type", "");
    if (!is_in(app_types, type)) bad_access("invalid type \"" + type + "\"");
    if (!before.is_null() && before.at("type") != type) bad_access("type can't be changed");
    if (type == "self_hosted") set_destinations(app, body);
    app["tags"] = tags_of(call.world.state, body);
    app.erase("policies");
    app["_policies"] = policies_of(call, body);
    must_be_alone(call, app);
    const std::string now = access_now(call.world);
    app["id"] = before.is_null() ? json(call.world.uuid()) : before.at("id");
    app["uid"] = app["id"];
    app["aud"] = before.is_null() ? json(net::random_hex(call.world.random, 32)) : before.at("aud");
    app["created_at"] = before.is_null() ? json(now) : before.at("created_at");
    app["updated_at"] = now;
    return app;
}

/// Each policy that it refers to, in full.
json app_shown(const CloudflareWorld& world, const json& app) {
    json shown = visible(app);
    shown["policies"] = json::array();
    for (const json& one : app.at("_policies")) {
        json policy = one.contains("_own")
                          ? one["_own"]
                          : policy_shown(world, world.state.access_policies.at(one["id"]));
        policy.erase("app_count");
        policy["id"] = one["id"];
        policy["uid"] = one["id"];
        policy["reusable"] = !one.contains("_own");
        policy["precedence"] = one["precedence"];
        shown["policies"].push_back(std::move(policy));
    }
    return shown;
}

CloudflareAnswer list_apps(CloudflareCall& call) {
    std::vector<json> found;
    const CloudflareRequest& asked = call.request;
    const bool exact = asked.query_or("exact", "false") == "true";
    const auto fits = [exact](const std::string& have, const std::string& want) {
        return exact ? lower(have) == lower(want)
                     : lower(have).find(lower(want)) != std::string::npos;
    };
    for (const auto& [id, app] : call.world.state.access_apps) {
        if (!fits(app.at("name"), asked.query_or("name", app.at("name")))) continue;
        const std::string domain = text_or(app, "domain", "");
        if (!fits(domain, asked.query_or("domain", domain))) continue;
        if (app.at("aud") != asked.query_or("aud", app.at("aud"))) continue;
        found.push_back(app_shown(call.world, app));
    }
    return paged_answer(call.request, found, {1, 1000, 1000, 12130});
}

CloudflareAnswer create_app(CloudflareCall& call) {
    if (call.world.state.access_apps.size() >= 500) bad_access("the limit of 500 is reached");
    const json app = app_from(call, nullptr);
    call.world.state.access_apps[app["id"]] = app;
    return cloudflare_answer(app_shown(call.world, app), 201);
}

CloudflareAnswer get_app(CloudflareCall& call) {
    return cloudflare_answer(app_shown(call.world, app_of(call)));
}

CloudflareAnswer put_app(CloudflareCall& call) {
    json& app = app_of(call);
    app = app_from(call, app);
    return cloudflare_answer(app_shown(call.world, app));
}

CloudflareAnswer delete_app(CloudflareCall& call) {
    const std::string id = app_of(call).at("id");
    call.world.state.access_apps.erase(id);
    return accepted_deletion(id);
}

CloudflareAnswer list_app_policies(CloudflareCall& call) {
    const json shown = app_shown(call.world, app_of(call))["policies"];
    return paged_answer(call.request, shown.get<std::vector<json>>(), {1, 1000, 1000, 12130});
}

}  // namespace

void set_rules(json& object, const json& body, const CloudflareState& state) {
    for (const char* part : {"include", "exclude", "require"}) {
        object[part] = rules_of(body, part, state);
    }
    if (object["include"].empty()) bad_access("include needs a rule");
}

bool names(const json& object, const std::string& kind, const std::string& id) {
    for (const char* part : {"include", "exclude", "require"}) {
        for (const json& rule : object.at(part)) {
            const json value = member_or(rule, kind, nullptr);
            if (text_or(value, "id", "") == id || text_or(value, "token_id", "") == id) return true;
        }
    }
    return false;
}

json policy_of(const json& body, const CloudflareState& state) {
    json policy = body.is_object() ? body : json::object();
    for (const char* own : {"id", "uid", "precedence", "reusable", "app_count", "created_at"}) {
        policy.erase(own);
    }
    if (text_or(body, "name", "").empty()) bad_access("name is required");
    if (!is_in(decisions, text_or(body, "decision", ""))) bad_access("invalid decision");
    set_rules(policy, body, state);
    policy["session_duration"] = text_or(body, "session_duration", "24h");
    return policy;
}

std::vector<CloudflareRoute> access_app_routes() {
    using net::Method;
    const std::string apps = "/accounts/{}/access/apps";
    return {
        {Method::get, apps, "access", list_apps},
        {Method::post, apps, "access", create_app},
        {Method::get, apps + "/{}", "access", get_app},
        {Method::put, apps + "/{}", "access", put_app},
        {Method::del, apps + "/{}", "access", delete_app},
        {Method::get, apps + "/{}/policies", "access", list_app_policies},
    };
}

}  // namespace driftless::test
