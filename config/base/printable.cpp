#include "config/base/printable.hpp"

#include <fmt/format.h>

#include <array>

namespace driftless {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

/// How many bytes the code point at `at` has, and which it is; 0 bytes: this is not UTF-8.
struct CodePoint {
    std::size_t size = 0;
    unsigned value = 0;
};

CodePoint code_point_at(std::string_view text, std::size_t at) {
    const unsigned first = byte_at(text, at);
    if (first < 0x80) return {1, first};
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4) return {};
    unsigned value = first & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        const unsigned next = byte_at(text, at + i);
        if ((next & 0xC0U) != 0x80U) return {};
        value = value << 6 | (next & 0x3FU);
    }
    constexpr std::array<unsigned, 5> least{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < least[size] || value > 0x10FFFF || surrogate) return {};
    return {size, value};
}

/// C1 controls; marks and overrides of direction; what has no width; other ends of a line.
bool misleads(unsigned value) {
    return (value >= 0x80 && value <= 0x9F) || value == 0x061C || value == 0xFEFF ||
           (value >= 0x200B && value <= 0x200F) || (value >= 0x2028 && value <= 0x202E) ||
           (value >= 0x2060 && value <= 0x206F) || value >= 0xE0000;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const auto [size, value] = code_point_at(text, at);
        if (size == 0) {
            result += fmt::format("\\x{:02x}", byte_at(text, at));
        } else if (value < 0x20 || value == 0x7F) {
            result += value == '\n'   ? "\\n"
                      : value == '\t' ? "\\t"
                                      : fmt::format("\\x{:02x}", value);
        } else if (misleads(value)) {
            result += fmt::format("\\u{:04x}", value);
        } else {
            result += text.substr(at, size);
        }
        at += size == 0 ? 1 : size;
    }
    return result;
}

}  // namespace driftless
