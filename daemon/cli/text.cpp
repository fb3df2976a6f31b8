#include "daemon/cli/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/base/printable.hpp"

namespace driftless::cli {
namespace {

constexpr std::size_t longest_value = 73;  // bytes

/// How many places the text takes, one for each code point.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

/// One code point each, with the colours that begin right before it.
std::vector<std::string_view> glyphs_of(std::string_view line) {
    std::vector<std::string_view> glyphs;
    std::size_t begin = 0;
    std::size_t at = 0;
    while (at < line.size()) {
        if (line[at] == '\x1b') {
            at = std::min(line.find('m', at), line.size() - 1) + 1;
            continue;
        }
        ++at;
        while (at < line.size() && (static_cast<unsigned char>(line[at]) & 0xC0U) == 0x80U) ++at;
        glyphs.push_back(line.substr(begin, at - begin));
        begin = at;
    }
    if (begin < line.size() && !glyphs.empty()) {  // an end of colours takes no place
        const auto last = static_cast<std::size_t>(glyphs.back().data() - line.data());
        glyphs.back() = line.substr(last);
    }
    return glyphs;
}

bool is_blank(std::string_view glyph) {
    return glyph.back() == ' ';
}

/// Where the lines after the first begin: below the last column, if enough room is left there.
std::size_t hanging(const std::vector<std::string_view>& glyphs, std::size_t columns) {
    const auto most = std::min(glyphs.size(), columns - columns / 3);
    std::size_t indent = 0;
    while (indent < most && is_blank(glyphs[indent])) ++indent;
    std::size_t column = indent + 2;
    for (std::size_t i = indent + 2; i < most; ++i) {
        const bool begins =
            !is_blank(glyphs[i]) && is_blank(glyphs[i - 1]) && is_blank(glyphs[i - 2]);
        if (begins) column = i;
    }
    return std::min(column, columns / 2);
}

/// Where a line that begins at `from` and is too long ends: at a blank, else where the room ends.
std::size_t end_of_line(const std::vector<std::string_view>& glyphs, std::size_t from,
                        std::size_t least, std::size_t room) {
    for (std::size_t end = from + room; end > from + least; --end) {
        if (is_blank(glyphs[end])) return end;
    }
    return from + room;
}

std::string folded_line(std::string_view line, std::size_t columns) {
    const auto glyphs = glyphs_of(line);
    if (glyphs.size() <= columns) return std::string{line};
    const std::size_t hang = hanging(glyphs, columns);
    std::string result;
    std::size_t at = 0;
    std::size_t indent = 0;
    while (glyphs.size() - at > columns - indent) {
        const auto end = end_of_line(glyphs, at, indent == 0 ? hang : 0, columns - indent);
        for (; at < end; ++at) result += glyphs[at];
        while (at < glyphs.size() && is_blank(glyphs[at])) ++at;
        indent = hang;
        result += "\n" + std::string(indent, ' ');
    }
    for (; at < glyphs.size(); ++at) result += glyphs[at];
    return result;
}

}  // namespace

std::string folded(std::string_view text, std::size_t columns) {
    constexpr std::size_t narrowest = 40;
    if (columns < narrowest) return std::string{text};
    std::string result;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        result += folded_line(text.substr(0, end), columns);
        if (end == text.size()) break;
        result += '\n';
        text.remove_prefix(end + 1);
    }
    return result;
}

std::string clean(std::string_view text) {
    return printable(text);
}

std::string text_at(const json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string clean_at(const json& object, const char* key) {
    return clean(text_at(object, key));
}

std::string cut(const std::string& text, std::size_t most) {
    if (text.size() <= most) return text;
    std::size_t end = most - 1;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end) + "…";
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

namespace {
constexpr std::size_t widest_column = 64;  // what is longer pushes its own line's rest aside only
}

std::string Table::print(const Style& style, std::string_view indent) const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        if (row.size() > widths.size()) widths.resize(row.size());
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::size_t width = width_of(row[i].text);
            if (width <= widest_column) widths[i] = std::max(widths[i], width);
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
