#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"

namespace driftless::cloudflare {

using json = nlohmann::json;

/// How a field of a record is written and compared.
enum class Form {
    ipv4,
    ipv6,
    host,     ///< without regard to case and a dot at the end
    txt,      ///< plain, or as a list of quoted strings: one text either way
    text,     ///< as it stands
    word,     ///< without regard to case: lower
    hex,      ///< the same, blanks left out
    base64,   ///< blanks left out
    number,   ///< whole, 0 and up
    decimal,  ///< of LOC; "10m" is 10
    params,   ///< of SVCB: key=value, in any order
};

struct DnsField {
    std::string_view name;  ///< as the API names it
    Form form = Form::text;
    unsigned most = 0;  ///< of a number
    bool top = false;   ///< stands beside `data` or `content`, not in it: priority
};

/// One of the record types of the API. A type of one field has its value as a text; others have an
/// object of their fields.
struct DnsType {
    std::string_view name;
    std::vector<DnsField> fields;
    bool has_data = false;  ///< sent as `data`; else as `content`
    bool proxiable = false;
    /// Values that others put beside ours at the same name have nothing to do with ours.
    bool additive = false;

    [[nodiscard]] bool is_plain() const { return fields.size() == 1; }
};

const std::vector<DnsType>& dns_types();
/// @param name  upper case. @return nullptr: no such type
const DnsType* dns_type(std::string_view name);

/// The one form of a value, so that what git says and what the API answers compare. Idempotent.
/// @param value  a text as zone files have it, or an object of the type's fields, with texts or
///               numbers; texts with marks (vault.hpp) stay as they are
/// @return `invalid` with what was expected
Result<json> canonical_value(const DnsType& type, const json& value);

/// What a request says of a value: `content`, `data`, `priority`.
json value_body(const DnsType& type, const json& canonical);

/// The value that the API tells of, not canonical yet: from `content`, or from `data`.
json told_value(const DnsType& type, const json& data, const std::string& content,
                const json& priority);

/// As a zone file has it, for people.
std::string value_text(const DnsType& type, const json& canonical);

}  // namespace driftless::cloudflare
