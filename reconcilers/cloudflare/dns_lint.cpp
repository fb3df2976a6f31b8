#include "reconcilers/cloudflare/dns_lint.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reconcilers/cloudflare/marks.hpp"
#include "reconcilers/seals.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::size_t longest_comment = 500;     // of a paid plan; a free one has 100
constexpr std::size_t longest_record = 4'096;    // bytes on the wire
constexpr std::size_t longest_name_set = 8'192;  // of all values of one name and type

struct Network {
    std::uint32_t address;
    int bits;
};
// Nobody outside can reach these: RFC 1918, 5735, 6598.
constexpr std::array<Network, 7> not_public{{{0x0A000000, 8},
                                             {0xAC100000, 12},
                                             {0xC0A80000, 16},
                                             {0x7F000000, 8},
                                             {0xA9FE0000, 16},
                                             {0x64400000, 10},
                                             {0x00000000, 8}}};

bool is_address(const std::string& text) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    return ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
           ::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

bool is_private_ipv4(const std::string& text) {
    in_addr address{};
    if (::inet_pton(AF_INET, text.c_str(), &address) != 1) return false;
    const std::uint32_t number = ntohl(address.s_addr);
    return std::ranges::any_of(not_public, [number](const Network& network) {
        return (number ^ network.address) >> (32 - network.bits) == 0;
    });
}

bool is_private_ipv6(const std::string& text) {
    in6_addr address{};
    if (::inet_pton(AF_INET6, text.c_str(), &address) != 1) return false;
    const unsigned char first = address.s6_addr[0];
    const bool link_local = first == 0xFE && (address.s6_addr[1] & 0xC0) == 0x80;
    return (first & 0xFE) == 0xFC || link_local || text == "::1" || text == "::";
}

std::string trouble_with_proxied(const json& spec) {
    if (!spec.value("proxied", false)) return "";
    for (const json& value : spec.at("values")) {
        const std::string text = value.is_string() ? value.get<std::string>() : "";
        if (is_private_ipv4(text) || is_private_ipv6(text)) {
            return fmt::format(
                "{} is a private address, which Cloudflare's proxy can't reach; "
                "leave out proxied, or use a Tunnel",
                text);
        }
    }
    return "";
}

std::size_t wire_size(const DnsType& type, const json& value) {
    const std::string text = value_text(type, value);
    return type.name == "TXT" ? text.size() + text.size() / 255 + 1 : text.size();
}

std::string trouble_with_size(const DnsType& type, const json& spec) {
    std::size_t all = 0;
    for (const json& value : spec.at("values")) {
        const std::size_t size = wire_size(type, value);
        all += size;
        if (size > longest_record) {
            return fmt::format("a value of {} bytes is over {}", size, longest_record);
        }
    }
    if (all <= longest_name_set) return "";
    return fmt::format("its values have {} bytes in all, over {}", all, longest_name_set);
}

std::string trouble_with_values(const DnsType& type, const json& spec) {
    const json& values = spec.at("values");
    if (type.name == "CNAME" && values.size() > 1) return "a CNAME has one value only";
    if (values.size() > 1 && std::ranges::any_of(values, holds_marks)) {
        return "a value that comes from elsewhere must be the only one of its name and type";
    }
    for (const json& value : values) {
        if (std::string why = trouble_with_value(type, value); !why.empty()) return why;
    }
    if (type.name == "CNAME" && values.front() == spec.at("name")) {
        return "a CNAME can't lead to itself";
    }
    return trouble_with_place(type, spec.at("name"), spec.at("zone"));
}

}  // namespace

std::string trouble_with_place(const DnsType& type, const std::string& name,
                               const std::string& zone) {
    if (type.name != "NS" || name != zone) return "";
    return "the name servers of the zone itself are Cloudflare's to say";
}

std::string trouble_with_value(const DnsType& type, const json& value) {
    if (type.name == "TXT" && value == "") return "an empty TXT record is refused";
    for (const DnsField& field : type.fields) {
        if (field.form != Form::host) continue;
        const json& told = type.is_plain() ? value : value.at(std::string{field.name});
        if (told.is_string() && is_address(told.get<std::string>())) {
            return fmt::format("{}: {} is an address, and a {} record names a host", field.name,
                               told.get<std::string>(), type.name);
        }
    }
    return "";
}

std::string trouble_with_comment(const std::string& comment) {
    if (comment.find_first_of("\r\n") != std::string::npos) return "must be on one line";
    if (comment.starts_with("driftless:")) {
        return "begins as our own mark does; begin it otherwise";
    }
    if (comment.size() + longest_mark <= longest_comment) return "";
    return fmt::format(
        "is too long: of the {} letters that a comment may have (100 on a free "
        "plan) our mark takes up to {}",
        longest_comment, longest_mark);
}

void lint_set(const Declared& set, Findings& findings) {
    const DnsType& type = *dns_type(set.spec.at("type").get<std::string>());
    for (const std::string& why :
         {trouble_with_values(type, set.spec), trouble_with_proxied(set.spec),
          trouble_with_size(type, set.spec)}) {
        if (why.empty()) continue;
        findings.push_back({Finding::Severity::error, set.origin.place,
                            fmt::format("record {}: {}", set.key.name, why)});
    }
}

}  // namespace driftless::cloudflare
