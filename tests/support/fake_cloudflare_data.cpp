// Record types with a data object: which fields, and the content that the service makes of them.
#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_cloudflare_record.hpp"

namespace driftless::test {

namespace {

struct Field {
    enum class Kind { byte, word, decimal, text, host, hex, choice };
    std::string name;
    Kind kind = Kind::byte;
    double least = 0, most = 0;                ///< of a decimal
    std::string choices = "";                  ///< of a choice: "NS"
    std::optional<json> usual = std::nullopt;  ///< where it was not sent; none: it must be
};

const std::map<std::string, std::vector<Field>>& fields() {
    using enum Field::Kind;
    static const std::vector<Field> certificate{
        {"usage"}, {"selector"}, {"matching_type"}, {"certificate", hex}};
    static const std::vector<Field> service{
        {"priority", word}, {"target", host}, {"value", text, 0, 0, "", json("")}};
    static const std::map<std::string, std::vector<Field>> all{
        {"CAA", {{"flags"}, {"tag", text}, {"value", text}}},
        {"CERT", {{"type", word}, {"key_tag", word}, {"algorithm"}, {"certificate", text}}},
        {"DNSKEY", {{"flags", word}, {"protocol"}, {"algorithm"}, {"public_key", text}}},
        {"DS", {{"key_tag", word}, {"algorithm"}, {"digest_type"}, {"digest", hex}}},
        {"HTTPS", service},
        {"LOC",
         {{"lat_degrees", decimal, 0, 90},
          {"lat_minutes", decimal, 0, 59, "", json(0)},
          {"lat_seconds", decimal, 0, 59.999, "", json(0)},
          {"lat_direction", choice, 0, 0, "NS"},
          {"long_degrees", decimal, 0, 180},
          {"long_minutes", decimal, 0, 59, "", json(0)},
          {"long_seconds", decimal, 0, 59.999, "", json(0)},
          {"long_direction", choice, 0, 0, "EW"},
          {"altitude", decimal, -100000, 42849672.95},
          {"size", decimal, 0, 90000000, "", json(0)},
          {"precision_horz", decimal, 0, 90000000, "", json(0)},
          {"precision_vert", decimal, 0, 90000000, "", json(0)}}},
        {"NAPTR",
         {{"order", word},
          {"preference", word},
          {"flags", text},
          {"service", text},
          {"regex", text, 0, 0, "", json("")},
          {"replacement", text}}},
        {"SMIMEA", certificate},
        {"SRV", {{"priority", word}, {"weight", word}, {"port", word}, {"target", host}}},
        {"SSHFP", {{"algorithm"}, {"type"}, {"fingerprint", hex}}},
        {"SVCB", service},
        {"TLSA", certificate},
        {"URI", {{"weight", word}, {"target", text}}},
    };
    return all;
}

bool in_range(const Field& field, double number) {
    using enum Field::Kind;
    if (field.kind == decimal) return number >= field.least && number <= field.most;
    return number >= 0 && number <= (field.kind == byte ? 255 : 65535) &&
           number == static_cast<double>(static_cast<int>(number));
}

bool fits(const Field& field, const json& value) {
    using enum Field::Kind;
    switch (field.kind) {
        case byte:
        case word:
        case decimal: return value.is_number() && in_range(field, value.get<double>());
        case text: return value.is_string();
        case host: return value.is_string() && !value.get<std::string>().empty();
        case choice: {
            const std::string given = value.is_string() ? value.get<std::string>() : "";
            return given.size() == 1 && field.choices.find(given) != std::string::npos;
        }
        case hex:
            return value.is_string() && !value.get<std::string>().empty() &&
                   value.get<std::string>().find_first_not_of("0123456789abcdefABCDEF ") ==
                       std::string::npos;
    }
    return false;
}

/// What a field's value becomes: a target's final dot goes, save where it is all; numbers stay.
json rewritten(const std::string& type, const Field& field, const json& value) {
    if (type == "SRV" && field.kind == Field::Kind::host) {
        std::string target = value.get<std::string>();
        if (target.size() > 1 && target.back() == '.') target.pop_back();
        return target;
    }
    return value;
}

/// key=value pairs come back with their values in quotes.
std::string quoted_parameters(const std::string& value) {
    std::string quoted;
    for (std::size_t at = 0; at < value.size();) {
        if (value[at] == ' ') {
            ++at;
            continue;
        }
        std::size_t end = at;
        bool inside = false;
        while (end < value.size() && (inside || value[end] != ' ')) {
            if (value[end] == '"') inside = !inside;
            ++end;
        }
        std::string pair = value.substr(at, end - at);
        const std::size_t equals = pair.find('=');
        if (equals != std::string::npos && pair.substr(equals + 1, 1) != "\"") {
            pair = pair.substr(0, equals + 1) + '"' + pair.substr(equals + 1) + '"';
        }
        quoted += (quoted.empty() ? "" : " ") + pair;
        at = end;
    }
    return quoted;
}

std::string number_text(const json& number) {
    if (number.is_number_integer()) return std::to_string(number.get<std::int64_t>());
    return fmt::format("{}", number.get<double>());
}

std::string text_of(const json& data, const std::string& name) {
    const json& value = data.at(name);
    return value.is_string() ? value.get<std::string>() : number_text(value);
}

std::string loc_content(const json& data) {
    const auto n = [&data](const char* name) { return text_of(data, name); };
    return fmt::format("IN LOC {} {} {} {} {} {} {} {} {}m {}m {}m {}m", n("lat_degrees"),
                       n("lat_minutes"), n("lat_seconds"), n("lat_direction"), n("long_degrees"),
                       n("long_minutes"), n("long_seconds"), n("long_direction"), n("altitude"),
                       n("size"), n("precision_horz"), n("precision_vert"));
}

}  // namespace

bool has_data(const std::string& type) {
    return fields().contains(type);
}

json data_of(const std::string& type, const json& sent, const CloudflareHabits& habits) {
    json data = json::object();
    for (const Field& field : fields().at(type)) {
        json value = member_or(sent, field.name, nullptr);
        if (value.is_null() && field.usual) value = *field.usual;
        if (value.is_null()) refuse_record(habits, 9101, field.name + " is a required data field.");
        if (!fits(field, value)) {
            refuse_record(habits, 9102,
                          fmt::format("{} is not a valid value for the data field {} of a {} "
                                      "record.",
                                      value.dump(), field.name, type));
        }
        data[field.name] = rewritten(type, field, value);
    }
    if (data.contains("value") && type != "CAA") data["value"] = quoted_parameters(data["value"]);
    return data;
}

std::string content_of(const std::string& type, const json& data, std::optional<int> priority) {
    const auto n = [&data](const char* name) { return text_of(data, name); };
    if (type == "LOC") return loc_content(data);
    if (type == "CAA") return fmt::format("{} {} \"{}\"", n("flags"), n("tag"), n("value"));
    if (type == "NAPTR") {
        return fmt::format("{} {} \"{}\" \"{}\" \"{}\" {}", n("order"), n("preference"), n("flags"),
                           n("service"), n("regex"), n("replacement"));
    }
    if (type == "URI") {
        return fmt::format("{} {} \"{}\"", priority.value_or(0), n("weight"), n("target"));
    }
    std::string content;
    for (const Field& field : fields().at(type)) {
        const std::string value = text_of(data, field.name);
        if (!value.empty()) content += (content.empty() ? "" : " ") + value;
    }
    return content;
}

}  // namespace driftless::test
