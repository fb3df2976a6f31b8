#include "reconcilers/cloudflare/access_fields.hpp"

#include <algorithm>
#include <array>

#include "config/base/durations.hpp"
#include "config/base/vault.hpp"
#include "reconcilers/seals.hpp"

namespace driftless::cloudflare {
namespace {

const json map = json::object();
const json list = json::array();

/// Not kept: scim_config, whose password the service never shows.
const std::vector<AccessKey> keys_of_application{
    {"allow_authenticate_via_warp", false},
    {"allow_iframe", false},
    {"allowed_idps", list, Compare::set},
    {"app_launcher_visible", true},
    {"auto_redirect_to_identity", false},
    {"cors_headers", map, Compare::whole},
    {"custom_deny_message", ""},
    {"custom_deny_url", ""},
    {"custom_non_identity_deny_url", ""},
    {"custom_pages", list, Compare::set},
    {"eager_redirect_cookie_setting", false},
    {"enable_binding_cookie", false},
    {"http_only_cookie_attribute", true},
    {"logo_url", ""},
    {"mfa_config", map, Compare::whole},
    {"oauth_configuration", map, Compare::whole},
    {"options_preflight_bypass", false},
    {"path_cookie_attribute", false},
    {"read_service_tokens_from_header", ""},
    {"same_site_cookie_attribute", ""},
    {"service_auth_401_redirect", false},
    {"session_duration", "24h"},
    {"skip_interstitial", false},
    {"use_clientless_isolation_app_launcher_url", false},
};
const std::vector<AccessKey> keys_of_policy{
    {"approval_groups", list},
    {"approval_required", false},
    {"connection_rules", map, Compare::whole},
    {"isolation_required", false},
    {"mfa_config", map, Compare::whole},
    {"purpose_justification_prompt", ""},
    {"purpose_justification_required", false},
    {"session_duration", "24h"},
};
const std::vector<AccessKey> keys_of_group{{"is_default", false}};
const std::vector<AccessKey> keys_of_service_token{{"duration", "8760h"}};

constexpr std::array<std::string_view, 2> sessions{"session_duration", "duration"};
constexpr std::array<const char*, 7> only_told{"id",         "uid",       "aud",     "created_at",
                                               "updated_at", "app_count", "reusable"};

bool is_session(std::string_view name) {
    return std::ranges::find(sessions, name) != sessions.end();
}

/// Within a map the service fills in what is off, and leaves out what is empty.
json without_empty(const json& value) {
    if (value.is_array()) {
        json items = json::array();
        for (const json& item : value) items.push_back(without_empty(item));
        return items;
    }
    if (!value.is_object()) return value;
    json members = json::object();
    for (const auto& [name, member] : value.items()) {
        json kept = without_empty(member);
        if (kept.is_string() && is_session(name)) kept = canonical_session(kept);
        const bool is_off = kept.is_null() || kept == false || kept == "";
        const bool is_hollow = kept.is_structured() && kept.empty();
        if (!is_off && !is_hollow) members[name] = std::move(kept);
    }
    return members;
}

/// Of all that a manifest may name by another manifest.
void hide_ids(json& spec) {
    for (const char* part : {"include", "exclude", "require"}) {
        if (!spec.contains(part)) continue;
        for (json& rule : spec[part]) {
            if (rule.contains("group")) rule["group"] = "";
            if (rule.contains("service_token")) rule["service_token"] = "";
        }
    }
    if (spec.contains("policies"))
        for (json& id : spec["policies"]) id = "";
}

}  // namespace

const std::vector<AccessKey>& access_keys(AccessSort sort) {
    switch (sort) {
        case AccessSort::group: return keys_of_group;
        case AccessSort::policy: return keys_of_policy;
        case AccessSort::application: return keys_of_application;
        case AccessSort::service_token: return keys_of_service_token;
    }
    return keys_of_group;
}

std::string canonical_session(const std::string& text) {
    const auto duration = parse_duration(text);
    return duration && !has_marks(text) ? to_string(*duration) : text;
}

json canonical_field(const AccessKey& key, const json& value) {
    if (value.is_null()) return key.usual;
    if (value.is_string() && is_session(key.name)) {
        const std::string text = value;
        return text.empty() ? key.usual : json(canonical_session(text));
    }
    return without_empty(value);
}

json plain_fields(AccessSort sort, const json& shown) {
    json fields = json::object();
    for (const AccessKey& key : access_keys(sort)) {
        const std::string name{key.name};
        fields[name] = canonical_field(key, shown.contains(name) ? shown.at(name) : json());
    }
    return fields;
}

FieldRules access_field_rules(AccessSort sort) {
    FieldRules rules;
    for (const char* part : {"/include", "/exclude", "/require", "/tags"}) {
        rules.push_back({.path = part, .as = Compare::set});
    }
    for (const AccessKey& key : access_keys(sort)) {
        if (key.as == Compare::value) continue;
        rules.push_back({.path = "/" + std::string{key.name}, .as = key.as});
    }
    return rules;
}

bool looks_as_declared(AccessSort sort, json want, json have) {
    if (holds_marks(want)) {
        hide_ids(want);
        hide_ids(have);
    }
    return changed_fields(want, have, access_field_rules(sort)).empty();
}

json writable(json shown) {
    for (const char* key : only_told) shown.erase(key);
    return shown;
}

}  // namespace driftless::cloudflare
