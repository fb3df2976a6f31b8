#include "reconcilers/cloudflare/dns_zone.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/base/nearest.hpp"
#include "config/reading.hpp"
#include "reconcilers/cloudflare/dns_lint.hpp"
#include "reconcilers/cloudflare/dns_name.hpp"
#include "reconcilers/cloudflare/marks.hpp"
#include "reconcilers/cloudflare/record_set.hpp"

namespace driftless::cloudflare {
namespace {

bool is_way_to_host(std::string_view type) {
    return type == "A" || type == "AAAA" || type == "CNAME" || type == "HTTPS";
}

/// A value of the manifest as JSON, texts alone: their type is the record type's to say.
json raw_value(const Node& node) {
    if (node.is_scalar()) return node.text;
    json object = json::object();
    for (const Node::Entry& entry : node.entries) object[entry.key] = raw_value(entry.value);
    return object;
}

class ZoneReader {
public:
    ZoneReader(const Expansion& with, Findings& findings) : with_(with), findings_(findings) {}

    std::vector<Declared> read(const Node& spec);
    /// Collections of which git wants to be told what others have there.
    [[nodiscard]] const std::vector<std::string>& told() const { return told_; }

private:
    void read_record(const Node& node, const std::string& where);
    const DnsType* read_type(MapReader& reader);
    std::string read_name(MapReader& reader);
    std::vector<json> read_values(MapReader& reader, const DnsType& type);
    void read_attributes(MapReader& reader, const DnsType& type, json& spec);
    void need_delegation(Declared& declared) const;
    void add(Declared declared, const std::string& where);
    void join(Declared& first, const Declared& more, const std::string& where);
    void error(const Place& place, std::string message) {
        findings_.push_back({Finding::Severity::error, place, std::move(message)});
    }

