#include "reconcilers/cloudflare/dns_types.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/base/vault.hpp"
#include "reconcilers/cloudflare/dns_forms.hpp"

namespace driftless::cloudflare {
namespace {

constexpr unsigned byte = 255;
constexpr unsigned word = 65'535;

std::vector<DnsField> certificate_fields() {
    return {{"usage", Form::number, byte},
            {"selector", Form::number, byte},
            {"matching_type", Form::number, byte},
            {"certificate", Form::hex}};
}

std::vector<DnsField> service_fields() {
    return {{"priority", Form::number, word}, {"target", Form::host}, {"value", Form::params}};
}

std::vector<DnsField> location_fields() {
    return {{"lat_degrees", Form::decimal},    {"lat_minutes", Form::decimal},
            {"lat_seconds", Form::decimal},    {"lat_direction", Form::text},
            {"long_degrees", Form::decimal},   {"long_minutes", Form::decimal},
            {"long_seconds", Form::decimal},   {"long_direction", Form::text},
            {"altitude", Form::decimal},       {"size", Form::decimal},
            {"precision_horz", Form::decimal}, {"precision_vert", Form::decimal}};
}

DnsType plain(std::string_view name, std::string_view field, Form form) {
    return {.name = name, .fields = {{field, form}}};
}

DnsType with_data(std::string_view name, std::vector<DnsField> fields) {
    return {.name = name, .fields = std::move(fields), .has_data = true};
}

std::vector<DnsType> make_types() {
    std::vector<DnsType> types{
        plain("A", "address", Form::ipv4),
        plain("AAAA", "address", Form::ipv6),
        with_data("CAA", {{"flags", Form::number, byte}, {"tag", Form::word}, {"value"}}),
        with_data("CERT", {{"type", Form::number, word},
                           {"key_tag", Form::number, word},
                           {"algorithm", Form::number, byte},
                           {"certificate", Form::base64}}),
        plain("CNAME", "target", Form::host),
        with_data("DNSKEY", {{"flags", Form::number, word},
                             {"protocol", Form::number, byte},
                             {"algorithm", Form::number, byte},
                             {"public_key", Form::base64}}),
        with_data("DS", {{"key_tag", Form::number, word},
                         {"algorithm", Form::number, byte},
                         {"digest_type", Form::number, byte},
                         {"digest", Form::hex}}),
        with_data("HTTPS", service_fields()),
        with_data("LOC", location_fields()),
        {.name = "MX", .fields = {{"priority", Form::number, word, true}, {"target", Form::host}}},
        with_data("NAPTR", {{"order", Form::number, word},
                            {"preference", Form::number, word},
                            {"flags"},
                            {"service"},
                            {"regex"},
                            {"replacement", Form::host}}),
        plain("NS", "target", Form::host),
        plain("OPENPGPKEY", "key", Form::base64),
        plain("PTR", "target", Form::host),
        with_data("SMIMEA", certificate_fields()),
        with_data("SRV", {{"priority", Form::number, word},
                          {"weight", Form::number, word},
                          {"port", Form::number, word},
                          {"target", Form::host}}),
        with_data("SSHFP", {{"algorithm", Form::number, byte},
                            {"type", Form::number, byte},
                            {"fingerprint", Form::hex}}),
        with_data("SVCB", service_fields()),
        with_data("TLSA", certificate_fields()),
        plain("TXT", "text", Form::txt),
        with_data(
            "URI",
            {{"priority", Form::number, word, true}, {"weight", Form::number, word}, {"target"}}),
    };
    for (DnsType& type : types) {
        type.proxiable = type.name == "A" || type.name == "AAAA" || type.name == "CNAME";
        type.additive = type.name == "TXT" || type.name == "CAA";
    }
    return types;
}

std::string names_of(const DnsType& type) {
    std::vector<std::string_view> names;
    for (const DnsField& field : type.fields) names.push_back(field.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

/// A line of a zone file, by its words, as the object that it stands for.
Result<json> from_line(const DnsType& type, std::string_view line) {
    const auto words = words_of(line, type.fields.size());
    const bool may_lack_last = type.fields.back().form == Form::params;
    const bool fits = words.size() == type.fields.size() ||
                      (may_lack_last && words.size() + 1 == type.fields.size());
    if (!fits) {
        return Error{Errc::invalid,
                     fmt::format("expected {}, found {}", names_of(type), in_quotes(line))};
    }
    json object = json::object();
    for (std::size_t at = 0; at < words.size(); ++at) {
        object[std::string{type.fields[at].name}] = words[at];
    }
    return object;
}

const json* member(const json& object, std::string_view name) {
    const auto found = object.find(std::string{name});
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

Result<json> from_object(const DnsType& type, const json& object) {
    json canonical = json::object();
    for (const DnsField& field : type.fields) {
        const json* value = member(object, field.name);
        if (value == nullptr && field.form != Form::params) {
            return Error{Errc::invalid, fmt::format("{} is missing; {} has {}", field.name,
                                                    type.name, names_of(type))};
        }
        auto form = canonical_field(field, value == nullptr ? json("") : *value);
        if (!form) return form;
        canonical[std::string{field.name}] = *std::move(form);
    }
    return canonical;
}

}  // namespace

const std::vector<DnsType>& dns_types() {
    static const std::vector<DnsType> types = make_types();
    return types;
}

const DnsType* dns_type(std::string_view name) {
    const auto found = std::ranges::find(dns_types(), name, &DnsType::name);
    return found == dns_types().end() ? nullptr : &*found;
}

Result<json> canonical_value(const DnsType& type, const json& value) {
    if (type.is_plain()) return canonical_field(type.fields.front(), value);
    if (value.is_object()) return from_object(type, value);
    if (!value.is_string()) {
        return Error{Errc::invalid, fmt::format("expected {}", names_of(type))};
    }
    const std::string line = value;
    if (has_marks(line)) {
        return Error{Errc::invalid,
                     fmt::format("what comes from elsewhere can stand for one field only; name "
                                 "the fields: {}",
                                 names_of(type))};
    }
    auto object = from_line(type, line);
    if (!object) return object;
    return from_object(type, *object);
}

json value_body(const DnsType& type, const json& canonical) {
    if (type.name == "TXT") {
        return {{"content", quoted_strings(joined_strings(canonical.get<std::string>()))}};
    }
    if (type.is_plain()) return {{"content", canonical}};
    json body = json::object();
    json data = json::object();
    for (const DnsField& field : type.fields) {
        const std::string name{field.name};
        (field.top ? body : data)[name] = canonical.at(name);
    }
    if (type.has_data) {
        body["data"] = std::move(data);
    } else {
        body["content"] = data.at(std::string{type.fields.back().name});
    }
    return body;
}

json told_value(const DnsType& type, const json& data, const std::string& content,
                const json& priority) {
    if (type.is_plain()) return content;
    json object = json::object();
    if (type.has_data && data.is_object() && !data.empty()) object = data;
    if (object.empty() && type.has_data) {
        std::string_view line = content;
        const std::string prefix = "IN " + std::string{type.name} + " ";
        if (line.starts_with(prefix)) line.remove_prefix(prefix.size());
        return std::string{line};
    }
    for (const DnsField& field : type.fields) {
        if (field.top && !priority.is_null()) object[std::string{field.name}] = priority;
    }
    if (!type.has_data) object[std::string{type.fields.back().name}] = content;
    return object;
}

std::string value_text(const DnsType& type, const json& canonical) {
    if (type.is_plain()) return canonical.is_string() ? canonical.get<std::string>() : "";
    std::vector<std::string> words;
    for (const DnsField& field : type.fields) {
        const json* value = member(canonical, field.name);
        if (value == nullptr) continue;
        const bool quote = field.form == Form::text && value->is_string() && type.name != "LOC";
        words.push_back(quote ? quoted_strings(value->get<std::string>())
                              : (value->is_string() ? value->get<std::string>() : value->dump()));
    }
    return fmt::format("{}", fmt::join(words, " "));
}

}  // namespace driftless::cloudflare
