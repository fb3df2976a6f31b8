#include "config/settings_grammar.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/base/durations.hpp"
#include "config/base/resource_key.hpp"

namespace driftless {
namespace {

constexpr std::size_t longest_path = 1024;
constexpr std::size_t longest_host = 253;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_low(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_up(char c) {
    return c >= 'A' && c <= 'Z';
}

bool all_of(std::string_view text, bool (*fits)(char)) {
    return std::ranges::all_of(text, fits);
}

bool is_printable(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte != 0x7F;
}

bool is_port(std::string_view text) {
    if (text.empty() || text.size() > 5 || !all_of(text, is_digit)) return false;
    return std::stoul(std::string{text}) <= 65535;
}

/// Every part between slashes.
bool has_clean_parts(std::string_view path) {
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        const auto part = path.substr(begin, end - begin);
        if (part.empty() || part == "." || part == "..") return false;
        begin = end + 1;
    }
    return true;
}

bool is_loopback_host(std::string_view host) {
    if (host == "localhost" || host == "[::1]") return true;
    return host.starts_with("127.") && std::ranges::count(host, '.') == 3 &&
           all_of(host, [](char c) { return is_digit(c) || c == '.'; });
}

}  // namespace

bool is_installation(std::string_view text) {
    return !text.empty() && text.size() <= 12 &&
           all_of(text, [](char c) { return is_low(c) || is_digit(c) || c == '-'; });
}

bool is_target_name(std::string_view text) {
    return is_name(text) && text.find_first_of("._") == text.npos;
}

bool is_absolute_path(std::string_view text) {
    if (text == "/") return true;
    return text.starts_with('/') && text.size() <= longest_path && all_of(text, is_printable) &&
           has_clean_parts(text.substr(1));
}

bool is_branch(std::string_view text) {
    if (text.empty() || text.size() > longest_host || !all_of(text, is_printable)) return false;
    if (text.front() == '-' || text.back() == '.' || text == "@") return false;
    if (text.find_first_of(" ~^:?*[\\") != text.npos) return false;
    if (text.find("..") != text.npos || text.find("@{") != text.npos) return false;
    if (!has_clean_parts(text) || text.find("/.") != text.npos || text.front() == '.') return false;
    return !text.ends_with(".lock") && text.find(".lock/") == text.npos;
}

bool is_file_url(std::string_view text) {
    constexpr std::string_view scheme = "file://";
    return text.starts_with(scheme) && text.size() > scheme.size() + 1 &&
           is_absolute_path(text.substr(scheme.size()));
}

bool is_variable(std::string_view text) {
    return !text.empty() && !is_digit(text.front()) &&
           all_of(text, [](char c) { return is_low(c) || is_up(c) || is_digit(c) || c == '_'; });
}

bool is_host(std::string_view text) {
    if (text.empty() || text.size() > longest_host) return false;
    const std::size_t colon = text.rfind(':');
    if (colon != text.npos && !is_port(text.substr(colon + 1))) return false;
    const auto host = text.substr(0, colon);
    return !host.empty() && host.front() != '-' && host.front() != '.' && all_of(host, [](char c) {
        return is_low(c) || is_up(c) || is_digit(c) || c == '.' || c == '-';
    });
}

bool is_loopback(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    return colon != text.npos && is_port(text.substr(colon + 1)) &&
           is_loopback_host(text.substr(0, colon));
}

bool is_listen(std::string_view text) {
    if (is_loopback(text)) return true;
    const std::size_t colon = text.rfind(':');
    if (colon == text.npos || !is_port(text.substr(colon + 1))) return false;
    const auto host = text.substr(0, colon);
    const bool v6 = host.size() > 2 && host.front() == '[' && host.back() == ']';
    const auto digits = v6 ? host.substr(1, host.size() - 2) : host;
    if (v6) {
        return all_of(digits, [](char c) {
            return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':';
        });
    }
    return std::ranges::count(host, '.') == 3 &&
           all_of(host, [](char c) { return is_digit(c) || c == '.'; });
}

bool is_capability(std::string_view text) {
    return !text.empty() &&
           all_of(text, [](char c) { return is_up(c) || is_digit(c) || c == '_'; });
}

bool is_device(std::string_view text) {
    const bool named =
        text.find('/') != text.npos && text.find('=') != text.npos && all_of(text, is_printable);
    return text == "*" || is_absolute_path(text) || named;
}

bool is_object_name(std::string_view text) {
    return !text.empty() && text.front() != '.' && text.front() != '-' && text.front() != '_' &&
           all_of(text, [](char c) {
               return is_low(c) || is_up(c) || is_digit(c) || c == '_' || c == '.' || c == '-';
           });
}

bool is_printable_text(std::string_view text) {
    return !text.empty() && all_of(text, is_printable);
}

std::string read_text(MapReader& map, const std::string& key, std::string fallback, Fits fits,
                      std::string_view expected) {
    const auto text = map.text(key);
    if (!text) return fallback;
    if (fits(*text)) return *text;
    map.error(map.get(key)->place,
              fmt::format("{}: expected {}, found {}", map.where(key), expected, in_quotes(*text)));
    return fallback;
}

std::vector<std::string> read_texts(MapReader& map, const std::string& key, Fits fits,
                                    std::string_view expected) {
    std::vector<std::string> good;
    for (std::string& text : map.texts(key)) {
        if (fits(text)) {
            good.push_back(std::move(text));
            continue;
        }
        const auto& items = map.get(key)->items;
        const auto at = std::ranges::find(items, text, &Node::text);
        map.error(at->place, fmt::format("{}: expected {}, found {}", map.where(key), expected,
                                         in_quotes(text)));
    }
    return good;
}

std::chrono::seconds read_duration(MapReader& map, const std::string& key,
                                   std::chrono::seconds fallback, std::chrono::seconds min,
                                   std::chrono::seconds max) {
    const auto value = map.duration(key);
    if (!value) return fallback;
    if (*value >= min && *value <= max) return *value;
    map.error(map.get(key)->place, fmt::format("{}: {} is not within {} and {}", map.where(key),
                                               to_string(*value), to_string(min), to_string(max)));
    return fallback;
}

void refuse_for_now(MapReader& map, const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
        if (const Node* node = map.get(key)) {
            map.error(node->place, map.where(key) + ": not supported yet; take it out");
        }
    }
}

}  // namespace driftless
