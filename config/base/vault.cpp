#include "config/base/vault.hpp"

#include <fmt/format.h>

#include <optional>

namespace driftless {
namespace {

constexpr std::string_view secret_word = "s:";
constexpr std::string_view late_word = "o:";
constexpr std::string_view seal_word = "=:";

/// One mark of a text: what stands before it, what it says, what follows.
struct Mark {
    std::string_view before;
    std::string_view inside;
    std::string_view after;
};

std::optional<Mark> first_mark(std::string_view text) {
    const std::size_t begin = text.find(mark_begin);
    if (begin == text.npos) return std::nullopt;
    const std::size_t inside = begin + mark_begin.size();
    const std::size_t end = text.find(mark_end, inside);
    if (end == text.npos) return std::nullopt;
    return Mark{text.substr(0, begin), text.substr(inside, end - inside),
                text.substr(end + mark_end.size())};
}

bool has_mark(std::string_view text, std::string_view word) {
    for (auto mark = first_mark(text); mark; mark = first_mark(mark->after)) {
        if (mark->inside.starts_with(word)) return true;
    }
    return false;
}

std::optional<LateRef> parse_late(std::string_view inside) {
    if (!inside.starts_with(late_word)) return std::nullopt;
    inside.remove_prefix(late_word.size());
    const std::size_t hash = inside.rfind('#');
    if (hash == inside.npos) return std::nullopt;
    auto key = parse_resource_key(inside.substr(0, hash));
    if (!key) return std::nullopt;
    return LateRef{*std::move(key), std::string{inside.substr(hash + 1)}};
}

std::string shown_mark(std::string_view inside) {
    if (inside.starts_with(seal_word)) return "(sealed)";
    if (const auto ref = parse_late(inside)) {
        return fmt::format("(output {} of {})", ref->field, to_string(ref->of));
    }
    return "(secret)";
}

}  // namespace

bool has_marks(std::string_view text) {
    return first_mark(text).has_value();
}

bool is_tainted(std::string_view text) {
    return has_mark(text, secret_word);
}

bool is_late(std::string_view text) {
    return has_mark(text, late_word);
}

bool is_seal(std::string_view text) {
    const auto mark = first_mark(text);
    return mark && mark->before.empty() && mark->after.empty() &&
           mark->inside.starts_with(seal_word);
}

std::string late_mark(const LateRef& ref) {
    return fmt::format("{}{}{}#{}{}", mark_begin, late_word, to_string(ref.of), ref.field,
                       mark_end);
}

std::vector<LateRef> late_refs(std::string_view text) {
    std::vector<LateRef> refs;
    for (auto mark = first_mark(text); mark; mark = first_mark(mark->after)) {
        if (auto ref = parse_late(mark->inside)) refs.push_back(*std::move(ref));
    }
    return refs;
}

std::string shown(std::string_view text) {
    std::string result;
    for (auto mark = first_mark(text); mark; mark = first_mark(text)) {
        result.append(mark->before).append(shown_mark(mark->inside));
        text = mark->after;
    }
    return result.append(text);
}

}  // namespace driftless
