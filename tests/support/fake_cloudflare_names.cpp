// Names, addresses and texts as the service rewrites them. Its own code on purpose: a judge that
// shared ours could not find us wrong.
#include <fmt/format.h>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>

#include <algorithm>
#include <cstdint>

#include "tests/support/fake_cloudflare_record.hpp"

namespace driftless::test {

namespace {

namespace ip = boost::asio::ip;

std::vector<char32_t> code_points(const std::string& utf8) {
    std::vector<char32_t> points;
    for (std::size_t at = 0; at < utf8.size();) {
        const auto lead = static_cast<unsigned char>(utf8[at]);
        const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        char32_t point = size == 1 ? lead : lead & (0xff >> (size + 1));
        for (std::size_t i = 1; i < size && at + i < utf8.size(); ++i) {
            point = (point << 6) | (static_cast<unsigned char>(utf8[at + i]) & 0x3f);
        }
        points.push_back(point);
        at += size;
    }
    return points;
}

char32_t lower_point(char32_t point) {
    const auto within = [point](char32_t first, char32_t last) {
        return point >= first && point <= last;
    };
    if (within('A', 'Z') || (within(0xc0, 0xde) && point != 0xd7)) return point + 32;
    if (within(0x391, 0x3a9) || within(0x410, 0x42f)) return point + 32;  // Greek, Cyrillic
    if (within(0x400, 0x40f)) return point + 80;
    if (within(0x100, 0x17f) && point % 2 == 0 && !within(0x138, 0x148)) return point + 1;
    return point;
}

/// RFC 3492, 6.1
std::uint32_t adapted(std::uint32_t delta, std::uint32_t count, bool first) {
    delta = first ? delta / 700 : delta / 2;
    delta += delta / count;
    std::uint32_t k = 0;
    for (; delta > 455; k += 36) delta /= 35;
    return k + 36 * delta / (delta + 38);
}

/// RFC 3492, 6.3, of one label.
std::string punycode(const std::vector<char32_t>& label) {
    std::string text;
    for (const char32_t point : label) {
        if (point < 0x80) text += static_cast<char>(point);
    }
    const auto basic = static_cast<std::uint32_t>(text.size());
    if (basic == label.size()) return text;
    if (basic > 0) text += '-';
    std::uint32_t n = 128, delta = 0, bias = 72, done = basic;
    while (done < label.size()) {
        std::uint32_t next = 0x10ffff;
        for (const char32_t point : label) {
            if (point >= n) next = std::min(next, static_cast<std::uint32_t>(point));
        }
        delta += (next - n) * (done + 1);
        n = next;
        for (const char32_t point : label) {
            if (point < n) ++delta;
            if (point != n) continue;
            std::uint32_t q = delta;
            for (std::uint32_t k = 36;; k += 36) {
                const std::uint32_t t = k <= bias ? 1 : std::min(26u, k - bias);
                const std::uint32_t digit = q < t ? q : t + (q - t) % (36 - t);
                text += static_cast<char>(digit < 26 ? 'a' + digit : '0' + digit - 26);
                if (q < t) break;
                q = (q - t) / (36 - t);
            }
            bias = adapted(delta, done + 1, done == basic);
            delta = 0;
            ++done;
        }
        ++delta;
        ++n;
    }
    return "xn--" + text;
}

bool is_label(std::string_view label, bool first) {
    if (label.empty() || label.size() > 63) return false;
    if (label == "*") return first;
    return std::ranges::all_of(label, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

bool is_name(std::string_view name) {
    bool first = true;
    for (std::size_t at = 0; at <= name.size(); first = false) {
        const std::size_t end = std::min(name.find('.', at), name.size());
        if (!is_label(name.substr(at, end - at), first)) return false;
        at = end + 1;
    }
    return name.size() <= 253;
}

bool within(const std::string& address, std::initializer_list<const char*> networks) {
    boost::system::error_code bad;
    const auto four = ip::make_address_v4(address, bad);
    return !bad && std::ranges::any_of(networks, [&](const char* text) {
        const auto network = ip::make_network_v4(text);
        return ip::network_v4{four, network.prefix_length()}.canonical() == network;
    });
}

/// A string of a TXT's wire form: "\"" and "\\" and "\065" count as one byte.
std::size_t escape_at(std::string_view text, std::size_t at) {
    if (text[at] != '\\' || at + 1 >= text.size()) return 1;
    const bool digits = at + 3 < text.size() && std::isdigit(text[at + 1]) != 0 &&
                        std::isdigit(text[at + 2]) != 0 && std::isdigit(text[at + 3]) != 0;
    return digits ? 4 : 2;
}

/// The strings between the quotes, still escaped; the whole where there are no quotes.
std::vector<std::string> strings_of(const std::string& sent) {
    if (sent.size() < 2 || sent.front() != '"' || sent.back() != '"') {
        std::string escaped;
        for (const char c : sent) {
            if (c == '"') escaped += '\\';
            escaped += c;
        }
        return {escaped};
    }
    std::vector<std::string> strings;
    bool inside = false;
    for (std::size_t at = 0; at < sent.size();) {
        const std::size_t size = escape_at(sent, at);
        if (size == 1 && sent[at] == '"') {
            inside = !inside;
            if (inside) strings.emplace_back();
        } else if (inside) {
            strings.back() += sent.substr(at, size);
        }
        at += size;
    }
    return strings;
}

/// In pieces of at most 255 bytes.
std::vector<std::string> chunks_of(const std::string& escaped) {
    std::vector<std::string> chunks(1);
    std::size_t bytes = 0;
    for (std::size_t at = 0; at < escaped.size();) {
        const std::size_t size = escape_at(escaped, at);
        if (bytes == 255) {
            chunks.emplace_back();
            bytes = 0;
        }
        chunks.back() += escaped.substr(at, size);
        ++bytes;
        at += size;
    }
    return chunks;
}

}  // namespace

std::string punycode_name(const std::string& name) {
    std::string result;
    std::vector<char32_t> label;
    for (const char32_t point : code_points(name)) {
        if (point == '.' || point == 0x3002) {
            result += punycode(label) + ".";
            label.clear();
        } else {
            label.push_back(lower_point(point));
        }
    }
    return result + punycode(label);
}

std::string full_name(const std::string& name, const CloudflareZone& zone,
                      const CloudflareHabits& habits) {
    std::string full = punycode_name(name);
    if (!full.empty() && full.back() == '.') full.pop_back();
    if (full == "@") full = zone.name;
    if (full != zone.name && !full.ends_with("." + zone.name)) full += "." + zone.name;
    if (name.empty() || !is_name(full)) refuse_record(habits, 9000, "DNS name is invalid.");
    return full;
}

std::string txt_content(const std::string& sent, bool quotes) {
    const bool quoted = sent.size() >= 2 && sent.front() == '"' && sent.back() == '"';
    if (!quoted && !quotes && sent.size() <= 255) return sent;
    std::string content;
    for (const std::string& string : strings_of(sent)) {
        for (const std::string& chunk : chunks_of(string)) {
            content += (content.empty() ? "\"" : " \"") + chunk + "\"";
        }
    }
    return content;
}

std::string txt_value(const std::string& content) {
    std::string value;
    for (const std::string& string : strings_of(content)) {
        for (std::size_t at = 0; at < string.size();) {
            const std::size_t size = escape_at(string, at);
            const std::string number = size == 4 ? string.substr(at + 1, 3) : "";
            value += size == 4 ? static_cast<char>(std::stoi(number)) : string[at + size - 1];
            at += size;
        }
    }
    return value;
}

bool may_be_origin(const std::string& type, const std::string& content) {
    if (type == "AAAA") {
        return !std::ranges::any_of(
                   std::initializer_list<const char*>{
                       "fe8", "fe9", "fea", "feb", "fc", "fd", "ff", "2606:4700:", "2400:cb00:",
                       "2803:f800:", "2405:b500:", "2405:8100:", "2a06:98c", "2c0f:f248:"},
                   [&](const char* begin) { return content.starts_with(begin); }) &&
               content != "::1" && content != "::";
    }
    if (type != "A") return true;
    return !within(content,
                   {"0.0.0.0/8",       "10.0.0.0/8",       "127.0.0.0/8",      "169.254.0.0/16",
                    "172.16.0.0/12",   "192.168.0.0/16",   "224.0.0.0/4",      "240.0.0.0/4",
                    "1.1.1.0/24",      "1.0.0.0/24",       "104.16.0.0/13",    "104.24.0.0/14",
                    "172.64.0.0/13",   "173.245.48.0/20",  "103.21.244.0/22",  "103.22.200.0/22",
                    "103.31.4.0/22",   "141.101.64.0/18",  "108.162.192.0/18", "190.93.240.0/20",
                    "188.114.96.0/20", "197.234.240.0/22", "198.41.128.0/17",  "162.158.0.0/15",
                    "131.0.72.0/22"});
}

}  // namespace driftless::test
