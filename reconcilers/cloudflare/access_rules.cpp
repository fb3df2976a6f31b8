#include "reconcilers/cloudflare/access_rules.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/base/lower_case.hpp"
#include "config/base/nearest.hpp"
#include "config/base/vault.hpp"
#include "config/manifest.hpp"
#include "reconcilers/cloudflare/node_json.hpp"

namespace driftless::cloudflare {
namespace {

const RuleSort* sort_of(std::string_view name) {
    const auto found = std::ranges::find(rule_sorts(), name, &RuleSort::name);
    return found == rule_sorts().end() ? nullptr : &*found;
}

std::vector<std::string> names_of_sorts() {
    std::vector<std::string> names;
    for (const RuleSort& sort : rule_sorts()) names.emplace_back(sort.name);
    return names;
}

bool is_empty(const json& value) {
    return value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty());
}

json canonical_value(const std::string& sort, const std::string& field, const json& value) {
    if (!value.is_string() || has_marks(value.get_ref<const std::string&>())) return value;
    const std::string text = value;
    if (field == "email" || field == "domain") return lower_case(text);
    if (sort != "ip" || field != "ip") return value;
    const std::string network = canonical_network(text);
    return network.empty() ? text : network;
}

class RuleReader {
public:
    RuleReader(std::string where, const std::string& target, Findings& findings)
        : where_(std::move(where)), target_(target), findings_(findings) {}

    /// @return null for one that is wrong
    json read(const Node& node) {
        if (!node.is_map() || node.entries.size() != 1) {
            return wrong(node.place,
                         "expected a rule with one key, such as {email_domain: bnx.dev}");
        }
        const Node::Entry& entry = node.entries.front();
        const RuleSort* sort = sort_of(entry.key);
        if (sort == nullptr) {
            return wrong(entry.key_place,
                         fmt::format("no rule is called {}{}", in_quotes(entry.key),
                                     did_you_mean(entry.key, names_of_sorts())));
        }
        where_ += "." + entry.key;
        json value = entry.value.is_map() ? fields(*sort, entry.value) : text(*sort, entry.value);
        if (value.is_null()) return nullptr;
        json rule = canonical_access_rule({{entry.key, std::move(value)}});
        check(*sort, rule.begin().value(), entry.value.place);
        return rule;
    }

private:
    std::nullptr_t wrong(const Place& place, std::string_view message) {
        findings_.push_back(
            {Finding::Severity::error, place, fmt::format("{}: {}", where_, message)});
        return nullptr;
    }

    json fields(const RuleSort& sort, const Node& node) {
        std::vector<std::string> known;
        for (const auto& list : {sort.required, sort.optional}) {
            known.insert(known.end(), list.begin(), list.end());
        }
        for (const Node::Entry& entry : node.entries) {
            if (std::ranges::find(known, entry.key) != known.end()) continue;
            return wrong(entry.key_place, fmt::format("unknown key {}{}", in_quotes(entry.key),
                                                      did_you_mean(entry.key, known)));
        }
        for (const std::string_view field : sort.required) {
            const Node* value = node.find(field);
            const bool is_there =
                value != nullptr &&
                (value->is_list() || (value->is_scalar() && !value->text.empty()));
            if (!is_there) return wrong(node.place, fmt::format("{} is missing", field));
        }
        return json_of(node);
    }

    json text(const RuleSort& sort, const Node& node) {
        if (sort.required.empty() && (node.is_null() || node.text.empty())) return json::object();
        if (sort.required.size() != 1 || !node.is_scalar() || node.text.empty()) {
            return wrong(node.place,
                         fmt::format("expected a map of {}", fmt::join(sort.required, ", ")));
        }
        if (sort.manifest.empty()) return {{std::string{sort.required.front()}, node.text}};
        auto id = id_named(node.text, sort.manifest, target_);
        if (!id) return wrong(node.place, id.error().message);
        return {{std::string{sort.required.front()}, *std::move(id)}};
    }

    void check(const RuleSort& sort, const json& value, const Place& place) {
        const std::string text = value.is_object() && !sort.required.empty() &&
                                         value.value(sort.required.front(), json()).is_string()
                                     ? value.at(std::string{sort.required.front()})
                                     : json("");
        if (text.empty() || has_marks(text)) return;
        const std::size_t at = text.find('@');
        if (sort.name == "email" && (at == 0 || at == text.npos || at + 1 == text.size())) {
            wrong(place, fmt::format("{} is no mail address", in_quotes(text)));
        }
        if (sort.name == "email_domain" && (at != text.npos || text.find('.') == text.npos)) {
            wrong(place,
                  fmt::format("{} is no domain; write what stands behind the @", in_quotes(text)));
        }
        if (sort.name == "ip" && canonical_network(text).empty()) {
            wrong(place, fmt::format("{} is neither an address nor a network", in_quotes(text)));
        }
        if (sort.name == "geo" && text.size() != 2) {
            wrong(place, fmt::format("{} is no country's code; one has two letters, as GB",
                                     in_quotes(text)));
        }
    }

