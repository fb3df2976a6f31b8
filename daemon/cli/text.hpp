#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace driftless::cli {

using json = nlohmann::json;

/// The text without anything that a terminal would obey: control characters are shown escaped.
std::string clean(std::string_view text);

/// The text at `key`; "" where there is none, or no object.
std::string text_at(const json& object, const char* key);
/// The same, clean.
std::string clean_at(const json& object, const char* key);

/// At most `most` bytes of it are shown, cut between code points, with a sign of what is missing.
std::string cut(const std::string& text, std::size_t most);

/// A value of a field in one line, for people: texts in quotes, long ones cut.
std::string in_line(const json& value);

enum class Tone { plain, good, warn, bad, faint, strong };

/// Colours where they are wanted, and nothing where they are not.
class Style {
public:
    explicit Style(bool colours) : colours_(colours) {}
    [[nodiscard]] std::string operator()(Tone tone, std::string_view text) const;

private:
    bool colours_;
};

/// The tone of a status word: "in_sync" is good, "failed" is bad.
Tone tone_of(std::string_view status);

/// Rows whose cells line up. A cell is measured as it is seen: without colours.
class Table {
public:
    struct Cell {
        std::string text;
        Tone tone = Tone::plain;
    };
    void row(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }
    /// Each row begins with `indent`; nothing trails at its end.
    [[nodiscard]] std::string print(const Style& style, std::string_view indent) const;

private:
    std::vector<std::vector<Cell>> rows_;
};

/// Lines longer than `columns` go on in the next one, below where their last column begins. Texts
/// without a blank are cut; colours take no place. @param columns  below 40: as it is
std::string folded(std::string_view text, std::size_t columns);

/// "4 min", "12 s": about how long, for people.
std::string about(long long seconds);

/// The first twelve letters of a commit.
std::string short_commit(const std::string& commit);

}  // namespace driftless::cli
