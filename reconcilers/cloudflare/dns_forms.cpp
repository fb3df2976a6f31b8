#include "reconcilers/cloudflare/dns_forms.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "config/base/lower_case.hpp"
#include "config/base/vault.hpp"
#include "config/yaml_text.hpp"
#include "reconcilers/cloudflare/dns_name.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::size_t longest_string = 255;
constexpr std::size_t longest_decimal = 15;  // so that it is exact, and no surprise as an integer

Error expected(const DnsField& field, std::string_view what, std::string_view found) {
    return {Errc::invalid,
            fmt::format("{}: expected {}, found {}", field.name, what, in_quotes(found))};
}

bool is_digit(char letter) {
    return letter >= '0' && letter <= '9';
}
bool is_blank(char letter) {
    return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
}

/// A byte of UTF-8 that belongs to the letter before it.
bool is_tail(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

std::string without_blanks(std::string text) {
    std::erase_if(text, is_blank);
    return text;
}

Result<json> address(const DnsField& field, const std::string& text, int family) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    std::array<char, INET6_ADDRSTRLEN> shown{};
    const bool fits = ::inet_pton(family, text.c_str(), bytes.data()) == 1 &&
                      ::inet_ntop(family, bytes.data(), shown.data(), shown.size()) != nullptr;
    if (!fits)
        return expected(field, family == AF_INET ? "an IPv4 address" : "an IPv6 address", text);
    return json(shown.data());
}

Result<json> number(const DnsField& field, const std::string& text) {
    unsigned value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || value > field.most) {
        return expected(field, fmt::format("a whole number from 0 to {}", field.most), text);
    }
    return json(value);
}

Result<json> decimal(const DnsField& field, std::string text) {
    if (text.ends_with('m')) text.pop_back();
    const bool is_plain = text.find_first_not_of("0123456789.-") == std::string::npos;
    char* stop = nullptr;
    const double value = std::strtod(text.c_str(), &stop);
    if (text.empty() || text.size() > longest_decimal || !is_plain || *stop != '\0') {
        return expected(field, "a number", text);
    }
    const auto whole = static_cast<std::int64_t>(value);
    return static_cast<double>(whole) == value ? json(whole) : json(value);
}

/// A quoted string from `at` on, which is behind its first quote.
std::string unquoted(std::string_view line, std::size_t& at) {
    std::string text;
    while (at < line.size() && line[at] != '"') {
        if (line[at] != '\\' || at + 1 == line.size()) {
            text += line[at++];
            continue;
        }
        const auto code = line.substr(at + 1, 3);
        int byte = 256;
        if (code.size() == 3 && std::ranges::all_of(code, is_digit)) {
            byte = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
        }
        if (byte < 256) {
            text += static_cast<char>(byte);
            at += 4;
        } else if (line[at + 1] == '"' || line[at + 1] == '\\') {
            text += line[at + 1];
            at += 2;
        } else {
            text += line[at++];  // "\;" is two letters
        }
    }
    if (at < line.size()) ++at;
    return text;
}

bool looks_quoted(std::string_view text) {
    return text.size() >= 2 && text.starts_with('"') && text.ends_with('"');
}

/// As it is meant, save for a text that looks like quoted strings itself: that one stays in quotes,
/// so that nobody takes them off once more.
std::string canonical_txt(const std::string& text) {
    std::string meant = joined_strings(text);
    return looks_quoted(meant) ? quoted_strings(meant) : meant;
}

/// `"` and `\` with a `\` before them, as within quotes.
std::string escaped(std::string_view text) {
    std::string all;
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') all += '\\';
        all += letter;
    }
    return all;
}

/// "alpn=h2,h3 port=443" -> its keys in order, each value in quotes.
std::string canonical_params(std::string_view line) {
    std::map<std::string, std::string> params;
    std::size_t at = 0;
    while (at < line.size()) {
        if (is_blank(line[at])) {
            ++at;
            continue;
        }
        std::string key;
        while (at < line.size() && !is_blank(line[at]) && line[at] != '=') key += line[at++];
        std::string value;
        if (at < line.size() && line[at] == '=') {
            ++at;
            if (at < line.size() && line[at] == '"') {
                value = unquoted(line, ++at);
            } else {
                while (at < line.size() && !is_blank(line[at])) value += line[at++];
            }
        }
        params[lower_case(key)] = value;
    }
    std::string all;
    for (const auto& [key, value] : params) {
        if (!all.empty()) all += ' ';
        all += value.empty() ? key : fmt::format("{}=\"{}\"", key, escaped(value));
    }
    return all;
}

/// JSON holds no other text; a zone may, and then its value is told as it was answered.
Result<json> text_form(const DnsField& field, std::string text) {
    if (is_utf8(text)) return json(std::move(text));
    return Error{
        Errc::invalid,
        fmt::format("{}: holds bytes that are no UTF-8, which no manifest can", field.name)};
}

std::string as_text(const json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number()) return value.dump();
    return value.is_boolean() && value == false ? "." : "";  // a null MX was seen as false
}

}  // namespace

Result<json> canonical_field(const DnsField& field, const json& value) {
    const std::string text = as_text(value);
    if (has_marks(text)) return value;
    switch (field.form) {
        case Form::ipv4: return address(field, text, AF_INET);
        case Form::ipv6: return address(field, text, AF_INET6);
        case Form::number: return number(field, text);
        case Form::decimal: return decimal(field, text);
        case Form::txt: return text_form(field, canonical_txt(text));
        case Form::text: return text_form(field, text);
        case Form::word: return json(lower_case(text));
        case Form::hex: return json(lower_case(without_blanks(text)));
        case Form::base64: return json(without_blanks(text));
        case Form::params: return text_form(field, canonical_params(text));
        case Form::host: break;
    }
    auto host = canonical_host(text);
    if (!host) return Error{Errc::invalid, fmt::format("{}: {}", field.name, host.error().message)};
    return json(*host);
}

std::vector<std::string> words_of(std::string_view line, std::size_t most) {
    std::vector<std::string> words;
    std::size_t at = 0;
    while (at < line.size()) {
        if (is_blank(line[at])) {
            ++at;
            continue;
        }
        if (line[at] == '"') {
            words.push_back(unquoted(line, ++at));
            continue;
        }
        if (words.size() + 1 == most) {
            words.emplace_back(line.substr(at));
            while (is_blank(words.back().back())) words.back().pop_back();
            return words;
        }
        std::string& word = words.emplace_back();
        while (at < line.size() && !is_blank(line[at])) word += line[at++];
    }
    return words;
}

std::string joined_strings(const std::string& text) {
    if (!looks_quoted(text)) return text;
    std::string all;
    for (const std::string& word : words_of(text, text.size())) all += word;
    return all;
}

std::string quoted_strings(std::string_view text) {
    std::string all;
    do {
        std::size_t size = std::min(longest_string, text.size());
        while (size < text.size() && is_tail(text[size])) --size;  // no letter is cut in two
        const auto piece = text.substr(0, size);
        text.remove_prefix(piece.size());
        all += all.empty() ? "\"" : " \"";
        all += escaped(piece) + '"';
    } while (!text.empty());
    return all;
}

}  // namespace driftless::cloudflare
