#include "reconcilers/cloudflare/set_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/yaml_writer.hpp"
#include "reconcilers/cloudflare/dns_forms.hpp"
#include "reconcilers/cloudflare/dns_name.hpp"
#include "reconcilers/cloudflare/dns_zone.hpp"
#include "reconcilers/cloudflare/record_set.hpp"

namespace driftless::cloudflare {
namespace {

bool reads_as(const DnsType& type, const json& written, const json& value) {
    const auto read = canonical_value(type, written);
    return read && *read == value;
}

/// A value as a person would write it: as zone files have it, where that means the same.
Node value_node(const DnsType& type, const json& value, const Place& place) {
    std::vector<std::string> lines{value_text(type, value)};
    if (type.name != "TXT" && lines.front().ends_with(' ')) lines.front().pop_back();
    if (type.name == "TXT") lines.push_back(quoted_strings(value.get<std::string>()));
    for (const std::string& line : lines) {
        if (reads_as(type, line, value)) return Node::scalar(line, place);
    }
    Node fields = Node::map(place);
    for (const auto& [key, field] : value.items()) {
        const std::string text = field.is_string() ? field.get<std::string>() : field.dump();
        fields[key] = Node::scalar(text, place, !field.is_string());
    }
    return fields;
}

/// Below the zone where that means the same, else whole.
std::string short_name(const std::string& name, const std::string& zone) {
    if (name == zone) return "@";
    const std::string below = name.substr(0, name.size() - zone.size() - 1);
    const auto read = record_name(below, zone);
    return read && *read == name ? below : name + ".";
}

Node list_of(const std::vector<std::string>& texts, const Place& place) {
    Node list = Node::list(place);
    for (const std::string& text : texts) list.items.push_back(Node::scalar(text, place));
    return list;
}

Node record_node(const SetWords& set, const std::string& zone) {
    const Place& place = set.place;
    Node node = Node::map(place);
    const auto put = [&](const char* key, Node value) { node[key] = std::move(value); };
    put("name", Node::scalar(short_name(set.name, zone), place));
    put("type", Node::scalar(std::string{set.type->name}, place));
    if (set.values.size() == 1) put("value", value_node(*set.type, set.values.front(), place));
    if (set.values.size() > 1) {
        Node values = Node::list(place);
        for (const json& value : set.values)
            values.items.push_back(value_node(*set.type, value, place));
        put("values", std::move(values));
    }
    if (set.ttl && *set.ttl > 1) put("ttl", Node::scalar(std::to_string(*set.ttl), place, true));
    if (set.proxied) put("proxied", Node::scalar("true", place, true));
    if (!set.comment.empty()) put("comment", Node::scalar(set.comment, place));
    if (!set.tags.empty()) put("tags", list_of(set.tags, place));
    if (set.settings.empty()) return node;
    Node flags = Node::map(place);
    for (const std::string& key : set.settings) flags[key] = Node::scalar("true", place, true);
    put("settings", std::move(flags));
    return node;
}

/// What the reader is told anyway: "record www.bnx.dev/A: …"; and "spec.records[3].comment: …" is
/// no place in a file that he has.
std::string without_place(const std::string& message) {
    const bool is_record = message.starts_with("record ");
    if (!is_record && !message.starts_with("spec.records[")) return message;
    const std::string_view mark = is_record ? ": " : "].";
    const std::size_t end = message.find(mark);
    return end == message.npos ? message : message.substr(end + mark.size());
}

class ZoneWriter {
public:
    ZoneWriter(ZoneWords words, Imported& made) : words_(std::move(words)), made_(made) {}

    void write() {
        drop_what_excludes();
        while (drop_what_is_refused()) {
        }
        if (words_.sets.empty()) return;
        ImportedManifest manifest{.name = words_.zone, .what = "zone " + words_.zone};
        std::string comment = words_.comment;
        for (const std::string& note : words_.notes) comment += "\n" + note;
        manifest.files[words_.zone + ".yaml"] = write_yaml(document(), comment);
        manifest.notes = words_.notes;
        manifest.has_folder = false;
        made_.manifests.push_back(std::move(manifest));
    }

private:
    [[nodiscard]] Node spec() const {
        Node node = Node::map({});
        if (manifest_name(words_.zone) != words_.zone) node["zone"] = Node::scalar(words_.zone, {});
        Node records = Node::list({});
        for (const SetWords& set : words_.sets)
            records.items.push_back(record_node(set, words_.zone));
        node["records"] = std::move(records);
        return node;
    }
    [[nodiscard]] Node document() const {
        Node node = manifest_head("DnsZone", manifest_name(words_.zone), words_.target);
        node["spec"] = spec();
        return node;
    }

    /// @return whether there was any
    bool drop_what_is_refused() {
        const Expanded expanded = expand_alone(document(), expand_dns_zone, "");
        std::map<Place, std::string> reasons;
        for (const Finding& finding : expanded.findings)
            reasons.emplace(finding.place, without_place(finding.message));
        const auto dropped = std::erase_if(words_.sets, [&](const SetWords& set) {
            const auto why = reasons.find(set.place);
            if (why != reasons.end()) made_.left_out.push_back({set.what, why->second});
            return why != reasons.end();
        });
        return dropped > 0;
    }

    /// Two that exclude each other can't both be live; the API takes the first.
    void drop_what_excludes() {
        std::map<std::string, std::string> holders;  // of claims
        std::erase_if(words_.sets, [&](const SetWords& set) {
            const auto claims = claims_of(set.name, set.type->name);
            for (const std::string& claim : claims) {
                const auto holder = holders.find(claim);
                if (holder == holders.end()) continue;
                made_.left_out.push_back(
                    {set.what, "a CNAME stands alone among addresses, and there is " +
                                   holder->second + " already"});
                return true;
            }
            for (const std::string& claim : claims) holders.emplace(claim, set.what);
            return false;
        });
    }

    ZoneWords words_;
    Imported& made_;
};

}  // namespace

void write_zone(ZoneWords words, Imported& made) {
    ZoneWriter{std::move(words), made}.write();
}

}  // namespace driftless::cloudflare
