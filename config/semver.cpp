#include "config/semver.hpp"

#include <algorithm>
#include <charconv>

namespace driftless {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view letters =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-";

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of(digits) == text.npos;
}

/// No leading zeros, and far below where adding one would be an overflow.
bool read_number(std::string_view text, std::uint64_t& number) {
    if (!is_number(text) || text.size() > 15 || (text.size() > 1 && text[0] == '0')) return false;
    return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{};
}

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(at, begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

bool read_identifiers(std::string_view text, std::vector<std::string>& into) {
    for (const std::string_view part : split(text, '.')) {
        if (part.empty() || part.find_first_not_of(letters) != part.npos) return false;
        if (is_number(part) && part.size() > 1 && part[0] == '0') return false;
        into.emplace_back(part);
    }
    return true;
}

std::strong_ordering compare_identifiers(const std::string& a, const std::string& b) {
    if (is_number(a) != is_number(b)) {
        return is_number(a) ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    if (is_number(a) && a.size() != b.size()) return a.size() <=> b.size();
    return a <=> b;
}

/// A version of which the later numbers may be left out or "x".
struct Partial {
    Version version;
    std::size_t known = 0;
};

bool read_partial(std::string_view text, Partial& into) {
    if (text.size() > 256) return false;
    if (text.starts_with('v')) text.remove_prefix(1);
    const std::size_t plus = text.find('+');
    std::vector<std::string> build;
    if (plus != text.npos && !read_identifiers(text.substr(plus + 1), build)) return false;
    text = text.substr(0, plus);
    const std::size_t dash = text.find('-');
    const auto numbers = split(text.substr(0, dash), '.');
    if (numbers.size() > 3) return false;
    bool wild = false;
    for (const std::string_view number : numbers) {
        wild = wild || number == "x" || number == "X" || number == "*";
        if (!wild && !read_number(number, into.version.numbers[into.known++])) return false;
        if (wild && number != "x" && number != "X" && number != "*") return false;
    }
    if (dash == text.npos) return true;
    return into.known == 3 && read_identifiers(text.substr(dash + 1), into.version.pre);
}

/// The first that is above all versions which agree with `version` in its first `count` numbers;
/// its own pre-releases are not below it.
Version above(const Version& version, std::size_t count) {
    Version next;
    std::copy_n(version.numbers.begin(), count, next.numbers.begin());
    ++next.numbers[count - 1];
    next.pre = {"0"};
    return next;
}

/// The lowest of a release's own pre-releases: what lies below it is below all of them.
Version before(Version version) {
    if (version.pre.empty()) version.pre = {"0"};
    return version;
}

/// ^ lets everything vary behind the first number that isn't 0.
std::size_t caret_count(const Partial& from) {
    for (std::size_t i = 0; i < from.known; ++i) {
        if (from.version.numbers[i] != 0) return i + 1;
    }
    return from.known;
}

std::string_view without_spaces(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

Error not_a_range(std::string_view text) {
    return {
        Errc::invalid,
        fmt::format(R"(expected a range such as ">=1.2 <2", "^1.4", "~1.4.2" or "1.x", found {})",
                    in_quotes(text))};
}

}  // namespace

std::strong_ordering Version::operator<=>(const Version& other) const {
    if (const auto order = numbers <=> other.numbers; order != 0) return order;
    if (pre.empty() || other.pre.empty()) return pre.empty() <=> other.pre.empty();
    for (std::size_t i = 0; i < std::min(pre.size(), other.pre.size()); ++i) {
        if (const auto order = compare_identifiers(pre[i], other.pre[i]); order != 0) return order;
    }
    return pre.size() <=> other.pre.size();
}

Result<Version> parse_version(std::string_view text) {
    Partial read;
    if (read_partial(text, read) && read.known == 3) return read.version;
    return Error{Errc::invalid, in_quotes(text) + " is not a version such as 1.4.2"};
}

Result<VersionRange::Span> VersionRange::parse_one(std::string_view op, std::string_view text,
                                                   bool& names_pre) {
    Partial read;
    if (!read_partial(text, read)) return not_a_range(fmt::format("{}{}", op, text));
    names_pre = names_pre || !read.version.pre.empty();
    const Version& version = read.version;
    const bool whole = read.known == 3;
    Version after = version;  // right behind exactly this one
    if (version.pre.empty()) {
        after = above(version, 3);
    } else {
        after.pre.emplace_back("0");
    }
    if (read.known == 0) {
        if (op == "<" || op == ">") return not_a_range(fmt::format("{}{}", op, text));
        return Span{.from = {}, .to = {}};  // any
    }
    if (op == ">=") return Span{.from = version, .to = {}};
    if (op == ">") return Span{.from = whole ? after : above(version, read.known), .to = {}};
    if (op == "<") return Span{.from = {}, .to = before(version), .is_open = false};
    const Version end = whole ? after : above(version, read.known);
    if (op == "<=") return Span{.from = {}, .to = end, .is_open = false};
    if (op == "^") return Span{version, above(version, caret_count(read)), false};
    if (op == "~")
        return Span{version, above(version, std::min<std::size_t>(read.known, 2)), false};
    return Span{version, end, false};
}

Result<VersionRange::Alternative> VersionRange::parse_alternative(std::string_view text) {
    Alternative alternative;
    std::string_view rest = without_spaces(text);
    if (rest.empty()) return not_a_range(text);
    while (!rest.empty()) {
        const std::size_t number = rest.find_first_not_of("<>=^~");
        const std::string_view op = rest.substr(0, number);
        rest = number == rest.npos ? std::string_view{} : without_spaces(rest.substr(number));
        const std::size_t end = std::min(rest.find_first_of(" <>=^~"), rest.size());
        constexpr std::string_view known[]{"", "=", ">", ">=", "<", "<=", "^", "~"};
        if (std::ranges::find(known, op) == std::end(known)) return not_a_range(text);
        auto span = parse_one(op, rest.substr(0, end), alternative.pre_releases);
        if (!span) return std::move(span).error();
        alternative.all.push_back(*std::move(span));
        rest = without_spaces(rest.substr(end));
    }
    return alternative;
}

Result<VersionRange> VersionRange::parse(std::string_view text) {
    VersionRange range;
    if (text.size() > 256) return not_a_range(text.substr(0, 256));
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find("||", begin), text.size());
        auto alternative = parse_alternative(text.substr(begin, end - begin));
        if (!alternative) return std::move(alternative).error();
        range.any_.push_back(*std::move(alternative));
        begin = end + 2;
    }
    return range;
}

bool VersionRange::contains(const Version& version) const {
    return std::ranges::any_of(any_, [&](const Alternative& alternative) {
        if (!version.pre.empty() && !alternative.pre_releases) return false;
        return std::ranges::all_of(alternative.all, [&](const Span& span) {
            return version >= span.from && (span.is_open || version < span.to);
        });
    });
}

}  // namespace driftless
