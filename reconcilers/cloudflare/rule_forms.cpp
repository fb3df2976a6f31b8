#include "reconcilers/cloudflare/rule_forms.hpp"

#include <algorithm>
#include <array>

namespace driftless::cloudflare {
namespace {

constexpr std::string_view account_word = "account";
constexpr std::string_view collection_word = "rules ";
constexpr std::array<const char*, 4> parts{"action_parameters", "ratelimit", "logging",
                                           "exposed_credential_check"};

std::string mark_of(const std::string& installation) {
    return "driftless." + installation + ".";
}

bool is_empty(const json& value) {
    return value.is_string() ? value.get_ref<const std::string&>().empty()
                             : value.is_null() || (value.is_structured() && value.empty());
}

/// An empty part says what a missing one does.
/// @param telling  a text under this key says something, empty or not
json without_empty(const json& value, std::string_view telling = "") {
    if (value.is_array()) {
        json list = json::array();
        for (const json& item : value) list.push_back(without_empty(item, telling));
        return list;
    }
    if (!value.is_object()) return value;
    json object = json::object();
    for (const auto& [key, member] : value.items()) {
        json kept = without_empty(member, telling);
        const bool tells = key == telling && kept.is_string();
        if (tells || !is_empty(kept)) object[key] = std::move(kept);
    }
    return object;
}

void sort_list(json& object, const char* key) {
    const auto found = object.find(key);
    if (found != object.end() && found->is_array()) std::sort(found->begin(), found->end());
}

/// What the service takes for granted.
void drop(json& object, const char* key, const json& usual) {
    const auto found = object.find(key);
    if (found != object.end() && *found == usual) object.erase(found);
}

json canonical_parameters(const std::string& action, const json& shown) {
    // To rewrite to nothing is to rewrite, and a ruleset without rules is skipped as a whole.
    json parameters = without_empty(shown, action == "rewrite" ? "value" : "");
    if (!parameters.is_object()) return parameters;
    if (action == "skip" && shown.contains("rules")) parameters["rules"] = shown.at("rules");
    if (action == "execute") drop(parameters, "version", "latest");
    for (const char* key : {"phases", "products"}) sort_list(parameters, key);
    const auto from = parameters.find("from_value");
    if (from != parameters.end() && from->is_object()) drop(*from, "preserve_query_string", false);
    return parameters;
}

json canonical_limit(const json& shown, const std::string& expression) {
    json limit = without_empty(shown);
    if (!limit.is_object()) return limit;
    sort_list(limit, "characteristics");
    drop(limit, "requests_to_origin", false);
    drop(limit, "counting_expression", expression);
    return limit;
}

std::string trimmed(const std::string& text) {
    constexpr std::string_view space = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(space);
    if (begin == std::string::npos) return "";
    return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

std::string text_in(const json& rule, const char* key) {
    const auto found = rule.find(key);
    return found != rule.end() && found->is_string() ? found->get<std::string>() : "";
}

json part(const json& rule, const char* key) {
    const auto found = rule.find(key);
    return found == rule.end() ? json{} : *found;
}

json null_if_empty(json value) {
    return is_empty(value) ? json{} : std::move(value);
}

}  // namespace

std::string to_text(const RulesetPlace& place) {
    return (place.zone.empty() ? std::string{account_word} : place.zone) + "/" + place.phase;
}

std::string rules_collection(const RulesetPlace& place) {
    return std::string{collection_word} + to_text(place);
}

RulesetPlace ruleset_of(const std::string& collection) {
    const std::size_t slash = collection.rfind('/');
    if (!collection.starts_with(collection_word) || slash == std::string::npos) return {};
    RulesetPlace place;
    place.zone = collection.substr(collection_word.size(), slash - collection_word.size());
    place.phase = collection.substr(slash + 1);
    if (place.zone == account_word) place.zone.clear();
    return place;
}

std::string full_ref(const std::string& installation, const std::string& ref) {
    return mark_of(installation) + ref;
}

std::string own_ref(const std::string& installation, const std::string& full) {
    const std::string mark = mark_of(installation);
    return full.starts_with(mark) ? full.substr(mark.size()) : "";
}

json form_of_rule(const json& rule) {
    json form;
    const std::string action = text_in(rule, "action");
    const std::string expression = trimmed(text_in(rule, "expression"));
    form["action"] = action;
    form["expression"] = expression;
    form["description"] = text_in(rule, "description");
    const json enabled = part(rule, "enabled");
    form["enabled"] = enabled.is_null() ? json(true) : enabled;
    form["action_parameters"] =
        null_if_empty(canonical_parameters(action, part(rule, "action_parameters")));
    form["ratelimit"] = null_if_empty(canonical_limit(part(rule, "ratelimit"), expression));
    json logging = without_empty(part(rule, "logging"));
    if (action == "skip" && logging == json{{"enabled", true}}) logging = nullptr;
    form["logging"] = null_if_empty(std::move(logging));
    form["exposed_credential_check"] =
        null_if_empty(without_empty(part(rule, "exposed_credential_check")));
    return form;
}

json rule_body(const json& spec, const std::string& ref) {
    json body{{"ref", ref}};
    for (const char* key : {"action", "expression", "description", "enabled"}) {
        body[key] = spec.at(key);
    }
    for (const char* key : parts) {
        const json value = part(spec, key);
        if (!value.is_null()) body[key] = value;
    }
    return body;
}

}  // namespace driftless::cloudflare
