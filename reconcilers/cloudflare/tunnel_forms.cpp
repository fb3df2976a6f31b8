#include "reconcilers/cloudflare/tunnel_forms.hpp"

#include <algorithm>

#include "providers/cloudflare/answers.hpp"

namespace driftless::cloudflare {
namespace {

constexpr const char* origin_word = "originRequest";

const json& member(const json& object, std::string_view key) {
    static const json none;
    if (!object.is_object()) return none;
    const auto found = object.find(key);
    return found == object.end() ? none : *found;
}

bool is_known(const std::string& key) {
    return key == "access" || std::ranges::any_of(origin_keys(), [&key](const OriginKey& each) {
               return each.name == key;
           });
}

/// `access`: who must have passed Access first. Null where nobody must.
json canonical_access(const json& access) {
    if (!access.is_object()) return nullptr;
    json form = json::object();
    if (member(access, "required") == true) form["required"] = true;
    if (const std::string team = text_of(access, "teamName"); !team.empty())
        form["teamName"] = team;
    json tags = member(access, "audTag");
    if (tags.is_array() && !tags.empty()) {
        std::sort(tags.begin(), tags.end());
        form["audTag"] = std::move(tags);
    }
    return form.empty() ? json{} : form;
}

bool is_wildcard(const std::string& hostname) {
    return hostname.starts_with('*');
}

/// Rules of `ingress` for these hostnames: one that names a host, or one with a wildcard.
std::vector<json> rules_for(const json& ingress, const std::set<std::string>& hostnames,
                            bool wildcard) {
    std::vector<json> rules;
    if (!ingress.is_array()) return rules;
    for (const json& rule : ingress) {
        if (!rule.is_object()) continue;
        const std::string hostname = text_of(rule, "hostname");
        if (hostnames.contains(hostname) && is_wildcard(hostname) == wildcard)
            rules.push_back(rule);
    }
    return rules;
}

}  // namespace

const std::vector<OriginKey>& origin_keys() {
    static const std::vector<OriginKey> all{{"bastionMode", false},
                                            {"caPool", ""},
                                            {"connectTimeout", 30},
                                            {"disableChunkedEncoding", false},
                                            {"http2Origin", false},
                                            {"httpHostHeader", ""},
                                            {"keepAliveConnections", 100},
                                            {"keepAliveTimeout", 90},
                                            {"matchSNItoHost", false},
                                            {"noHappyEyeballs", false},
                                            {"noTLSVerify", false},
                                            {"originServerName", ""},
                                            {"proxyAddress", "127.0.0.1"},
                                            {"proxyPort", 0},
                                            {"proxyType", ""},
                                            {"tcpKeepAlive", 30},
                                            {"tlsTimeout", 10}};
    return all;
}

json canonical_origin(const json& request) {
    json form = json::object();
    for (const OriginKey& key : origin_keys()) {
        const json& value = member(request, key.name);
        if (!value.is_null() && value != key.usual) form[std::string{key.name}] = value;
    }
    json access = canonical_access(member(request, "access"));
    if (!access.is_null()) form["access"] = std::move(access);
    return form;
}

json canonical_rule(const json& rule) {
    json form{{"service", text_of(rule, "service")}};
    for (const char* key : {"hostname", "path"}) {
        if (const std::string text = text_of(rule, key); !text.empty()) form[key] = text;
    }
    json request = canonical_origin(member(rule, origin_word));
    if (!request.empty()) form[origin_word] = std::move(request);
    return form;
}

json canonical_config(const json& config, const std::set<std::string>& hidden) {
    json form{{"ingress", json::array()},
              {origin_word, canonical_origin(member(config, origin_word))}};
    const json& ingress = member(config, "ingress");
    for (const json& rule : ingress.is_array() ? ingress : json::array()) {
        if (!rule.is_object() || hidden.contains(text_of(rule, "hostname"))) continue;
        form["ingress"].push_back(canonical_rule(rule));
    }
    return form;
}

json config_with(json config, const json& spec, const std::set<std::string>& kept) {
    if (!config.is_object()) config = json::object();
    const json before = member(config, "ingress");
    const json& wanted = spec.at("ingress");
    json rules = rules_for(before, kept, false);
    for (std::size_t at = 0; at < wanted.size(); ++at) {
        if (at + 1 == wanted.size()) {  // a wildcard's must not take what ours name
            for (json& rule : rules_for(before, kept, true)) rules.push_back(std::move(rule));
        }
        rules.push_back(wanted[at]);
    }
    json request = member(spec, origin_word).is_object() ? spec[origin_word] : json::object();
    const json request_before = member(config, origin_word);
    if (request_before.is_object()) {
        for (const auto& [key, value] : request_before.items()) {
            if (!is_known(key)) request[key] = value;
        }
    }
    config["ingress"] = std::move(rules);
    config[origin_word] = std::move(request);
    return config;
}

}  // namespace driftless::cloudflare
