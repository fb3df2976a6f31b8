// Access: reusable policies, groups, service tokens, tags, and who may log in.
#include "tests/support/fake_cloudflare_access.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace driftless::test {

namespace {

/// One sort of object: where its things are, and how a missing one is called.
struct Sort {
    std::map<std::string, json> CloudflareState::*all;
    int missing;
    std::string name;
};

const Sort policies{&CloudflareState::access_policies, 12135, "policy"};
const Sort groups{&CloudflareState::access_groups, 12152, "group"};
const Sort tokens{&CloudflareState::access_tokens, 12135, "service token"};
const Sort tags{&CloudflareState::access_tags, 12135, "tag"};

std::map<std::string, json>& all_of(CloudflareCall& call, const Sort& sort) {
    return call.world.state.*sort.all;
}

json& one_of(CloudflareCall& call, const Sort& sort) {
    auto& all = all_of(call, sort);
    const auto found = all.find(call.ids.at(1));
    if (found == all.end()) {
        throw CloudflareRefusal{404, sort.missing,
                                fmt::format("access.api.error.not_found: {}", sort.name)};
    }
    return found->second;
}

std::string new_name(CloudflareCall& call, const Sort& sort, const json& body) {
    const std::string name = text_or(body, "name", "");
    if (name.empty()) bad_access("name is required");
    const std::string self = call.ids.size() > 1 ? call.ids[1] : "";
    for (const auto& [id, other] : all_of(call, sort)) {
        if (id != self && other.at("name") == name) {
            throw CloudflareRefusal{
                409, 12132, fmt::format("access.api.error.{} {} already exists", sort.name, name)};
        }
    }
    return name;
}

void must_fit_quota(CloudflareCall& call, const Sort& sort, std::size_t most) {
    if (all_of(call, sort).size() >= most) {
        bad_access(fmt::format("the limit of {} for each {} is reached", most, sort.name));
    }
}

/// What every object has, of a new or a changed one.
json dated(CloudflareCall& call, json object, const json& before) {
    const std::string now = access_now(call.world);
    object["id"] = before.is_null() ? json(call.world.uuid()) : before.at("id");
    object["uid"] = object["id"];
    object["created_at"] = before.is_null() ? json(now) : before.at("created_at");
    object["updated_at"] = now;
    return object;
}

CloudflareAnswer listed(CloudflareCall& call, const Sort& sort, std::size_t usual) {
    std::vector<json> found;
    const CloudflareRequest& asked = call.request;
    for (const auto& [id, object] : all_of(call, sort)) {
        const std::string name = object.at("name");
        if (asked.query_or("name", name) != name) continue;
        if (lower(name).find(lower(asked.query_or("search", ""))) == std::string::npos) continue;
        found.push_back(sort.all == policies.all ? policy_shown(call.world, object)
                                                 : visible(object));
    }
    return paged_answer(call.request, found, {1, 1000, usual, 12130});
}

// ---- policies

bool is_used(const CloudflareState& state, const std::string& kind, const std::string& id) {
    const auto any = [&](const std::map<std::string, json>& all) {
        return std::ranges::any_of(
            all, [&](const auto& entry) { return names(entry.second, kind, id); });
    };
    return any(state.access_policies) || any(state.access_groups);
}

std::size_t apps_with(const CloudflareState& state, const std::string& policy) {
    return static_cast<std::size_t>(
        std::ranges::count_if(state.access_apps, [&](const auto& entry) {
            return std::ranges::any_of(entry.second.at("_policies"),
                                       [&](const json& one) { return one.at("id") == policy; });
        }));
}

CloudflareAnswer list_policies(CloudflareCall& call) {
    return listed(call, policies, 100);
}

CloudflareAnswer create_policy(CloudflareCall& call) {
    must_fit_quota(call, policies, 500);
    json policy = policy_of(body_of(call.request), call.world.state);
    policy = dated(call, std::move(policy), nullptr);
    all_of(call, policies)[policy["id"]] = policy;
    return cloudflare_answer(policy_shown(call.world, policy), 201);
}

CloudflareAnswer get_policy(CloudflareCall& call) {
    return cloudflare_answer(policy_shown(call.world, one_of(call, policies)));
}

CloudflareAnswer put_policy(CloudflareCall& call) {
    json& policy = one_of(call, policies);
    policy = dated(call, policy_of(body_of(call.request), call.world.state), policy);
    return cloudflare_answer(policy_shown(call.world, policy));
}

CloudflareAnswer delete_policy(CloudflareCall& call) {
    const std::string id = one_of(call, policies).at("id");
    if (apps_with(call.world.state, id) > 0) bad_access("the policy is in use by an application");
    all_of(call, policies).erase(id);
    return accepted_deletion(id);
}

// ---- groups

json group_of(CloudflareCall& call) {
    const json body = body_of(call.request);
    json group = {{"name", new_name(call, groups, body)}};
    set_rules(group, body, call.world.state);
    return group;
}

CloudflareAnswer list_groups(CloudflareCall& call) {
    return listed(call, groups, 1000);
}

CloudflareAnswer create_group(CloudflareCall& call) {
    must_fit_quota(call, groups, 300);
    const json group = dated(call, group_of(call), nullptr);
    all_of(call, groups)[group["id"]] = group;
    return cloudflare_answer(group, 201);
}

CloudflareAnswer get_group(CloudflareCall& call) {
    return cloudflare_answer(one_of(call, groups));
}

CloudflareAnswer put_group(CloudflareCall& call) {
    json& group = one_of(call, groups);
    group = dated(call, group_of(call), group);
    return cloudflare_answer(group);
}

CloudflareAnswer delete_group(CloudflareCall& call) {
    const std::string id = one_of(call, groups).at("id");
    if (is_used(call.world.state, "group", id)) bad_access("the group is in use");
    all_of(call, groups).erase(id);
    return accepted_deletion(id);
}

// ---- service tokens: the secret is shown once

/// "8760h", or "forever". @return hours; 0: for ever
long hours_of(const std::string& duration) {
    if (duration == "forever") return 0;
    const bool is_hours = duration.size() > 1 && duration.size() < 8 && duration.back() == 'h' &&
                          duration.find_first_not_of("0123456789") == duration.size() - 1;
    if (!is_hours) bad_access(fmt::format("invalid duration \"{}\"", duration));
    return std::stol(duration);
}

void set_expiry(const CloudflareWorld& world, json& token) {
    long hours = hours_of(token.at("duration"));
    if (hours == 0) hours = 876'000;  // a hundred years stand for ever
    std::string when = net::to_string(world.clock.wall() + std::chrono::hours{hours});
    token["expires_at"] = when.substr(0, 19) + "Z";
}

json with_secret(CloudflareWorld& world, json& token) {
    token["_client_secret"] = net::random_hex(world.random, 32);
    json shown = visible(token);
    shown["client_secret"] = token["_client_secret"];
    return shown;
}

CloudflareAnswer list_tokens(CloudflareCall& call) {
    return listed(call, tokens, 1000);
}

CloudflareAnswer create_token(CloudflareCall& call) {
    must_fit_quota(call, tokens, 50);
    const json body = body_of(call.request);
    json token = {{"name", new_name(call, tokens, body)},
                  {"duration", text_or(body, "duration", "8760h")},
                  {"client_id", call.world.hex_id() + ".access"},
                  {"client_secret_version", 1}};
    set_expiry(call.world, token);
    token = dated(call, std::move(token), nullptr);
    json& kept = all_of(call, tokens)[token["id"]] = token;
    return cloudflare_answer(with_secret(call.world, kept), 201);
}

CloudflareAnswer get_token(CloudflareCall& call) {
    return cloudflare_answer(visible(one_of(call, tokens)));
}

CloudflareAnswer put_token(CloudflareCall& call) {
    json& token = one_of(call, tokens);
    const json body = body_of(call.request);
    json changed = token;
    if (body.contains("name")) changed["name"] = new_name(call, tokens, body);
    if (body.contains("duration")) {
        changed["duration"] = text_or(body, "duration", "");
        set_expiry(call.world, changed);
    }
    token = dated(call, std::move(changed), token);
    return cloudflare_answer(visible(token));
}

CloudflareAnswer rotate_token(CloudflareCall& call) {
    json& token = one_of(call, tokens);
    token["client_secret_version"] = token["client_secret_version"].get<int>() + 1;
    token["updated_at"] = access_now(call.world);
    return cloudflare_answer(with_secret(call.world, token));
}

CloudflareAnswer refresh_token(CloudflareCall& call) {
    json& token = one_of(call, tokens);
    set_expiry(call.world, token);
    return cloudflare_answer(visible(token));
}

CloudflareAnswer delete_token(CloudflareCall& call) {
    const json token = one_of(call, tokens);
    const std::string id = token.at("id");
    if (is_used(call.world.state, "service_token", id)) bad_access("the service token is in use");
    all_of(call, tokens).erase(id);
    return cloudflare_answer(visible(token));
}

// ---- tags

json tag_shown(const CloudflareWorld& world, json tag) {
    const auto has = [&tag](const auto& entry) {
        const json& list = entry.second.at("tags");
        return std::ranges::find(list, tag.at("name")) != list.end();
    };
    tag["app_count"] = std::ranges::count_if(world.state.access_apps, has);
    return tag;
}

CloudflareAnswer list_tags(CloudflareCall& call) {
    std::vector<json> found;
    for (const auto& [name, tag] : all_of(call, tags)) found.push_back(tag_shown(call.world, tag));
    return paged_answer(call.request, found, {1, 1000, 50, 12130});
}

CloudflareAnswer create_tag(CloudflareCall& call) {
    const std::string name = new_name(call, tags, body_of(call.request));
    const std::string now = access_now(call.world);
    all_of(call, tags)[name] = {{"name", name}, {"created_at", now}, {"updated_at", now}};
    return cloudflare_answer(tag_shown(call.world, all_of(call, tags)[name]), 201);
}

CloudflareAnswer get_tag(CloudflareCall& call) {
    return cloudflare_answer(tag_shown(call.world, one_of(call, tags)));
}

CloudflareAnswer delete_tag(CloudflareCall& call) {
    const json tag = tag_shown(call.world, one_of(call, tags));
    if (tag["app_count"] != 0) bad_access("the tag is in use by an application");
    all_of(call, tags).erase(tag["name"].get<std::string>());
    return cloudflare_answer({{"name", tag["name"]}}, 202);
}

CloudflareAnswer list_providers(CloudflareCall& call) {
    std::string id = call.world.account + "0000";
    id = fmt::format("{}-{}-4{}-8{}-{}", id.substr(0, 8), id.substr(8, 4), id.substr(12, 3),
                     id.substr(15, 3), id.substr(18, 12));
    const json otp = {{"id", id},
                      {"uid", id},
                      {"name", "One-time PIN login"},
                      {"type", "onetimepin"},
                      {"config", json::object()}};
    return paged_answer(call.request, {otp}, {1, 1000, 200, 12130});
}

}  // namespace

