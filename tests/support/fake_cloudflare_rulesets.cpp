// Rulesets of zones and of the account: one entry point a phase, versions, dry runs.
#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_cloudflare_rules.hpp"

namespace driftless::test {

namespace {

/// Those that Cloudflare keeps in every zone: listed, nobody's to change.
std::vector<json> managed_rulesets() {
    const auto one = [](const char* id, const char* name, const char* phase) {
        return json{{"id", id},
                    {"name", name},
                    {"description", "Made and kept by Cloudflare"},
                    {"source", "firewall_managed"},
                    {"kind", "managed"},
                    {"version", "60"},
                    {"last_updated", "2025-11-04T16:12:09.104831Z"},
                    {"phase", phase},
                    {"rules", json::array()}};
    };
    return {one("4d21379b4f9f4bb088e0729962c8b3cf", "DDoS L7 ruleset", "ddos_l7"),
            one("70339d97bdb34195bbf054b1ebe81f76", "Cloudflare Normalization Ruleset",
                "http_request_sanitize")};
}

RulesetScope scope_of(CloudflareCall& call) {
    if (call.request.steps.at(0) == "accounts") {
        return {call.world.state.rulesets, "root", "enterprise"};
    }
    CloudflareZone& zone = call.zone();
    return {zone.rulesets, "zone", zone.plan};
}

bool is_dry(const CloudflareCall& call) {
    return call.request.query_or("dry_run", "false") == "true";
}

json head_of(const json& ruleset) {
    json head = visible(ruleset);
    head.erase("rules");
    return head;
}

json& ruleset_of(CloudflareCall& call, const RulesetScope& scope) {
    const auto found = scope.all.find(call.ids.at(1));
    if (found == scope.all.end()) {
        throw CloudflareRefusal{404, 10001,
                                fmt::format("could not find ruleset {}", call.ids.at(1))};
    }
    return found->second;
}

json* entry_point(const RulesetScope& scope, const std::string& phase) {
    for (auto& [id, ruleset] : scope.all) {
        if (ruleset["phase"] == phase && ruleset["kind"] == scope.kind) return &ruleset;
    }
    return nullptr;
}

json& entry_point_of(CloudflareCall& call, const RulesetScope& scope) {
    json* found = entry_point(scope, call.ids.at(1));
    if (found == nullptr) {
        throw CloudflareRefusal{
            404, 10003,
            fmt::format("could not find entrypoint ruleset in the \"{}\" phase", call.ids.at(1))};
    }
    return *found;
}

/// Keeps what a version was, and stores the next. Nothing of it when it is a dry run.
CloudflareAnswer stored(CloudflareCall& call, const RulesetScope& scope, json next) {
    if (is_dry(call)) return cloudflare_answer(nullptr);
    const std::string id = next["id"];
    const auto before = scope.all.find(id);
    if (before != scope.all.end()) {
        next["_versions"] = before->second["_versions"];
        next["version"] =
            std::to_string(std::stoi(before->second["version"].get<std::string>()) + 1);
    }
    next["last_updated"] = call.world.now();
    next["_versions"].push_back(visible(next));
    scope.all[id] = next;
    return cloudflare_answer(visible(next));
}

json new_ruleset(CloudflareWorld& world, const std::string& phase, const std::string& kind) {
    return {{"id", world.hex_id()},        {"name", "default"}, {"description", ""},
            {"source", "rules_api"},       {"kind", kind},      {"version", "1"},
            {"last_updated", world.now()}, {"phase", phase},    {"rules", json::array()},
            {"_versions", json::array()}};
}

/// What a PUT replaces: description, name of a custom one, all rules.
json replaced(CloudflareCall& call, const RulesetScope& scope, json ruleset) {
    const json body = body_of(call.request);
    for (const char* fixed : {"kind", "phase"}) {
        if (body.contains(fixed) && body[fixed] != ruleset[fixed]) {
            bad_rule(20120, fmt::format("{} can't be changed", fixed));
        }
    }
    ruleset["description"] = text_or(body, "description", ruleset["description"]);
    ruleset["name"] = text_or(body, "name", ruleset["name"]);
    ruleset["rules"] = rules_of(call.world, scope, ruleset["phase"],
                                member_or(body, "rules", json::array()), ruleset["rules"]);
    return ruleset;
}

// ---- endpoints

CloudflareAnswer list_rulesets(CloudflareCall& call) {
    const RulesetScope scope = scope_of(call);
    std::vector<json> all;
    for (const auto& [id, ruleset] : scope.all) all.push_back(head_of(ruleset));
    for (const json& ruleset : managed_rulesets()) all.push_back(head_of(ruleset));
    const Page size = page_of(call.request, all.size(), {1, 50, 50, 20120});
    const std::string cursor = call.request.query_or("cursor", "");
    const std::size_t begin = cursor.empty() ? 0 : std::stoul(from_base64(cursor).value_or("0"));
    json page = json::array();
    for (std::size_t at = begin; at < std::min(all.size(), begin + size.size); ++at) {
        page.push_back(all[at]);
    }
    CloudflareAnswer answer = cloudflare_answer(page);
    if (begin + size.size >= all.size()) return answer;
    json body = json::parse(answer.body);
    const std::string next = base64_of(std::to_string(begin + size.size));
    body["result_info"] = {{"cursor", next}, {"cursors", {{"after", next}}}};
    answer.body = body.dump();
    return answer;
}

CloudflareAnswer create_ruleset(CloudflareCall& call) {
    const RulesetScope scope = scope_of(call);
    const json body = body_of(call.request);
    const std::string phase = text_or(body, "phase", "");
    const std::string kind = text_or(body, "kind", "");
    check_phase(scope, phase);
    if (kind != scope.kind && kind != "custom") bad_rule(20120, "kind is not one of this scope");
    if (kind == scope.kind && entry_point(scope, phase) != nullptr) {
        bad_rule(20217, fmt::format("exceeded maximum number of {} rulesets for phase {}: 2 out of "
                                    "1",
                                    kind, phase));
    }
    json ruleset = new_ruleset(call.world, phase, kind);
    return stored(call, scope, replaced(call, scope, std::move(ruleset)));
}

CloudflareAnswer get_ruleset(CloudflareCall& call) {
    const RulesetScope scope = scope_of(call);
    for (const json& managed : managed_rulesets()) {
        if (managed["id"] == call.ids.at(1)) return cloudflare_answer(managed);
    }
    return cloudflare_answer(visible(ruleset_of(call, scope)));
}

CloudflareAnswer put_ruleset(CloudflareCall& call) {
    const RulesetScope scope = scope_of(call);
    return stored(call, scope, replaced(call, scope, ruleset_of(call, scope)));
}

CloudflareAnswer delete_ruleset(CloudflareCall& call) {
    const RulesetScope scope = scope_of(call);
    const std::string id = ruleset_of(call, scope)["id"];
    if (is_dry(call)) return cloudflare_answer(nullptr);
    scope.all.erase(id);
    return {204, "", {}};
}

CloudflareAnswer get_entry_point(CloudflareCall& call) {
    const RulesetScope scope = scope_of(call);
    return cloudflare_answer(visible(entry_point_of(call, scope)));
}

/// Makes it where there is none yet.
CloudflareAnswer put_entry_point(CloudflareCall& call) {
    const RulesetScope scope = scope_of(call);
    const std::string& phase = call.ids.at(1);
    check_phase(scope, phase);
    const json* found = entry_point(scope, phase);
    json ruleset = found != nullptr ? *found : new_ruleset(call.world, phase, scope.kind);
    return stored(call, scope, replaced(call, scope, std::move(ruleset)));
}

// ---- single rules

/// Puts a rule where {"before": id}, {"after": id} or {"index": n} says; else at the end.
void place(json& rules, json rule, const json& position) {
    auto at = rules.end();
    if (position.contains("index")) {
        const auto index = position["index"].get<std::ptrdiff_t>();
        at = rules.begin() +
             std::clamp<std::ptrdiff_t>(index - 1, 0, static_cast<std::ptrdiff_t>(rules.size()));
    }
    const auto find = [&rules](const json& id) {
        return std::find_if(rules.begin(), rules.end(),
                            [&id](const json& one) { return one["id"] == id; });
    };
    if (position.contains("before")) {
        at = position["before"] == "" ? rules.begin() : find(position["before"]);
    }
    if (position.contains("after") && position["after"] != "") {
        at = find(position["after"]);
        if (at != rules.end()) ++at;
    }
    rules.insert(at, std::move(rule));
}

CloudflareAnswer with_rules(CloudflareCall& call, const RulesetScope& scope, json ruleset,
                            const json& rules) {
    ruleset["rules"] = rules_of(call.world, scope, ruleset["phase"], rules, ruleset["rules"]);
    return stored(call, scope, std::move(ruleset));
}

json without_rule(const json& ruleset, const std::string& id) {
    json rules = ruleset["rules"];
    const auto found = std::find_if(rules.begin(), rules.end(),
                                    [&id](const json& one) { return one["id"] == id; });
    if (found == rules.end()) {
        throw CloudflareRefusal{404, 10002, fmt::format("could not find rule {}", id)};
    }
    rules.erase(found);
    return rules;
}

CloudflareAnswer add_rule(CloudflareCall& call) {
    const RulesetScope scope = scope_of(call);
    const json& ruleset = ruleset_of(call, scope);
    const json rule = body_of(call.request);
    json rules = ruleset["rules"];
    place(rules, rule, member_or(rule, "position", json::object()));
    return with_rules(call, scope, ruleset, rules);
}

CloudflareAnswer patch_rule(CloudflareCall& call) {
    const RulesetScope scope = scope_of(call);
    const json& ruleset = ruleset_of(call, scope);
    json rules = ruleset["rules"];
    (void)without_rule(ruleset, call.ids.at(2));  // it must be there
    json rule;
    for (json& one : rules) {
        if (one["id"] != call.ids.at(2)) continue;
        one.update(body_of(call.request));
        rule = one;
    }
    if (rule.contains("position")) {
        rules = without_rule(ruleset, call.ids.at(2));
        place(rules, rule, rule["position"]);
    }
    return with_rules(call, scope, ruleset, rules);
}

CloudflareAnswer delete_rule(CloudflareCall& call) {
    const RulesetScope scope = scope_of(call);
    const json& ruleset = ruleset_of(call, scope);
    return with_rules(call, scope, ruleset, without_rule(ruleset, call.ids.at(2)));
}

// ---- versions

CloudflareAnswer versions_of(const json& ruleset) {
    json list = json::array();
    for (const json& version : ruleset["_versions"]) list.push_back(head_of(version));
    return cloudflare_answer(std::move(list));
}

CloudflareAnswer version_of(const json& ruleset, const std::string& number) {
    for (const json& version : ruleset["_versions"]) {
        if (version["version"] == number) return cloudflare_answer(version);
    }
    throw CloudflareRefusal{404, 10001, fmt::format("could not find version {}", number)};
}

CloudflareAnswer list_versions(CloudflareCall& call) {
    return versions_of(ruleset_of(call, scope_of(call)));
}

CloudflareAnswer get_version(CloudflareCall& call) {
    return version_of(ruleset_of(call, scope_of(call)), call.ids.at(2));
}

CloudflareAnswer list_entry_versions(CloudflareCall& call) {
    return versions_of(entry_point_of(call, scope_of(call)));
}

CloudflareAnswer get_entry_version(CloudflareCall& call) {
    return version_of(entry_point_of(call, scope_of(call)), call.ids.at(2));
}

}  // namespace

std::vector<CloudflareRoute> ruleset_routes() {
    using net::Method;
    std::vector<CloudflareRoute> routes;
    for (const std::string root : {"/zones/{}/rulesets", "/accounts/{}/rulesets"}) {
        const std::string entry = root + "/phases/{}/entrypoint";
        const std::vector<CloudflareRoute> some{
            {Method::get, root, "rulesets", list_rulesets},
            {Method::post, root, "rulesets", create_ruleset},
            {Method::get, root + "/{}", "rulesets", get_ruleset},
            {Method::put, root + "/{}", "rulesets", put_ruleset},
            {Method::del, root + "/{}", "rulesets", delete_ruleset},
            {Method::get, root + "/{}/versions", "rulesets", list_versions},
            {Method::get, root + "/{}/versions/{}", "rulesets", get_version},
            {Method::post, root + "/{}/rules", "rulesets", add_rule},
            {Method::patch, root + "/{}/rules/{}", "rulesets", patch_rule},
            {Method::del, root + "/{}/rules/{}", "rulesets", delete_rule},
            {Method::get, entry, "rulesets", get_entry_point},
            {Method::put, entry, "rulesets", put_entry_point},
            {Method::get, entry + "/versions", "rulesets", list_entry_versions},
            {Method::get, entry + "/versions/{}", "rulesets", get_entry_version},
        };
        routes.insert(routes.end(), some.begin(), some.end());
    }
    return routes;
}

}  // namespace driftless::test
