#include "daemon/cli/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace driftless::cli {
namespace {

constexpr std::size_t longest_value = 72;

/// How many places the text takes, one for each code point.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

bool is_c1(std::string_view text, std::size_t at) {  // U+0080 to U+009F, in UTF-8
    if (text[at] != '\xC2' || at + 1 >= text.size()) return false;
    const auto next = static_cast<unsigned char>(text[at + 1]);
    return next >= 0x80 && next <= 0x9F;
}

/// Cut between code points.
std::string cut(const std::string& text, std::size_t most) {
    if (text.size() <= most) return text;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end) + "…";
}

}  // namespace

std::string clean(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (is_c1(text, i)) {
            result += fmt::format("\\u{:04x}", static_cast<unsigned char>(text[++i]));
        } else if (byte < 0x20 || byte == 0x7F) {
            result += byte == '\n' ? "\\n" : byte == '\t' ? "\\t" : fmt::format("\\x{:02x}", byte);
        } else {
            result += text[i];
        }
    }
    return result;
}

std::string text_at(const json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string clean_at(const json& object, const char* key) {
    return clean(text_at(object, key));
}

std::string in_line(const json& value) {
    if (value.is_null()) return "(none)";
    // Foreign bytes may not be UTF-8, which a dump would throw at.
    const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    return cut(clean(text), longest_value);
}

std::string Style::operator()(Tone tone, std::string_view text) const {
    static const std::map<Tone, std::string_view> codes{{Tone::good, "32"},
                                                        {Tone::warn, "33"},
                                                        {Tone::bad, "31"},
                                                        {Tone::faint, "2"},
                                                        {Tone::strong, "1"}};
    const auto code = codes.find(tone);
    if (!colours_ || code == codes.end()) return std::string{text};
    return fmt::format("\x1b[{}m{}\x1b[0m", code->second, text);
}

Tone tone_of(std::string_view status) {
    static const std::map<std::string_view, Tone> tones{
        {"in_sync", Tone::good},    {"ok", Tone::good},          {"progressing", Tone::warn},
        {"drifted", Tone::warn},    {"held", Tone::warn},        {"blocked", Tone::warn},
        {"suspended", Tone::warn},  {"rewound", Tone::warn},     {"stale", Tone::warn},
        {"throttled", Tone::warn},  {"degraded", Tone::bad},     {"conflict", Tone::bad},
        {"contended", Tone::bad},   {"failed", Tone::bad},       {"unknown", Tone::bad},
        {"unreachable", Tone::bad}, {"unauthorized", Tone::bad}, {"auth_failed", Tone::bad},
        {"invalid", Tone::bad},     {"empty", Tone::bad},        {"unverified", Tone::bad}};
    const auto tone = tones.find(status);
    return tone == tones.end() ? Tone::plain : tone->second;
}

std::string Table::print(const Style& style, std::string_view indent) const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        if (row.size() > widths.size()) widths.resize(row.size());
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], width_of(row[i].text));
        }
    }
    std::string result;
    for (const auto& row : rows_) {
        std::string line{indent};
        std::size_t owed = 0;  // blanks that are due before the next cell that is not empty
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (!row[i].text.empty()) {
                line += std::string(owed, ' ') + style(row[i].tone, row[i].text);
                owed = 0;
            }
            const std::size_t seen = width_of(row[i].text);
            owed += (widths[i] > seen ? widths[i] - seen : 0) + 2;
        }
        result += line + "\n";
    }
    return result;
}

std::string about(long long seconds) {
    if (seconds < 90) return fmt::format("{} s", std::max(seconds, 0LL));
    if (seconds < 90 * 60LL) return fmt::format("{} min", (seconds + 30) / 60);
    if (seconds < 36 * 3600LL) return fmt::format("{} h", (seconds + 1800) / 3600);
    return fmt::format("{} days", (seconds + 43200) / 86400);
}

std::string short_commit(const std::string& commit) {
    return commit.substr(0, 12);
}

}  // namespace driftless::cli
