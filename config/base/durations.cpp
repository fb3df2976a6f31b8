#include "config/base/durations.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace driftless {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t longest = std::numeric_limits<std::int64_t>::max();

struct Unit {
    std::string_view name;
    std::int64_t ns;
};
// Longer names stand before those that they begin with.
constexpr std::array units{
    Unit{"ns", 1},
    Unit{"us", 1'000},
    Unit{"\u00B5s", 1'000},  // micro sign
    Unit{"\u03BCs", 1'000},  // Greek mu
    Unit{"ms", 1'000'000},
    Unit{"s", second},
    Unit{"m", 60 * second},
    Unit{"h", 3'600 * second},
    Unit{"d", 86'400 * second},
    Unit{"w", 604'800 * second},
};

bool is_digit(char letter) {
    return letter >= '0' && letter <= '9';
}

std::string_view take_digits(std::string_view& text) {
    std::size_t length = 0;
    while (length < text.size() && is_digit(text[length])) ++length;
    const auto digits = text.substr(0, length);
    text.remove_prefix(length);
    return digits;
}

std::optional<std::int64_t> take_unit(std::string_view& text) {
    for (const Unit& unit : units) {
        if (!text.starts_with(unit.name)) continue;
        text.remove_prefix(unit.name.size());
        return unit.ns;
    }
    return std::nullopt;
}

/// sum + digits * unit, or nothing where that is too long.
std::optional<std::int64_t> plus(std::int64_t sum, std::string_view digits, std::int64_t unit) {
    std::int64_t count = 0;
    for (const char digit : digits) {
        const int value = digit - '0';
        if (count > (longest - value) / 10) return std::nullopt;
        count = count * 10 + value;
    }
    if (count > (longest - sum) / unit) return std::nullopt;
    return sum + count * unit;
}

/// 0.digits of a unit; what is shorter than a nanosecond is dropped.
std::int64_t fraction_of(std::string_view digits, std::int64_t unit) {
    std::int64_t sum = 0;
    std::int64_t scale = 1;
    for (const char digit : digits.substr(0, 15)) {
        scale *= 10;
        sum += (digit - '0') * unit / scale;
    }
    return sum;
}

/// One number with its unit, taken from the front of `text` and added to `sum`.
std::optional<std::int64_t> take_part(std::string_view& text, std::int64_t sum) {
    const auto whole = take_digits(text);
    std::string_view fraction;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        fraction = take_digits(text);
    }
    if (whole.empty() && fraction.empty()) return std::nullopt;
    const auto unit = take_unit(text);
    if (!unit) return std::nullopt;
    const auto with_whole = plus(sum, whole, *unit);
    if (!with_whole) return std::nullopt;
    const std::int64_t rest = fraction_of(fraction, *unit);
    if (rest > longest - *with_whole) return std::nullopt;
    return *with_whole + rest;
}

/// A part of a second in its largest unit: "1.5s", "250ms", "3us".
std::string below_a_minute(std::int64_t ns) {
    const Unit unit = ns >= second      ? Unit{"s", second}
                      : ns >= 1'000'000 ? Unit{"ms", 1'000'000}
                      : ns >= 1'000     ? Unit{"us", 1'000}
                                        : Unit{"ns", 1};
    std::string text = std::to_string(ns / unit.ns);
    std::int64_t rest = ns % unit.ns;
    if (rest != 0) text += '.';
    for (std::int64_t scale = unit.ns / 10; rest != 0; scale /= 10) {
        text += static_cast<char>('0' + rest / scale);
        rest %= scale;
    }
    return text.append(unit.name);
}

}  // namespace

Result<nanoseconds> parse_duration(std::string_view text) {
    std::int64_t sum = 0;
    std::string_view left = text;
    while (!left.empty()) {
        const auto longer = take_part(left, sum);
        if (!longer) break;
        sum = *longer;
        if (left.empty()) return nanoseconds{sum};
    }
    return Error{Errc::invalid,
                 fmt::format("expected a duration like 1m30s, found {}", in_quotes(text))};
}

std::string to_string(nanoseconds duration) {
    std::int64_t ns = duration.count();
    if (ns == 0) return "0s";
    if (ns == std::numeric_limits<std::int64_t>::min()) ++ns;  // it has no positive counterpart
    std::string text;
    if (ns < 0) {
        text = "-";
        ns = -ns;
    }
    if (const auto hours = ns / (3'600 * second); hours != 0) text += fmt::format("{}h", hours);
    ns %= 3'600 * second;
    if (const auto minutes = ns / (60 * second); minutes != 0) text += fmt::format("{}m", minutes);
    ns %= 60 * second;
    return ns == 0 ? text : text + below_a_minute(ns);
}

}  // namespace driftless
