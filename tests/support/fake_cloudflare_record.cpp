#include "tests/support/fake_cloudflare_record.hpp"

#include <fmt/format.h>
#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace driftless::test {

namespace {

namespace ip = boost::asio::ip;

const std::vector<std::string> content_types{"A",  "AAAA", "CNAME", "MX",
                                             "NS", "PTR",  "TXT",   "OPENPGPKEY"};
const std::vector<std::string> proxiable_types{"A", "AAAA", "CNAME"};

bool is_in(const std::vector<std::string>& list, const std::string& word) {
    return std::ranges::find(list, word) != list.end();
}

std::size_t characters(const std::string& utf8) {
    return static_cast<std::size_t>(
        std::ranges::count_if(utf8, [](char c) { return (c & 0xc0) != 0x80; }));
}

/// A host that a record points at: no final dot, save where it is all there is.
std::string host_of(const std::string& type, std::string host, const CloudflareZone& zone,
                    const CloudflareHabits& habits) {
    if (host == "." && type == "MX") return host;
    if (host == "@" && type == "CNAME") return zone.name;
    if (!host.empty() && host.back() == '.') host.pop_back();
    const std::string ascii = punycode_name(host);
    const bool strange = host.empty() || host.find_first_of(" /:@") != std::string::npos;
    boost::system::error_code not_an_address;
    ip::make_address(host, not_an_address);
    if (strange || !not_an_address) {
        const int cause = type == "MX" ? 9009 : type == "NS" ? 9008 : 9007;
        refuse_record(habits, cause, fmt::format("Content for {} record is invalid.", type));
    }
    return type == "CNAME" || ascii.starts_with("xn--") ? ascii : host;
}

std::string address_of(const std::string& type, const std::string& sent,
                       const CloudflareHabits& habits) {
    boost::system::error_code bad;
    if (type == "A") {
        const auto four = ip::make_address_v4(sent, bad);
        if (bad) {
            refuse_record(habits, 9005, "Content for A record must be a valid IPv4 address.");
        }
        return four.to_string();
    }
    const auto six = ip::make_address_v6(sent, bad);
    if (bad || sent.find('%') != std::string::npos) {
        refuse_record(habits, 9006, "Content for AAAA record must be a valid IPv6 address.");
    }
    return six.to_string();
}

std::string plain_content(const std::string& type, const json& body, const CloudflareZone& zone,
                          const CloudflareHabits& habits) {
    const std::string sent = text_or(body, "content", "");
    if (sent.empty()) refuse_record(habits, 9101, "content is a required field.");
    if (type == "A" || type == "AAAA") return address_of(type, sent, habits);
    if (type == "OPENPGPKEY") return sent;
    if (type != "TXT") return host_of(type, sent, zone, habits);
    if (txt_value(sent).empty()) refuse_record(habits, 9101, "content is a required field.");
    const std::string content = txt_content(sent, habits.quotes_txt);
    if (txt_value(content).size() > 4096) {
        refuse_record(habits, 9015, "Content for TXT record exceeds 4096 bytes.");
    }
    return content;
}

int ttl_of(const json& body, const CloudflareZone& zone, const CloudflareHabits& habits) {
    const json ttl = member_or(body, "ttl", 1);
    const int least = zone.plan == "enterprise" ? 30 : 60;
    const double seconds = ttl.is_number() ? ttl.get<double>() : -1;
    if (seconds != 1 && (seconds < least || seconds > 86400)) {
        refuse_record(habits, 9021,
                      fmt::format("Invalid TTL. Must be between {} and 86,400 seconds, or 1 for "
                                  "Automatic.",
                                  least));
    }
    return static_cast<int>(seconds);
}

std::optional<int> priority_of(const std::string& type, const json& body,
                               const CloudflareHabits& habits) {
    if (type != "MX" && type != "URI") return std::nullopt;
    const json priority = member_or(body, "priority", nullptr);
    if (!priority.is_number()) refuse_record(habits, 9101, "priority is a required field.");
    const auto number = priority.get<double>();
    if (number < 0 || number > 65535) refuse_record(habits, 9102, "priority is not valid.");
    return static_cast<int>(number);
}

void set_proxied(CloudflareRecord& record, const json& body, const CloudflareHabits& habits) {
    const bool type_can = is_in(proxiable_types, record.type);
    record.proxiable = type_can && may_be_origin(record.type, record.content);
    record.proxied = member_or(body, "proxied", false) == true;
    if (record.proxied && !type_can) {
        refuse_record(habits, 9004, "This record type cannot be proxied.");
    }
    if (record.proxied && !record.proxiable) {
        refuse_record(
            habits, 9003,
            fmt::format("Target {} is not allowed for a proxied record.", record.content));
    }
    if (record.proxied) record.ttl = 1;
}

json settings_of(const CloudflareRecord& record, const json& body, const CloudflareZone& zone,
                 const CloudflareHabits& habits) {
    json sent = member_or(body, "settings", json::object());
    if (!sent.is_object()) refuse_record(habits, 0, "settings must be an object.");
    std::vector<std::string> known{"ipv4_only", "ipv6_only"};
    if (record.type == "CNAME") known.emplace_back("flatten_cname");
    json kept = json::object();
    for (const auto& [key, value] : sent.items()) {
        if (!is_in(known, key)) continue;
        if (!value.is_boolean()) refuse_record(habits, 0, fmt::format("{} must be boolean.", key));
        kept[key] = value;
    }
    if (record.proxied && kept.contains("flatten_cname")) kept["flatten_cname"] = false;
    if (kept.value("flatten_cname", false) && !zone.paid()) {
        refuse_record(habits, 0, "CNAME flattening is not available on this zone's plan.");
    }
    using Show = CloudflareHabits::Settings;
    if (habits.settings == Show::filled) {
        for (const std::string& key : known) {
            if (!kept.contains(key)) kept[key] = false;
        }
    }
    if (habits.settings == Show::recorded && record.type == "CNAME" &&
        !kept.contains("flatten_cname")) {
        kept["flatten_cname"] = false;
    }
    return kept;
}

std::string comment_of(const json& body, const CloudflareZone& zone,
                       const CloudflareHabits& habits) {
    std::string comment = text_or(body, "comment", "");
    const std::size_t most = zone.paid() ? 500 : 100;
    if (characters(comment) > most) {
        refuse_record(habits, 0, fmt::format("Comments are limited to {} characters.", most));
    }
    const bool control =
        std::ranges::any_of(comment, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (control) refuse_record(habits, 0, "Comments may only hold graphic characters.");
    return comment;
}

bool is_tag(const std::string& tag) {
    const std::string name = tag.substr(0, tag.find(':'));
    const std::size_t value = tag.size() > name.size() ? tag.size() - name.size() - 1 : 0;
    return !name.empty() && name.size() <= 32 && value <= 100 &&
           std::ranges::all_of(name, [](char c) {
               return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
           });
}

std::vector<std::string> tags_of(const json& body, const CloudflareZone& zone,
                                 const CloudflareHabits& habits) {
    const json sent = member_or(body, "tags", json::array());
    if (!sent.is_array()) refuse_record(habits, 0, "tags must be a list.");
    const std::size_t quota = zone.paid() ? 20 : 0;
    if (sent.size() > quota) {
        refuse_record(
            habits, 9300,
            fmt::format("DNS record has {} tags, exceeding the quota of {}.", sent.size(), quota));
    }
    std::map<std::string, std::string> by_name;  // their order is not kept
    for (const json& tag : sent) {
        if (!tag.is_string() || !is_tag(tag.get<std::string>())) {
            refuse_record(habits, 9301, fmt::format("Tag {} is invalid.", tag.dump()));
        }
        by_name[lower(tag.get<std::string>())] = tag.get<std::string>();
    }
    std::vector<std::string> tags;
    for (const auto& [key, tag] : by_name) tags.push_back(tag);
    return tags;
}

}  // namespace

void refuse_record(const CloudflareHabits& habits, int cause, const std::string& message) {
    using Shape = CloudflareHabits::DnsErrors;
    if (cause == 0 || habits.dns_errors == Shape::unchained) {
        throw CloudflareRefusal{400, 1004, message};
    }
    if (habits.dns_errors == Shape::bare) throw CloudflareRefusal{400, cause, message};
    json chain = json::array();
    chain.push_back({{"code", cause}, {"message", message}});
    throw CloudflareRefusal{400, 1004, "DNS Validation Error", std::move(chain)};
}

CloudflareRecord record_of(const json& body, const CloudflareZone& zone,
                           const CloudflareHabits& habits) {
    if (!body.is_object()) refuse_record(habits, 0, "A DNS record must be an object.");
    CloudflareRecord record;
    record.type = text_or(body, "type", "");
    if (!has_data(record.type) && !is_in(content_types, record.type)) {
        refuse_record(habits, 9002, fmt::format("DNS record type \"{}\" is invalid.", record.type));
    }
    record.name = full_name(text_or(body, "name", ""), zone, habits);
    record.priority = priority_of(record.type, body, habits);
    if (has_data(record.type)) {
        record.data = data_of(record.type, member_or(body, "data", json::object()), habits);
        record.content = content_of(record.type, record.data, record.priority);
    } else {
        record.content = plain_content(record.type, body, zone, habits);
    }
    if (record.type == "CNAME" && record.content == record.name) {
        refuse_record(habits, 9039, "CNAME content cannot reference itself.");
    }
    record.ttl = ttl_of(body, zone, habits);
    set_proxied(record, body, habits);
    record.settings = settings_of(record, body, zone, habits);
    record.comment = comment_of(body, zone, habits);
    record.tags = tags_of(body, zone, habits);
    return record;
}

json sent_form(const CloudflareRecord& record) {
    json body = {{"type", record.type},        {"name", record.name},       {"ttl", record.ttl},
                 {"proxied", record.proxied},  {"comment", record.comment}, {"tags", record.tags},
                 {"settings", record.settings}};
    if (record.data.is_null()) {
        body["content"] = record.content;
    } else {
        body["data"] = record.data;
    }
    if (record.priority) body["priority"] = *record.priority;
    return body;
}

std::string identity_of(const CloudflareRecord& record) {
    const std::string content =
        record.type == "TXT" ? txt_value(record.content) : lower(record.content);
    return fmt::format("{}\n{}\n{}\n{}", record.type, record.name, record.priority.value_or(-1),
                       content);
}

json shown(const CloudflareRecord& record, const CloudflareZone& zone,
           const CloudflareHabits& habits) {
    const auto text_or_null = [](const std::string& text) {
        return text.empty() ? json(nullptr) : json(text);
    };
    json body = {{"id", record.id},
                 {"name", record.name},
                 {"type", record.type},
                 {"content", record.content},
                 {"proxiable", record.proxiable},
                 {"proxied", record.proxied},
                 {"ttl", record.ttl},
                 {"meta", record.meta},
                 {"comment", text_or_null(record.comment)},
                 {"tags", record.tags},
                 {"created_on", record.created_on},
                 {"modified_on", record.modified_on}};
    if (habits.settings != CloudflareHabits::Settings::omitted || !record.settings.empty()) {
        body["settings"] = record.settings;
    }
    if (!record.data.is_null()) body["data"] = record.data;
    if (record.priority) body["priority"] = *record.priority;
    if (record.type == "SRV") body["priority"] = record.data["priority"];
    if (!record.comment_modified_on.empty())
        body["comment_modified_on"] = record.comment_modified_on;
    if (!record.tags_modified_on.empty()) body["tags_modified_on"] = record.tags_modified_on;
    if (habits.shows_zone_of_record) {
        body.update({{"zone_id", zone.id}, {"zone_name", zone.name}, {"locked", false}});
    }
    return body;
}

}  // namespace driftless::test
