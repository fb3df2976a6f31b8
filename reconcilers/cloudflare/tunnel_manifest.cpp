#include "reconcilers/cloudflare/tunnel_manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "config/reading.hpp"
#include "reconcilers/cloudflare/dns_name.hpp"
#include "reconcilers/cloudflare/live_tunnels.hpp"
#include "reconcilers/cloudflare/marks.hpp"
#include "reconcilers/cloudflare/record_set.hpp"
#include "reconcilers/cloudflare/tunnel_forms.hpp"
#include "reconcilers/cloudflare/tunnel_lint.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::int64_t longest_wait = 86'400;  // seconds; also the largest count and port
constexpr const char* takes_rest = "http_status:404";

/// A rule as it was read.
struct ReadRule {
    json rule;
    Place place;
    bool names_host = false;       ///< also one that was refused
    bool publishes = true;         ///< its hostname gets a record
    std::vector<Need> needs = {};  ///< before its hostname is published

    [[nodiscard]] std::string hostname() const { return rule.value("hostname", ""); }
    [[nodiscard]] std::string path() const { return rule.value("path", ""); }
    [[nodiscard]] bool takes_all() const { return !names_host && path().empty(); }
};

class TunnelReader {
public:
    TunnelReader(const Expansion& with, Findings& findings) : with_(with), findings_(findings) {}

    std::vector<Declared> read(const Node& spec);

private:
    void read_zones(MapReader& reader);
    void read_name(MapReader& reader);
    void read_ingress(MapReader& reader);
    void read_rule(const Node& node, const std::string& where);
    std::vector<Need> read_needs(MapReader& reader);
    std::string read_hostname(MapReader& reader);
    json read_origin(MapReader& reader);
    void read_origin_key(MapReader& reader, const OriginKey& key, json& request);
    void check_order();
    void check_twin(std::size_t at);
    [[nodiscard]] Declared resource(std::string_view kind, const Place& place) const;
    [[nodiscard]] Declared tunnel() const;
    [[nodiscard]] Declared config() const;
    std::optional<Declared> record(const ReadRule& rule);
    void error(const Place& place, std::string message) {
        findings_.push_back({Finding::Severity::error, place, std::move(message)});
    }

    const Expansion& with_;
    Findings& findings_;
    std::vector<std::string> zones_;
    std::string name_;
    std::vector<ReadRule> rules_;
    json origin_ = json::object();
};

std::vector<Declared> TunnelReader::read(const Node& spec) {
    MapReader reader{spec, "spec", findings_};
    read_name(reader);
    read_zones(reader);
    read_ingress(reader);
    origin_ = read_origin(reader);
    reader.finish();
    check_order();
    std::vector<Declared> all{tunnel(), config()};
    for (const ReadRule& rule : rules_) {
        if (rule.hostname().empty() || !rule.publishes) continue;
        auto made = record(rule);
        if (!made) continue;
        const auto known = std::ranges::find(all, made->key, &Declared::key);
        if (known == all.end()) {
            all.push_back(*std::move(made));
        } else {  // other paths of one hostname: it needs what each of them needs
            std::ranges::copy(rule.needs, std::back_inserter(known->needs));
        }
    }
    return all;
}

void TunnelReader::read_name(MapReader& reader) {
    name_ = tunnel_name(with_.installation, with_.manifest.name);
    const auto name = reader.text("name");
    if (!name) return;
    name_ = *name;
    const bool is_plain = !name->empty() && !has_marks(*name);
    if (!is_plain) error(reader.get("name")->place, "spec.name: expected a plain text");
}

void TunnelReader::read_zones(MapReader& reader) {
    for (const std::string& written : reader.texts("zones")) {
        auto zone = canonical_host(written);
        if (!zone) {
            error(reader.get("zones")->place, "spec.zones: " + zone.error().message);
            continue;
        }
        zones_.push_back(*std::move(zone));
    }
}

void TunnelReader::read_ingress(MapReader& reader) {
    const Node* ingress = reader.require("ingress");
    if (ingress == nullptr) return;
    if (!ingress->is_list()) return error(ingress->place, "spec.ingress: expected a list");
    for (std::size_t at = 0; at < ingress->items.size(); ++at) {
        read_rule(ingress->items[at], fmt::format("spec.ingress[{}]", at));
    }
}

