#include "reconcilers/cloudflare/octodns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/node.hpp"
#include "config/reading.hpp"
#include "reconcilers/cloudflare/dns_forms.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::int64_t usual_ttl = 3'600;  // octoDNS', of a record that names none
constexpr std::int64_t longest_ttl = 0x7FFF'FFFF;
constexpr const char* provider = "cloudflare";

/// What octoDNS calls a field of ours; a field that isn't here has the same name.
struct Twin {
    std::string_view type;
    std::string_view theirs;
    std::string_view ours;
};
constexpr Twin twins[]{
    {"MX", "exchange", "target"},
    {"MX", "value", "target"},
    {"MX", "preference", "priority"},
    {"SSHFP", "fingerprint_type", "type"},
    {"NAPTR", "regexp", "regex"},
    {"TLSA", "certificate_usage", "usage"},
    {"TLSA", "certificate_association_data", "certificate"},
    {"SMIMEA", "certificate_usage", "usage"},
    {"SMIMEA", "certificate_association_data", "certificate"},
    {"HTTPS", "svcpriority", "priority"},
    {"HTTPS", "targetname", "target"},
    {"HTTPS", "svcparams", "value"},
    {"SVCB", "svcpriority", "priority"},
    {"SVCB", "targetname", "target"},
    {"SVCB", "svcparams", "value"},
    {"CERT", "certificate_type", "type"},
};

std::string ours_of(const std::string& type, const std::string& theirs) {
    for (const Twin& twin : twins) {
        if (twin.type == type && twin.theirs == theirs) return std::string{twin.ours};
    }
    return theirs;
}

/// {alpn: [h3, h2], port: 443} as "alpn="h3,h2" port=443".
std::string params_text(const Node& params) {
    if (params.is_scalar()) return params.text;
    std::string text;
    for (const Node::Entry& entry : params.entries) {
        std::string value = entry.value.text;
        for (const Node& item : entry.value.items) value += (value.empty() ? "" : ",") + item.text;
        if (!text.empty()) text += ' ';
        text += entry.key;
        if (!value.empty()) text += fmt::format("=\"{}\"", value);
    }
    return text;
}

/// octoDNS wants every semicolon escaped, and cuts a quoted text itself.
std::string plain_text(const std::string& text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool is_escape = text[at] == '\\' && at + 1 < text.size() && text[at + 1] == ';';
        if (!is_escape) plain += text[at];
    }
    return plain.starts_with('"') && plain.ends_with('"') ? plain : quoted_strings(plain);
}

json value_of(const std::string& type, const Node& node) {
    if (node.is_scalar()) return type == "TXT" ? json(plain_text(node.text)) : json(node.text);
    json object = json::object();
    for (const Node::Entry& entry : node.entries) {
        const std::string ours = ours_of(type, entry.key);
        object[ours] =
            ours == "value" && entry.value.is_map() ? params_text(entry.value) : entry.value.text;
    }
    return object;
}

bool names(const Node* list, std::string_view name) {
    if (list == nullptr) return false;
    return std::ranges::any_of(list->items, [&](const Node& item) { return item.text == name; });
}

/// Why a record of this sort has no place at Cloudflare; "" where its type says enough.
std::string why_refused(const std::string& type, const Node* options) {
    if (type == "URLFWD") return "Cloudflare has no such record; a redirect is a rule there";
    if (options == nullptr) return "";
    const Node* ignored = options->find("ignored");
    if (ignored != nullptr && ignored->text == "true") return "octoDNS ignores it";
    const Node* included = options->find("included");
    if (included != nullptr && !names(included, provider))
        return "octoDNS gives it to others alone: octodns.included names no cloudflare";
    if (names(options->find("excluded"), provider))
        return "octoDNS keeps it from cloudflare: octodns.excluded";
    return "";
}

class OctodnsReader {
public:
    explicit OctodnsReader(Findings& findings) : findings_(findings) {}

    std::vector<ToldRecord> read(const Node& root) {
        if (root.is_null()) return {};
        if (!root.is_map()) {
            error(root.place, "expected records by their name");
            return {};
        }
        for (const Node::Entry& entry : root.entries) {
            if (!entry.value.is_list()) {
                read_record(entry, entry.value);
                continue;
            }
            for (const Node& item : entry.value.items) read_record(entry, item);
        }
        return std::move(records_);
    }

private:
    void error(const Place& place, std::string message) {
        findings_.push_back({Finding::Severity::error, place, std::move(message)});
    }

    void read_record(const Node::Entry& entry, const Node& node) {
        const std::string where = entry.key.empty() ? "(the zone itself)" : entry.key;
        if (!node.is_map()) return error(node.place, where + ": expected type, value and so on");
        MapReader reader{node, where, findings_};
        ToldRecord record;
        record.name = entry.key.empty() ? "@" : entry.key;
        const auto type = reader.text("type");
        if (!type) return error(node.place, where + ": has no type");
        record.type = *type == "ALIAS" ? "CNAME" : *type;
        record.ttl = reader.integer("ttl", 0, longest_ttl).value_or(usual_ttl);
        const Node* options = node.find("octodns");
        record.refused = why_refused(record.type, options);
        const Node* ours = options == nullptr ? nullptr : options->find(provider);
        if (ours != nullptr && ours->is_map()) read_options(*ours, where, record);
        for (const char* key : {"geo", "dynamic"}) {
            if (node.find(key) == nullptr) continue;
            record.note =
                fmt::format("`{}` has no like at Cloudflare's DNS; its plain values stay", key);
        }
        add_values(node, where, record);
    }

    void read_options(const Node& node, const std::string& where, ToldRecord& record) {
        MapReader reader{node, where + ".octodns.cloudflare", findings_};
        record.proxied = reader.boolean("proxied").value_or(false);
        if (reader.boolean("auto-ttl").value_or(false)) record.ttl.reset();
    }

    void add_values(const Node& node, const std::string& where, const ToldRecord& record) {
        const Node* one = node.find("value");
        const Node* several = node.find("values");
        if (one == nullptr && several == nullptr)
            return error(node.place, where + ": has neither value nor values");
        std::vector<const Node*> values;
        for (const Node* given : {one, several}) {
            if (given == nullptr) continue;
            if (!given->is_list()) values.push_back(given);
            for (const Node& item : given->items) values.push_back(&item);
        }
        for (const Node* value : values) {
            ToldRecord each = record;
            each.place = value->place;
            each.value = value_of(record.type, *value);
            records_.push_back(std::move(each));
        }
    }

    Findings& findings_;
    std::vector<ToldRecord> records_;
};

}  // namespace

Result<std::vector<ToldRecord>> read_octodns(const std::string& text, const std::string& file) {
    Findings findings;
    const auto documents = read_yaml(text, file, findings);
    if (!documents) return documents.error();
    std::vector<ToldRecord> records;
    for (const Node& document : *documents) {
        auto more = OctodnsReader{findings}.read(document);
        records.insert(records.end(), more.begin(), more.end());
    }
    if (findings.empty()) return records;
    std::string all;
    for (const Finding& finding : findings) all += (all.empty() ? "" : "\n") + to_string(finding);
    return Error{Errc::invalid, all};
}

}  // namespace driftless::cloudflare