    std::string where_;
    const std::string& target_;
    Findings& findings_;
};

}  // namespace

const std::vector<RuleSort>& rule_sorts() {
    static const std::vector<RuleSort> all{
        {"any_valid_service_token", {}},
        {"auth_context", {"id", "ac_id", "identity_provider_id"}},
        {"auth_method", {"auth_method"}},
        {"azureAD", {"id", "identity_provider_id"}},
        {"certificate", {}},
        {"cloudflare_account_member", {}, {"account_id"}},
        {"common_name", {"common_name"}},
        {"device_posture", {"integration_uid"}, {"account_id"}},
        {"email", {"email"}},
        {"email_domain", {"domain"}},
        {"email_list", {"id"}},
        {"everyone", {}},
        {"external_evaluation", {"evaluate_url", "keys_url"}},
        {"geo", {"country_code"}},
        {"github-organization", {"name", "identity_provider_id"}, {"team"}},
        {"group", {"id"}, {}, "AccessGroup"},
        {"gsuite", {"email", "identity_provider_id"}},
        {"ip", {"ip"}},
        {"ip_list", {"id"}},
        {"linked_app_token", {"app_uid"}},
        {"login_method", {"id"}},
        {"oidc", {"claim_name", "claim_value", "identity_provider_id"}},
        {"okta", {"name", "identity_provider_id"}},
        {"saml", {"attribute_name", "attribute_value", "identity_provider_id"}},
        {"service_token", {"token_id"}, {}, "AccessServiceToken"},
        {"user_risk_score", {"user_risk_score"}},
    };
    return all;
}

std::string canonical_network(const std::string& text) {
    const std::size_t slash = text.find('/');
    const std::string address = text.substr(0, slash);
    const int family = address.find(':') == address.npos ? AF_INET : AF_INET6;
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    std::array<char, INET6_ADDRSTRLEN> shown{};
    const bool fits = ::inet_pton(family, address.c_str(), bytes.data()) == 1 &&
                      ::inet_ntop(family, bytes.data(), shown.data(), shown.size()) != nullptr;
    if (!fits) return "";
    const int most = family == AF_INET ? 32 : 128;
    if (slash == text.npos) return fmt::format("{}/{}", shown.data(), most);
    const std::string bits = text.substr(slash + 1);
    const bool is_number = !bits.empty() && bits.size() <= 3 &&
                           bits.find_first_not_of("0123456789") == bits.npos &&
                           std::stoi(bits) <= most;
    return is_number ? fmt::format("{}/{}", shown.data(), std::stoi(bits)) : "";
}

json canonical_access_rule(const json& rule) {
    if (!rule.is_object() || rule.size() != 1) return rule;
    const std::string& sort = rule.begin().key();
    json fields = json::object();
    if (rule.begin().value().is_object()) {
        for (const auto& [field, value] : rule.begin().value().items()) {
            if (!is_empty(value)) fields[field] = canonical_value(sort, field, value);
        }
    }
    return {{sort, std::move(fields)}};
}

json canonical_access_rules(const json& rules) {
    json all = json::array();
    if (!rules.is_array()) return all;
    for (const json& rule : rules) {
        if (rule.is_object() && !rule.empty()) all.push_back(canonical_access_rule(rule));
    }
    return all;
}

json read_rules(const Node& list, const std::string& where, const std::string& target,
                Findings& findings) {
    json rules = json::array();
    if (!list.is_list()) {
        findings.push_back(
            {Finding::Severity::error, list.place, where + ": expected a list of rules"});
        return rules;
    }
    for (std::size_t at = 0; at < list.items.size(); ++at) {
        RuleReader reader{fmt::format("{}[{}]", where, at), target, findings};
        json rule = reader.read(list.items[at]);
        if (!rule.is_null()) rules.push_back(std::move(rule));
    }
    return rules;
}

Result<std::string> id_named(const std::string& text, std::string_view kind,
                             const std::string& target) {
    if (has_marks(text)) return text;
    if (text.find('/') == text.npos) return text;
    const auto named = parse_manifest_ref(text, target);
    if (!named) return named.error();
    if (named->kind != kind) {
        return Error{Errc::invalid, fmt::format("{} is no {}; write {}/{}, or an id",
                                                in_quotes(text), kind, kind, named->name)};
    }
    if (named->target != target) {
        return Error{Errc::invalid,
                     fmt::format("{} is of another account, which knows no id of this one; "
                                 "declare one for target {}",
                                 in_quotes(text), target)};
    }
    return late_mark({*named, "id"});
}

}  // namespace driftless::cloudflare
