#include "config/compose/template.hpp"

namespace driftless::compose {
namespace {

constexpr int max_depth = 32;
constexpr std::size_t max_made = 16u << 20;  // bytes

bool begins_name(char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Length of the variable's name that `text` begins with, or 0.
std::size_t name_length(std::string_view text) {
    if (text.empty() || !begins_name(text.front())) return 0;
    std::size_t length = 1;
    while (length < text.size() &&
           (begins_name(text[length]) || (text[length] >= '0' && text[length] <= '9'))) {
        ++length;
    }
    return length;
}

/// The index of the brace that closes the one at the front, or npos.
std::size_t closing_brace(std::string_view text) {
    int open = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '{') ++open;
        if (text[at] == '}' && --open == 0) return at;
    }
    return std::string_view::npos;
}

Error not_a_template(std::string_view text) {
    return {Errc::invalid,
            fmt::format("{} is not a variable; write ${{NAME}}, or $$ for a dollar sign",
                        in_quotes(text.substr(0, 40)))};
}

}  // namespace

Result<std::string> Template::fill(std::string_view text) {
    return fill_at(text, 0);
}

Result<std::string> Template::fill_at(std::string_view text, int depth) {
    if (depth > max_depth) return Error{Errc::invalid, "variables are nested too deeply"};
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t dollar = std::min(text.find('$', at), text.size());
        out += text.substr(at, dollar - at);
        if (dollar == text.size()) break;
        const std::string_view rest = text.substr(dollar + 1);
        at = dollar + 1;
        if (rest.starts_with('$')) {
            out += '$';
            at += 1;
        } else if (rest.starts_with('{')) {
            const std::size_t end = closing_brace(rest);
            if (end == std::string_view::npos) return not_a_template(text.substr(dollar));
            auto value = braced(rest.substr(1, end - 1), depth);
            if (!value) return value;
            out += *value;
            at += end + 1;
        } else if (const std::size_t length = name_length(rest)) {
            out += plain(std::string{rest.substr(0, length)});
            at += length;
        } else {
            out += '$';
        }
        if (made_ + out.size() > max_made)
            return Error{Errc::invalid, "variables make too much text"};
    }
    made_ += out.size();
    return out;
}

/// @param inside  what stands between the braces: "VAR", "VAR:-x"
Result<std::string> Template::braced(std::string_view inside, int depth) {
    const std::size_t length = name_length(inside);
    if (length == 0) return not_a_template(fmt::format("${{{}}}", inside));
    const std::string name{inside.substr(0, length)};
    std::string_view rest = inside.substr(length);
    if (rest.empty()) return plain(name);
    const bool empty_counts = rest.front() == ':';
    if (empty_counts) rest.remove_prefix(1);
    if (rest.empty()) return not_a_template(fmt::format("${{{}}}", inside));
    const char sign = rest.front();
    const std::string_view word = rest.substr(1);
    const std::string* value = find(name);
    const bool given = value != nullptr && !(empty_counts && value->empty());
    if (sign == '-') return given ? Result<std::string>{*value} : fill_at(word, depth + 1);
    if (sign == '+') return given ? fill_at(word, depth + 1) : Result<std::string>{std::string{}};
    if (sign != '?') return not_a_template(fmt::format("${{{}}}", inside));
    if (given) return *value;
    auto why = fill_at(word, depth + 1);
    if (!why) return why;
    return Error{Errc::invalid, "required variable " + name + " is missing a value" +
                                    (why->empty() ? "" : ": ") + *why};
}

const std::string* Template::find(const std::string& name) const {
    const auto found = variables_.find(name);
    return found == variables_.end() ? nullptr : &found->second;
}

std::string Template::plain(const std::string& name) {
    const std::string* value = find(name);
    if (value == nullptr) unset_.insert(name);
    return value == nullptr ? "" : *value;
}

}  // namespace driftless::compose