void TunnelReader::read_rule(const Node& node, const std::string& where) {
    MapReader reader{node, where, findings_};
    json rule = json::object();
    if (const Node* service = reader.require("service")) {
        rule["service"] = service->text;
        const std::string why = trouble_with_service(service->text);
        if (!why.empty()) {
            error(service->place, fmt::format("{}: {}: {}", reader.where("service"),
                                              in_quotes(shown(service->text)), why));
        }
    }
    const std::string hostname = read_hostname(reader);
    if (!hostname.empty()) rule["hostname"] = hostname;
    if (const auto path = reader.text("path"); path && !path->empty()) rule["path"] = *path;
    json request = read_origin(reader);
    if (!request.empty()) rule["originRequest"] = std::move(request);
    const bool publishes = reader.boolean("publish").value_or(true);
    auto needs = read_needs(reader);
    reader.finish();
    const bool names_host =
        node.find("hostname") != nullptr && !node.find("hostname")->text.empty();
    if (!needs.empty() && (!names_host || !publishes)) {
        error(node.find("dependsOn")->place,
              fmt::format("{}: only a hostname waits for something before it is published; the "
                          "tunnel itself waits by the dependsOn of the manifest",
                          reader.where("dependsOn")));
    }
    rules_.push_back({std::move(rule), node.place, names_host, publishes, std::move(needs)});
}

std::vector<Need> TunnelReader::read_needs(MapReader& reader) {
    std::vector<Need> needs;
    for (const std::string& text : reader.texts("dependsOn")) {
        auto key = parse_manifest_ref(text, with_.manifest.target);
        if (key) {
            needs.push_back({.key = *std::move(key)});
        } else {
            error(reader.get("dependsOn")->place,
                  std::move(key).error().in(reader.where("dependsOn")).message);
        }
    }
    return needs;
}

std::string TunnelReader::read_hostname(MapReader& reader) {
    const Node* node = reader.get("hostname");
    if (node == nullptr || node->text.empty()) return "";
    const std::string where = reader.where("hostname");
    if (node->text.find(':') != std::string::npos) {
        error(node->place, where + ": a port has no place in it; visitors come by 443 and 80");
        return "";
    }
    auto hostname = canonical_host(node->text);
    const std::string why =
        hostname ? trouble_with_wildcard(*hostname) : std::string{hostname.error().message};
    if (why.empty()) return *std::move(hostname);
    error(node->place, fmt::format("{}: {}", where, why));
    return "";
}

json TunnelReader::read_origin(MapReader& above) {
    const Node* node = above.get("originRequest");
    if (node == nullptr) return json::object();
    MapReader reader{*node, above.where("originRequest"), findings_};
    json request = json::object();
    for (const OriginKey& key : origin_keys()) read_origin_key(reader, key, request);
    if (const Node* access = reader.get("access")) {
        MapReader inside{*access, reader.where("access"), findings_};
        json& form = request["access"];
        form["required"] = inside.boolean("required").value_or(false);
        form["teamName"] = inside.text("teamName").value_or("");
        form["audTag"] = inside.texts("audTag");
        inside.finish();
    }
    reader.finish();
    return canonical_origin(request);
}

void TunnelReader::read_origin_key(MapReader& reader, const OriginKey& key, json& request) {
    const std::string name{key.name};
    if (key.usual.is_boolean()) {
        if (const auto value = reader.boolean(name)) request[name] = *value;
    } else if (key.usual.is_number()) {
        if (const auto value = reader.integer(name, 0, longest_wait)) request[name] = *value;
    } else if (const auto value = reader.text(name)) {
        request[name] = *value;
    }
}

/// The first rule that fits counts: what stands behind one that takes the same is never asked.
void TunnelReader::check_order() {
    for (std::size_t at = 0; at < rules_.size(); ++at) {
        const bool is_last = at + 1 == rules_.size();
        if (rules_[at].takes_all() && !is_last) {
            error(rules_[at].place,
                  fmt::format("spec.ingress[{}]: takes every request, and so must be the last; "
                              "move it, or give it a hostname",
                              at));
        }
        check_twin(at);
    }
    if (rules_.empty() || !rules_.back().takes_all()) {
        rules_.push_back({{{"service", takes_rest}}, with_.manifest.place});
    }
}

