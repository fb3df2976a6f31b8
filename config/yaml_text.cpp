#include "config/yaml_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/base/vault.hpp"

namespace driftless {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_tail(char letter) {
    return (static_cast<unsigned char>(letter) & 0xC0U) == 0x80U;
}

/// The length of the UTF-8 sequence that `text` begins with, or 0 where it is none.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
    if (!std::ranges::all_of(text.substr(1, length - 1), is_tail)) return 0;
    const unsigned second = byte(1);
    const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    const bool surrogate = first == 0xED && second > 0x9F;
    const bool too_high = first == 0xF4 && second > 0x8F;
    return overlong || surrogate || too_high ? 0 : length;
}

/// The offset of the first byte that is not UTF-8, or the text's size.
std::size_t end_of_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t length = sequence_length(text.substr(at));
        if (length == 0) break;
        at += length;
    }
    return at;
}

Place place_of(std::string_view text, std::size_t offset, const std::string& file) {
    const auto before = text.substr(0, offset);
    const auto line = std::ranges::count(before, '\n') + 1;
    const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
    return {file, static_cast<int>(line), static_cast<int>(offset - line_begin) + 1};
}

/// What is wrong with the text and where, or nothing.
std::optional<Finding> fault_of(std::string_view text, const std::string& file) {
    const auto at = [&](std::size_t offset, std::string message) {
        return Finding{Finding::Severity::error, place_of(text, offset, file), std::move(message)};
    };
    if (const std::size_t bad = end_of_utf8(text); bad != text.size()) {
        return at(bad, fmt::format("byte {} (0x{:02x}) is not UTF-8; save the file as UTF-8", bad,
                                   static_cast<unsigned char>(text[bad])));
    }
    if (const std::size_t nul = text.find('\0'); nul != text.npos) {
        return at(nul, fmt::format("byte {} is NUL; a text file holds none", nul));
    }
    const std::size_t mark = std::min(text.find(mark_begin), text.find(mark_end));
    if (mark != text.npos) return at(mark, forbidden_in(text.substr(mark, mark_begin.size())));
    return std::nullopt;
}

}  // namespace

bool is_utf8(std::string_view text) {
    return end_of_utf8(text) == text.size();
}

std::string forbidden_in(std::string_view text) {
    if (text.find('\0') != text.npos) return "holds a NUL character";
    if (text.find(mark_begin) != text.npos) return "holds the noncharacter U+FDD0";
    if (text.find(mark_end) != text.npos) return "holds the noncharacter U+FDD1";
    return {};
}

std::optional<std::string> clean_text(std::string_view text, const std::string& file,
                                      std::size_t limit, Findings& findings) {
    if (text.size() > limit) {
        findings.push_back({Finding::Severity::error,
                            {file},
                            fmt::format("is {} bytes long; the limit is {}", text.size(), limit)});
        return std::nullopt;
    }
    if (auto fault = fault_of(text, file)) {
        findings.push_back(*std::move(fault));
        return std::nullopt;
    }
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    std::string clean;
    clean.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool line_end = text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
        if (!line_end) clean += text[at];
    }
    return clean;
}

}  // namespace driftless