    const Expansion& with_;
    Findings& findings_;
    std::string zone_;
    std::vector<std::string> told_;
    std::map<ResourceKey, Declared> sets_;
};

std::vector<Declared> ZoneReader::read(const Node& spec) {
    MapReader reader{spec, "spec", findings_};
    const std::string written = reader.text("zone").value_or(with_.manifest.name);
    const auto zone = canonical_host(written);
    if (!zone) error(reader.place(), "spec.zone: " + zone.error().message);
    zone_ = zone ? *zone : "";
    const auto foreign = reader.one_of("foreign", {"keep", "report"});
    if (foreign == "report") told_.push_back(collection_of(zone_));
    const Node* records = reader.require("records");
    if (records != nullptr && !records->is_list()) {
        error(records->place, "spec.records: expected a list");
    }
    reader.finish();
    if (!zone || records == nullptr) return {};
    for (std::size_t at = 0; at < records->items.size(); ++at) {
        read_record(records->items[at], fmt::format("spec.records[{}]", at));
    }
    std::vector<Declared> all;
    for (auto& [key, declared] : sets_) {
        need_delegation(declared);
        for (const std::string& type : earlier_types(declared.spec["type"].get<std::string>())) {
            ResourceKey was = key;
            was.name = set_name(declared.spec["name"], type);
            const bool taken = std::ranges::any_of(all, [&was](const Declared& other) {
                return std::ranges::find(other.was, was) != other.was.end();
            });
            if (!taken && !sets_.contains(was)) declared.was.push_back(std::move(was));
        }
        lint_set(declared, findings_);
        all.push_back(std::move(declared));
    }
    return all;
}

const DnsType* ZoneReader::read_type(MapReader& reader) {
    const Node* node = reader.require("type");
    if (node == nullptr) return nullptr;
    const DnsType* type = dns_type(node->text);
    if (type != nullptr) return type;
    std::vector<std::string> known;
    for (const DnsType& each : dns_types()) known.emplace_back(each.name);
    error(node->place, fmt::format("{}: Cloudflare has no record type {}{}", reader.where("type"),
                                   in_quotes(node->text), did_you_mean(node->text, known)));
    return nullptr;
}

std::string ZoneReader::read_name(MapReader& reader) {
    const Node* node = reader.require("name");
    if (node == nullptr) return "";
    auto name = record_name(node->text, zone_);
    if (name) return *name;
    error(node->place, reader.where("name") + ": " + name.error().message);
    return "";
}

std::vector<json> ZoneReader::read_values(MapReader& reader, const DnsType& type) {
    const Node* one = reader.get("value");
    const Node* several = reader.get("values");
    if ((one == nullptr) == (several == nullptr)) {
        error(reader.place(), reader.where("value") + ": give either value or values");
        return {};
    }
    std::vector<const Node*> nodes;
    if (one != nullptr) nodes.push_back(one);
    if (several != nullptr) {
        for (const Node& node : several->items) nodes.push_back(&node);
    }
    std::vector<json> values;
    for (const Node* node : nodes) {
        auto value = canonical_value(type, raw_value(*node));
        const std::string where = reader.where(one != nullptr ? "value" : "values");
        if (!value) {
            error(node->place, fmt::format("{}: {}", where, value.error().message));
        } else if (std::ranges::find(values, *value) != values.end()) {
            error(node->place, fmt::format("{}: {} stands here twice", where,
                                           in_quotes(value_text(type, *value))));
        } else {
            values.push_back(*std::move(value));
        }
    }
    if (several != nullptr && several->items.empty()) {
        error(several->place, reader.where("values") + ": is empty; leave the record out instead");
    }
    return values;
}

void ZoneReader::read_attributes(MapReader& reader, const DnsType& type, json& spec) {
    const bool proxied = reader.boolean("proxied").value_or(false);
    if (proxied && !type.proxiable) {
        error(reader.get("proxied")->place,
              fmt::format("{}: {} records can't be proxied; only A, AAAA and CNAME can",
                          reader.where("proxied"), type.name));
    }
    if (reader.get("proxied") != nullptr && type.proxiable) spec["proxied"] = proxied;
    if (const Node* ttl = reader.get("ttl")) {
        const bool automatic = ttl->text == "auto" || ttl->text == "1";
        const auto seconds = automatic ? std::optional<std::int64_t>{1}
                                       : reader.integer("ttl", shortest_ttl, longest_ttl);
        // A proxied record has an automatic one whatever was sent.
        if (seconds && !proxied) spec["ttl"] = *seconds;
    }
    if (const auto comment = reader.text("comment")) {
        spec["comment"] = *comment;
        if (const std::string why = trouble_with_comment(*comment); !why.empty()) {
            error(reader.get("comment")->place, reader.where("comment") + ": " + why);
        }
    }
    if (reader.get("tags") != nullptr) {
        auto tags = reader.texts("tags");
        std::ranges::sort(tags);
        spec["tags"] = std::move(tags);
    }
    const Node* settings = reader.get("settings");
    if (settings == nullptr) return;
    MapReader flags{*settings, reader.where("settings"), findings_};
    for (const char* key : {"flatten_cname", "ipv4_only", "ipv6_only"}) {
        if (const auto flag = flags.boolean(key)) spec["settings"][key] = *flag;
    }
    flags.finish();
    if (proxied && spec.value("/settings/flatten_cname"_json_pointer, false)) {
        error(settings->place, reader.where("settings.flatten_cname") +
                                   ": has no effect on a proxied record; leave one of both out");
    }
}

void ZoneReader::read_record(const Node& node, const std::string& where) {
    MapReader reader{node, where, findings_};
    const DnsType* type = read_type(reader);
    const std::string name = read_name(reader);
    if (type == nullptr || name.empty()) return;
    Declared declared;
    declared.key = {with_.manifest.target, std::string{record_kind}, set_name(name, type->name)};
    declared.collection = collection_of(zone_);
    declared.spec = {{"zone", zone_}, {"name", name}, {"type", type->name}};
    auto values = read_values(reader, *type);
    sort_values(values);
    declared.spec["values"] = std::move(values);
    read_attributes(reader, *type, declared.spec);
    reader.finish();
    declared.origin = {with_.files.commit(), node.place, with_.manifest.key()};
    declared.claims = claims_of(name, type->name);
    if (is_way_to_host(type->name)) declared.publishes = {name};
    declared.protect = with_.manifest.protect;
    add(std::move(declared), where);
}

/// The API takes a DS only where a name is delegated, and lets the NS go only without one.
void ZoneReader::need_delegation(Declared& declared) const {
    if (declared.spec["type"] != "DS") return;
    const std::string name = declared.spec["name"];
    const ResourceKey delegation{declared.key.target, declared.key.kind, set_name(name, "NS")};
    if (sets_.contains(delegation)) declared.needs.push_back({.key = delegation});
}

void ZoneReader::add(Declared declared, const std::string& where) {
    const auto [first, is_new] = sets_.emplace(declared.key, declared);
    if (!is_new) join(first->second, declared, where);
}

/// Several entries of one name and type are one set: they differ in their values alone.
void ZoneReader::join(Declared& first, const Declared& more, const std::string& where) {
    json one = first.spec;
    json other = more.spec;
    one.erase("values");
    other.erase("values");
    if (one != other) {
        error(more.origin.place,
              fmt::format("{}: differs in more than its value from the entry for {} at {}; DNS has "
                          "one ttl and the like for all records of one name and type",
                          where, first.key.name, to_string(first.origin.place)));
        return;
    }
    std::vector<json> values = first.spec["values"];
    for (const json& value : more.spec["values"]) {
        if (std::ranges::find(values, value) != values.end()) {
            error(more.origin.place, fmt::format("{}: the same record stands at {} already", where,
                                                 to_string(first.origin.place)));
        }
        values.push_back(value);
    }
    sort_values(values);
    first.spec["values"] = std::move(values);
}

}  // namespace

Expanded expand_dns_zone(const Expansion& with) {
    Expanded expanded;
    Node node = with.manifest.spec;
    resolve_references(node, with.references, expanded.findings);
    if (has_errors(expanded.findings)) return expanded;
    ZoneReader reader{with, expanded.findings};
    expanded.resources = reader.read(node);
    expanded.told = reader.told();
    return expanded;
}

}  // namespace driftless::cloudflare
