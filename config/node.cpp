#include "config/node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <locale>
#include <sstream>

#include "config/base/vault.hpp"

namespace driftless {
namespace {

constexpr std::size_t longest_shown = 60;

/// What stands there, for the end of a message.
std::string found(const Node& node) {
    switch (node.kind) {
        case Node::Kind::null: return "nothing";
        case Node::Kind::list: return "a list";
        case Node::Kind::map: return "a map";
        case Node::Kind::scalar: break;
    }
    std::string text = shown(node.text);
    if (text.size() > longest_shown) text = text.substr(0, longest_shown) + "...";
    return in_quotes(text);
}

Error expected(std::string_view what, const Node& node) {
    const bool looks_right = node.is_scalar() && !node.plain && !has_marks(node.text);
    return {Errc::invalid, fmt::format("expected {}, found {}{}", what, found(node),
                                       looks_right ? " in quotes" : "")};
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// The digits of one of the core schema's forms, and their base: 12, -12, 0o14, 0xC.
struct WholeNumber {
    std::string digits;
    int base = 10;
};

WholeNumber split(std::string_view text) {
    if (text.starts_with("0o")) return {std::string{text.substr(2)}, 8};
    if (text.starts_with("0x")) return {std::string{text.substr(2)}, 16};
    if (text.starts_with('+')) text.remove_prefix(1);
    return {std::string{text}, 10};
}

/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_decimal(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    if (const std::size_t e = text.find_first_of("eE"); e != text.npos) {
        std::string_view exponent = text.substr(e + 1);
        if (exponent.starts_with('-') || exponent.starts_with('+')) exponent.remove_prefix(1);
        if (!all_digits(exponent)) return false;
        text = text.substr(0, e);
    }
    const std::size_t point = text.find('.');
    if (point == text.npos) return all_digits(text);
    const auto whole = text.substr(0, point);
    const auto rest = text.substr(point + 1);
    return (all_digits(whole) && (rest.empty() || all_digits(rest))) ||
           (whole.empty() && all_digits(rest));
}

}  // namespace

const Node* Node::find(std::string_view key) const {
    const auto found_at = std::ranges::find(entries, key, &Entry::key);
    return found_at == entries.end() ? nullptr : &found_at->value;
}

Node* Node::find(std::string_view key) {
    const auto found_at = std::ranges::find(entries, key, &Entry::key);
    return found_at == entries.end() ? nullptr : &found_at->value;
}

Node& Node::operator[](std::string_view key) {
    if (Node* there = find(key)) return *there;
    Node nothing;
    nothing.place = place;
    return entries.emplace_back(Entry{std::string{key}, place, std::move(nothing)}).value;
}

bool Node::erase(std::string_view key) {
    return std::erase_if(entries, [key](const Entry& entry) { return entry.key == key; }) != 0;
}

Node Node::scalar(std::string text, Place place, bool plain) {
    Node node;
    node.kind = Kind::scalar;
    node.place = std::move(place);
    node.text = std::move(text);
    node.plain = plain;
    return node;
}

Node Node::list(Place place) {
    Node node;
    node.kind = Kind::list;
    node.place = std::move(place);
    return node;
}

Node Node::map(Place place) {
    Node node;
    node.kind = Kind::map;
    node.place = std::move(place);
    return node;
}

bool is_yaml_null(const Node& node) {
    if (node.is_null()) return true;
    if (!node.is_scalar() || !node.plain) return false;
    return node.text.empty() || node.text == "~" || node.text == "null" || node.text == "Null" ||
           node.text == "NULL";
}

Result<bool> as_bool(const Node& node) {
    if (node.is_scalar() && node.plain) {
        if (node.text == "true" || node.text == "True" || node.text == "TRUE") return true;
        if (node.text == "false" || node.text == "False" || node.text == "FALSE") return false;
    }
    return expected("true or false", node);
}

Result<std::int64_t> as_integer(const Node& node) {
    if (node.is_scalar() && node.plain) {
        const auto [digits, base] = split(node.text);
        const bool signed_twice = node.text.starts_with('+') && digits.starts_with('-');
        const bool sign_in_base = base != 10 && digits.starts_with('-');
        std::int64_t number = 0;
        const char* const end = digits.data() + digits.size();
        const auto [stop, failure] = std::from_chars(digits.data(), end, number, base);
        const bool whole = stop == end && !digits.empty() && !signed_twice && !sign_in_base;
        if (failure == std::errc{} && whole) return number;
    }
    return expected("a whole number", node);
}

Result<double> as_number(const Node& node) {
    if (node.is_scalar() && node.plain && is_decimal(node.text)) {
        std::istringstream stream{node.text};
        stream.imbue(std::locale::classic());
        double number = 0;
        if (stream >> number && std::isfinite(number)) return number;
    }
    if (const auto whole = as_integer(node)) return static_cast<double>(*whole);
    return expected("a number", node);
}

}  // namespace driftless
