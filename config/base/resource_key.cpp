#include "config/base/resource_key.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace driftless {
namespace {

constexpr std::size_t longest_name = 63;    // of what people write
constexpr std::size_t longest_part = 1024;  // of what is made from it

bool is_low_letter_or_digit(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
}

bool is_target(std::string_view text) {
    return is_name(text) && text.find_first_of("._") == std::string_view::npos;
}

bool is_kind(std::string_view text) {
    return !text.empty() && text.size() <= longest_name &&
           std::ranges::all_of(text, [](char letter) {
               return is_low_letter_or_digit(letter) || (letter >= 'A' && letter <= 'Z') ||
                      letter == '.' || letter == '_';
           });
}

bool is_printable(std::string_view text) {
    return !text.empty() && text.size() <= longest_part &&
           std::ranges::all_of(text, [](char letter) {
               const auto byte = static_cast<unsigned char>(letter);
               return byte >= 0x20 && byte != 0x7F;
           });
}

}  // namespace

std::string to_string(const ResourceKey& key) {
    return fmt::format("{}/{}/{}", key.target, key.kind, key.name);
}

Result<ResourceKey> parse_resource_key(std::string_view text) {
    const std::size_t first = text.find('/');
    const std::size_t second = first == text.npos ? text.npos : text.find('/', first + 1);
    if (second != text.npos) {
        const auto target = text.substr(0, first);
        const auto kind = text.substr(first + 1, second - first - 1);
        const auto name = text.substr(second + 1);
        if (is_target(target) && is_kind(kind) && is_printable(name)) {
            return ResourceKey{std::string{target}, std::string{kind}, std::string{name}};
        }
    }
    return Error{Errc::invalid, fmt::format("{} is not a key; one looks like "
                                            "mini1/docker.container/plausible.web.1",
                                            in_quotes(text.substr(0, longest_part)))};
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= longest_name && is_low_letter_or_digit(text.front()) &&
           std::ranges::all_of(text, [](char letter) {
               return is_low_letter_or_digit(letter) || letter == '.' || letter == '_' ||
                      letter == '-';
           });
}

}  // namespace driftless