void TunnelReader::check_twin(std::size_t at) {
    const ReadRule& rule = rules_[at];
    if (rule.takes_all() || (rule.names_host && rule.hostname().empty())) return;
    for (std::size_t before = 0; before < at; ++before) {
        const ReadRule& other = rules_[before];
        const bool same = other.hostname() == rule.hostname();
        if (!same || (!other.path().empty() && other.path() != rule.path())) continue;
        return error(rule.place,
                     fmt::format("spec.ingress[{}]: {} stands at {} already, and the first rule "
                                 "that fits counts; give each a path of its own, the one without "
                                 "a path last",
                                 at, rule.hostname().empty() ? rule.path() : rule.hostname(),
                                 to_string(other.place)));
    }
}

Declared TunnelReader::resource(std::string_view kind, const Place& place) const {
    Declared declared;
    declared.key = {with_.manifest.target, std::string{kind}, with_.manifest.name};
    declared.origin = {with_.files.commit(), place, with_.manifest.key()};
    declared.protect = with_.manifest.protect;
    for (const std::string& earlier : with_.manifest.was) {
        declared.was.push_back({declared.key.target, declared.key.kind, earlier});
    }
    return declared;
}

Declared TunnelReader::tunnel() const {
    Declared declared = resource(tunnel_kind, with_.manifest.place);
    declared.collection = tunnels_collection;
    declared.spec = {{"name", name_}};
    declared.claims = {"tunnel " + name_};
    declared.gives = {"id", "cname", "token"};
    return declared;
}

Declared TunnelReader::config() const {
    Declared declared = resource(tunnel_config_kind, with_.manifest.place);
    declared.collection = config_collection(with_.manifest.name);
    json ingress = json::array();
    for (const ReadRule& rule : rules_) {
        ingress.push_back(rule.rule);
        // A wildcard's record may lead here already: then the rule alone opens the way.
        if (!rule.hostname().empty()) declared.publishes.push_back(rule.hostname());
    }
    declared.spec = {{"ingress", std::move(ingress)}, {"originRequest", origin_}};
    declared.needs = {
        {.key = {with_.manifest.target, std::string{tunnel_kind}, with_.manifest.name}}};
    return declared;
}

/// The CNAME that sends a hostname into the tunnel.
std::optional<Declared> TunnelReader::record(const ReadRule& rule) {
    const std::string hostname = rule.hostname();
    const auto zone = zone_for(hostname, zones_);
    if (!zone) {
        error(rule.place, fmt::format("hostname {}: {}", hostname, zone.error().message));
        return std::nullopt;
    }
    const std::string& target = with_.manifest.target;
    const ResourceKey tunnel{target, std::string{tunnel_kind}, with_.manifest.name};
    Declared declared = resource(record_kind, rule.place);
    declared.key.name = set_name(hostname, "CNAME");
    declared.collection = collection_of(*zone);
    declared.spec = {{"zone", *zone},
                     {"name", hostname},
                     {"type", "CNAME"},
                     {"values", json::array({late_mark({tunnel, "cname"})})},
                     {"proxied", true}};
    declared.needs = {{.key = {target, std::string{tunnel_config_kind}, with_.manifest.name}}};
    std::ranges::copy(rule.needs, std::back_inserter(declared.needs));
    declared.claims = claims_of(hostname, "CNAME");
    declared.publishes = {hostname};
    declared.was.clear();
    for (const std::string& type : earlier_types("CNAME")) {
        declared.was.push_back({target, std::string{record_kind}, set_name(hostname, type)});
    }
    return declared;
}

}  // namespace

Expanded expand_tunnel(const Expansion& with) {
    Expanded expanded;
    Node node = with.manifest.spec;
    resolve_references(node, with.references, expanded.findings);
    if (has_errors(expanded.findings)) return expanded;
    expanded.resources = TunnelReader{with, expanded.findings}.read(node);
    return expanded;
}

}  // namespace driftless::cloudflare