std::string access_now(const CloudflareWorld& world) {
    return world.now().substr(0, 19) + "Z";
}

void bad_access(const std::string& why) {
    throw CloudflareRefusal{400, 12130, "access.api.error.invalid_request: " + why};
}

CloudflareAnswer accepted_deletion(const std::string& id) {
    return cloudflare_answer({{"id", id}}, 202);
}

json policy_shown(const CloudflareWorld& world, const json& policy) {
    json shown = visible(policy);
    shown["reusable"] = true;
    shown["app_count"] = apps_with(world.state, policy.at("id"));
    return shown;
}

std::vector<CloudflareRoute> access_routes() {
    using net::Method;
    const std::string access = "/accounts/{}/access";
    std::vector<CloudflareRoute> routes = access_app_routes();
    const std::vector<CloudflareRoute> more{
        {Method::get, access + "/policies", "access", list_policies},
        {Method::post, access + "/policies", "access", create_policy},
        {Method::get, access + "/policies/{}", "access", get_policy},
        {Method::put, access + "/policies/{}", "access", put_policy},
        {Method::del, access + "/policies/{}", "access", delete_policy},
        {Method::get, access + "/groups", "access_groups", list_groups},
        {Method::post, access + "/groups", "access_groups", create_group},
        {Method::get, access + "/groups/{}", "access_groups", get_group},
        {Method::put, access + "/groups/{}", "access_groups", put_group},
        {Method::del, access + "/groups/{}", "access_groups", delete_group},
        {Method::get, access + "/service_tokens", "service_tokens", list_tokens},
        {Method::post, access + "/service_tokens", "service_tokens", create_token},
        {Method::get, access + "/service_tokens/{}", "service_tokens", get_token},
        {Method::put, access + "/service_tokens/{}", "service_tokens", put_token},
        {Method::del, access + "/service_tokens/{}", "service_tokens", delete_token},
        {Method::post, access + "/service_tokens/{}/rotate", "service_tokens", rotate_token},
        {Method::post, access + "/service_tokens/{}/refresh", "service_tokens", refresh_token},
        {Method::get, access + "/tags", "access", list_tags},
        {Method::post, access + "/tags", "access", create_tag},
        {Method::get, access + "/tags/{}", "access", get_tag},
        {Method::del, access + "/tags/{}", "access", delete_tag},
        {Method::get, access + "/identity_providers", "access_groups", list_providers},
    };
    routes.insert(routes.end(), more.begin(), more.end());
    return routes;
}

}  // namespace driftless::test
