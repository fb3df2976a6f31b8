#include "reconcilers/cloudflare/dns_name.hpp"

#include <fmt/format.h>
#include <idn2.h>

#include <algorithm>
#include <memory>

#include "config/base/lower_case.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::size_t longest_name = 253;
constexpr std::size_t longest_label = 63;

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(
        text, [](char letter) { return static_cast<unsigned char>(letter) < 0x80; });
}

Result<std::string> to_ascii(std::string_view text) {
    const bool is_cut = text.find('\0') != text.npos;  // idn2 would see only what is before
    if (is_ascii(text) || is_cut) return lower_case(text);
    char* made = nullptr;
    const int code =
        idn2_to_ascii_8z(std::string{text}.c_str(), &made, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
    const std::unique_ptr<char, void (*)(void*)> ascii{made, idn2_free};
    if (code != IDN2_OK) {
        return Error{Errc::invalid,
                     fmt::format("{} is no host name: {}", in_quotes(text), idn2_strerror(code))};
    }
    return lower_case(ascii.get());
}

bool fits_label(std::string_view label) {
    return !label.empty() && label.size() <= longest_label &&
           std::ranges::all_of(label, [](char letter) {
               const bool word = (letter >= 'a' && letter <= 'z') ||
                                 (letter >= '0' && letter <= '9') || letter == '-' || letter == '_';
               return word || letter == '*';
           });
}

bool fits(std::string_view name) {
    if (name.empty() || name.size() > longest_name) return false;
    while (true) {
        const std::size_t dot = name.find('.');
        if (!fits_label(name.substr(0, dot))) return false;
        if (dot == name.npos) return true;
        name.remove_prefix(dot + 1);
    }
}

}  // namespace

Result<std::string> canonical_host(std::string_view text) {
    if (text == ".") return std::string{text};
    if (text.ends_with('.')) text.remove_suffix(1);
    auto name = to_ascii(text);
    if (!name || fits(*name)) return name;
    return Error{Errc::invalid,
                 fmt::format("{} is no host name; one has labels of letters, digits, \"-\" and "
                             "\"_\", at most {} long, and {} in all",
                             in_quotes(text), longest_label, longest_name)};
}

Result<std::string> record_name(std::string_view text, const std::string& zone) {
    if (text == "@" || text.empty()) return zone;
    const bool whole = text.ends_with('.');
    auto name = canonical_host(text);
    if (!name) return name;
    if (*name == zone || name->ends_with("." + zone)) return name;
    if (whole) {
        return Error{Errc::invalid,
                     fmt::format("{} does not lie in zone {}", in_quotes(text), zone)};
    }
    return canonical_host(*name + "." + zone);
}

}  // namespace driftless::cloudflare
