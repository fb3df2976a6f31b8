#include "config/compose/scalars.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "config/base/vault.hpp"

namespace driftless::compose {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, text) != words.end();
}

bool means_null(std::string_view text) {
    return is_one_of(text, {"", "~", "null", "Null", "NULL"});
}

std::optional<bool> plain_boolean(std::string_view text) {
    if (is_one_of(text, {"true", "True", "TRUE"})) return true;
    if (is_one_of(text, {"false", "False", "FALSE"})) return false;
    return std::nullopt;
}

template <class T>
std::optional<T> whole(std::string_view text, int base) {
    T value{};
    const char* end = text.data() + text.size();
    const auto [at, fault] = std::from_chars(text.data(), end, value, base);
    if (text.empty() || fault != std::errc{} || at != end) return std::nullopt;
    return value;
}

/// YAML as Go's reader takes it: `0x1F`, `0b1`, `0o17`, `017` (octal), `1_000`, each with a sign.
std::optional<std::int64_t> yaml_integer(std::string_view text) {
    std::string digits;
    std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c != '_'; });
    const bool minus = digits.starts_with('-');
    if (minus || digits.starts_with('+')) digits.erase(0, 1);
    if (digits.empty() || digits.front() < '0' || digits.front() > '9') return std::nullopt;
    int base = 10;
    if (digits.starts_with("0x")) base = 16;
    if (digits.starts_with("0b")) base = 2;
    if (digits.starts_with("0o")) base = 8;
    if (base != 10) {
        digits.erase(0, 2);
    } else if (digits.size() > 1 && digits.front() == '0') {
        base = 8;
        digits.erase(0, 1);
    }
    return whole<std::int64_t>((minus ? "-" : "") + digits, base);
}

std::optional<double> decimal(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (std::ranges::none_of(text, digit)) return std::nullopt;  // "inf", "nan"
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [at, fault] = std::from_chars(text.data(), end, value);
    if (fault != std::errc{} || at != end || !std::isfinite(value)) return std::nullopt;
    return value;
}

bool is_operator(char c) {
    return std::string_view{";&|<>()`"}.find(c) != std::string_view::npos;
}

bool is_blank(char c) {
    return std::string_view{" \t\r\n"}.find(c) != std::string_view::npos;
}

}  // namespace

Sort sort_of(const Node& node) {
    if (node.is_null()) return Sort::null;
    if (!node.plain) return Sort::text;
    if (means_null(node.text)) return Sort::null;
    if (plain_boolean(node.text)) return Sort::boolean;
    if (yaml_integer(node.text)) return Sort::integer;
    return decimal(node.text) ? Sort::number : Sort::text;
}

std::string described(const Node& node) {
    if (node.is_map()) return "a map";
    if (node.is_list()) return "a list";
    if (sort_of(node) == Sort::null) return "nothing";
    return node.plain ? shown(node.text) : in_quotes(shown(node.text));
}

std::string text_of(const Node& scalar) {
    switch (sort_of(scalar)) {
        case Sort::null: return "";
        case Sort::boolean: return *plain_boolean(scalar.text) ? "true" : "false";
        case Sort::integer: return std::to_string(*yaml_integer(scalar.text));
        case Sort::number: return number_text(*decimal(scalar.text));
        case Sort::text: break;
    }
    return scalar.text;
}

std::optional<bool> read_boolean(const Node& scalar) {
    std::string lower = scalar.text;
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    if (is_one_of(lower, {"true", "yes", "y", "on"})) return true;
    if (is_one_of(lower, {"false", "no", "n", "off"})) return false;
    return std::nullopt;
}

std::optional<std::int64_t> read_integer(const Node& scalar) {
    return scalar.plain ? yaml_integer(scalar.text) : whole<std::int64_t>(scalar.text, 10);
}

std::optional<double> read_number(const Node& scalar) {
    if (sort_of(scalar) != Sort::integer) return decimal(scalar.text);
    return static_cast<double>(*yaml_integer(scalar.text));
}

std::optional<std::int64_t> read_size(const Node& scalar) {
    if (sort_of(scalar) == Sort::integer) return yaml_integer(scalar.text);
    const std::string_view text = scalar.text;
    const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
    const auto number = decimal(text.substr(0, end));
    if (text == "-1") return -1;
    if (!number || text.substr(0, end).ends_with('.')) return std::nullopt;
    std::string unit{text.substr(end)};
    if (unit.starts_with(' ')) unit.erase(0, 1);
    std::ranges::transform(unit, unit.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    constexpr std::string_view powers = "kmgtp";
    const std::size_t power = unit.empty() ? powers.npos : powers.find(unit.front());
    if (power != powers.npos) unit.erase(0, 1);
    if (power != powers.npos && unit == "ib") unit = "b";
    if (!unit.empty() && unit != "b") return std::nullopt;
    const double bytes =
        *number * (power == powers.npos ? 1.0 : std::ldexp(1.0, 10 * static_cast<int>(power + 1)));
    if (bytes > 9e18) return std::nullopt;
    return static_cast<std::int64_t>(bytes);
}

std::optional<std::int64_t> read_mode(const Node& scalar) {
    if (scalar.plain) return yaml_integer(scalar.text);
    std::string_view text = scalar.text;
    if (text.starts_with("0o")) text.remove_prefix(2);
    return whole<std::int64_t>(text, 8);
}

std::string number_text(double number) {
    std::array<char, 64> text{};
    const double size = std::fabs(number);
    const bool fixed = size == 0 || (size >= 1e-4 && size < 1e21);
    const auto form = fixed ? std::chars_format::fixed : std::chars_format::scientific;
    const auto [end, fault] = std::to_chars(text.data(), text.data() + text.size(), number, form);
    return fault == std::errc{} ? std::string{text.data(), end} : std::to_string(number);
}

Result<std::vector<std::string>> split_words(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    bool open = false;  // a word has begun, maybe an empty one
    char quote = '\0';
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (text.substr(at).starts_with(mark_begin)) {
            const std::size_t end =
                std::min(text.find(mark_end, at), text.size() - mark_end.size());
            word += text.substr(at, end + mark_end.size() - at);
            at = end + mark_end.size() - 1;
            open = true;
        } else if (c == '\\' && quote != '\'' && at + 1 < text.size()) {
            const char next = text[++at];  // `\n` and `\t` as Compose's splitter reads them
            word += next == 'n' ? '\n' : next == 't' ? '\t' : next;
            open = true;
        } else if (quote != '\0' ? c == quote : c == '"' || c == '\'') {
            quote = quote == '\0' ? c : '\0';
            open = true;
        } else if (quote == '\0' && is_operator(c)) {
            return Error{
                Errc::invalid,
                fmt::format("'{}' outside of quotes: no shell runs this; quote it, or write "
                            "[\"sh\", \"-c\", \"…\"]",
                            c)};
        } else if (quote == '\0' && is_blank(c)) {
            if (open) words.push_back(std::move(word));
            word.clear();
            open = false;
        } else {
            word += c;
            open = true;
        }
    }
    if (quote != '\0') return Error{Errc::invalid, "a quote is not closed"};
    if (open) words.push_back(std::move(word));
    return words;
}

}  // namespace driftless::compose
