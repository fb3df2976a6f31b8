#include "reconcilers/cloudflare/access_application_manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/base/nearest.hpp"
#include "config/base/vault.hpp"
#include "reconcilers/cloudflare/access_application.hpp"
#include "reconcilers/cloudflare/access_destinations.hpp"
#include "reconcilers/cloudflare/access_reader.hpp"
#include "reconcilers/cloudflare/access_rules.hpp"
#include "reconcilers/cloudflare/node_json.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::size_t most_destinations = 5;
constexpr std::array<std::string_view, 8> keys_of_destination{
    "type", "uri", "overrides", "cidr", "hostname", "l4_protocol", "port_range", "vnet_id"};

class ApplicationReader {
public:
    ApplicationReader(const Expansion& with, Findings& findings)
        : with_(with), findings_(findings) {}

    Declared read(const Node& spec) {
        MapReader reader{spec, "spec", findings_};
        Declared declared = access_resource(AccessSort::application, with_);
        json& made = declared.spec = json::object();
        made["name"] = read_access_name(reader, with_.manifest.name);
        made["mark"] = access_tag(with_.installation);
        reader.one_of("type", {"self_hosted"});
        made["destinations"] = read_destinations(reader);
        made["policies"] = read_policies(reader);
        if (reader.get("tags") != nullptr) made["tags"] = reader.texts("tags");
        read_plain_fields(reader, AccessSort::application, made);
        reader.finish();
        declared.claims = claims_of_application(made["name"], made["destinations"]);
        for (const std::string& uri : public_uris(made["destinations"])) {
            declared.guards.push_back(host_of(uri));
        }
        return declared;
    }

private:
    void error(const Place& place, std::string message) {
        findings_.push_back({Finding::Severity::error, place, std::move(message)});
    }

    json read_destinations(MapReader& reader) {
        const Node* domain = reader.get("domain");
        const Node* list = reader.get("destinations");
        json all = json::array();
        if ((domain == nullptr) == (list == nullptr)) {
            error(reader.place(), "spec.domain: give either domain or destinations");
            return all;
        }
        if (domain != nullptr) return json::array({read_uri(*domain, "spec.domain")});
        if (!list->is_list() || list->items.empty() || list->items.size() > most_destinations) {
            error(list->place,
                  fmt::format("spec.destinations: expected a list of 1 to {}", most_destinations));
            return all;
        }
        for (std::size_t at = 0; at < list->items.size(); ++at) {
            all.push_back(
                read_destination(list->items[at], fmt::format("spec.destinations[{}]", at)));
        }
        return all;
    }

    json read_uri(const Node& node, const std::string& where) {
        auto uri = canonical_uri(node.text);
        if (!uri) error(node.place, fmt::format("{}: {}", where, uri.error().message));
        return {{"type", "public"}, {"uri", uri ? *uri : node.text}};
    }

    json read_destination(const Node& node, const std::string& where) {
        if (node.is_scalar()) return read_uri(node, where);
        MapReader reader{node, where, findings_};
        const std::string type = reader.one_of("type", {"public", "private"}).value_or("public");
        const std::vector<std::string> known{keys_of_destination.begin(),
                                             keys_of_destination.end()};
        for (const Node::Entry& entry : node.entries) {
            if (std::ranges::find(known, entry.key) != known.end()) continue;
            error(entry.key_place, fmt::format("{}: unknown key {}{}", where, in_quotes(entry.key),
                                               did_you_mean(entry.key, known)));
        }
        json destination = json_of(node);
        if (type == "public" && reader.require("uri") != nullptr) {
            destination["uri"] = read_uri(*reader.get("uri"), where + ".uri")["uri"];
        }
        return canonical_destination(destination);
    }

    json read_policies(MapReader& reader) {
        json ids = json::array();
        const Node* list = reader.get("policies");
        if (list == nullptr) return ids;
        if (!list->is_list()) {
            error(list->place, "spec.policies: expected a list, such as [AccessPolicy/staff]");
            return ids;
        }
        for (std::size_t at = 0; at < list->items.size(); ++at) {
            const Node& node = list->items[at];
            const std::string where = fmt::format("spec.policies[{}]", at);
            auto id = node.is_scalar() && !node.text.empty()
                          ? id_named(node.text, "AccessPolicy", with_.manifest.target)
                          : Result<std::string>{Error{
                                Errc::invalid, "expected AccessPolicy/NAME, or a policy's id"}};
            if (!id) {
                error(node.place, fmt::format("{}: {}", where, id.error().message));
            } else if (std::ranges::find(ids, json(*id)) != ids.end()) {
                error(node.place, fmt::format("{}: it stands here twice", where));
            } else {
                ids.push_back(*std::move(id));
            }
        }
        return ids;
    }

    const Expansion& with_;
    Findings& findings_;
};

}  // namespace

Expanded expand_access_application(const Expansion& with) {
    Expanded expanded;
    Node node = with.manifest.spec;
    resolve_references(node, with.references, expanded.findings);
    if (has_errors(expanded.findings)) return expanded;
    expanded.resources.push_back(ApplicationReader{with, expanded.findings}.read(node));
    return expanded;
}

}  // namespace driftless::cloudflare
