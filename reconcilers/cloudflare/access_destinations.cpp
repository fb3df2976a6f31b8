#include "reconcilers/cloudflare/access_destinations.hpp"

#include <fmt/format.h>

#include "config/base/vault.hpp"
#include "providers/cloudflare/answers.hpp"
#include "reconcilers/cloudflare/access_rules.hpp"
#include "reconcilers/cloudflare/dns_name.hpp"

namespace driftless::cloudflare {
namespace {

bool is_empty(const json& value) {
    return value.is_null() || value == "" || (value.is_array() && value.empty());
}

json public_one(const json& uri) {
    return canonical_destination({{"type", "public"}, {"uri", uri}});
}

}  // namespace

std::string host_of(const std::string& uri) {
    return uri.substr(0, uri.find('/'));
}

Result<std::string> canonical_uri(const std::string& text) {
    if (has_marks(text)) return Error{Errc::invalid, "it has to be known beforehand"};
    const auto scheme = text.find("://");
    if (scheme != text.npos) {
        return Error{Errc::invalid, fmt::format("{}: a scheme has no place in it; write {}",
                                                in_quotes(text), text.substr(scheme + 3))};
    }
    if (host_of(text).find(':') != text.npos) {
        return Error{Errc::invalid, in_quotes(text) + ": a port has no place in it"};
    }
    auto host = canonical_host(host_of(text));
    if (!host) return host;
    if (host->find('.') == host->npos) {
        return Error{Errc::invalid, in_quotes(text) + " lies in no zone"};
    }
    return *host + text.substr(host_of(text).size());
}

json canonical_destination(const json& destination) {
    if (destination.is_string()) return public_one(destination);
    if (!destination.is_object()) return destination;
    json form = json::object();
    for (const auto& [key, value] : destination.items()) {
        if (!is_empty(value)) form[key] = value;
    }
    if (!form.contains("type")) form["type"] = "public";
    const std::string network = canonical_network(text_of(form, "cidr"));
    if (!network.empty()) form["cidr"] = network;
    const std::string uri = text_of(form, "uri");
    if (uri.empty()) return form;
    const auto canonical = canonical_uri(uri);
    if (canonical) form["uri"] = *canonical;
    return form;
}

json destinations_of(const json& shown) {
    json all = json::array();
    for (const char* view : {"destinations", "self_hosted_domains"}) {
        const auto found = shown.find(view);
        if (found == shown.end() || !found->is_array()) continue;
        for (const json& one : *found) all.push_back(canonical_destination(one));
        if (!all.empty()) return all;
    }
    const std::string domain = text_of(shown, "domain");
    if (!domain.empty()) all.push_back(public_one(domain));
    return all;
}

std::vector<std::string> public_uris(const json& destinations) {
    std::vector<std::string> uris;
    for (const json& one : destinations) {
        if (text_of(one, "type") == "public") uris.push_back(text_of(one, "uri"));
    }
    return uris;
}

}  // namespace driftless::cloudflare
