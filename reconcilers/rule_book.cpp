#include "reconcilers/rule_book.hpp"

#include <algorithm>

namespace driftless {
namespace {

void append_escaped(std::string& pointer, const std::string& step) {
    for (const char letter : step) {
        if (letter == '~') {
            pointer += "~0";
        } else if (letter == '/') {
            pointer += "~1";
        } else {
            pointer += letter;
        }
    }
}

std::string unescaped(std::string_view step) {
    std::string text;
    for (std::size_t i = 0; i < step.size(); ++i) {
        const bool escape = step[i] == '~' && i + 1 < step.size();
        if (escape && step[i + 1] == '1') {
            text += '/';
        } else if (escape && step[i + 1] == '0') {
            text += '~';
        } else {
            text += step[i];
            continue;
        }
        ++i;
    }
    return text;
}

bool fits(const Steps& rule, const Steps& steps) {
    return rule.size() == steps.size() && std::equal(rule.begin(), rule.end(), steps.begin(),
                                                     [](const auto& want, const auto& have) {
                                                         return want == "*" || want == have;
                                                     });
}

/// The elements of a keyed list or a set are compared by the names that we give, as anywhere else.
Ruling below(const Ruling& above) {
    Ruling ruling = above;
    if (above.as == Compare::keyed || above.as == Compare::set) ruling.as = Compare::value;
    return ruling;
}

}  // namespace

std::string to_pointer(const Steps& steps) {
    std::string pointer;
    for (const std::string& step : steps) {
        pointer += '/';
        append_escaped(pointer, step);
    }
    return pointer;
}

Steps steps_of(const std::string& pointer) {
    Steps steps;
    std::string_view rest = pointer;
    if (rest.starts_with('/')) rest.remove_prefix(1);
    while (!rest.empty()) {
        const auto end = std::min(rest.find('/'), rest.size());
        steps.push_back(unescaped(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return steps;
}

FieldRules ignoring(const std::vector<std::string>& paths, const FieldRules& rules) {
    FieldRules all;
    for (const std::string& path : paths) all.push_back({path, Compare::ignored});
    all.insert(all.end(), rules.begin(), rules.end());
    return all;
}

RuleBook::RuleBook(const FieldRules& rules) {
    for (const FieldRule& rule : rules) {
        entries_.push_back({steps_of(rule.path), {rule.as, rule.by, rule.replaces, rule.secret}});
    }
}

Ruling RuleBook::at(const Steps& steps, const Ruling& above) const {
    for (const Entry& entry : entries_) {
        if (fits(entry.steps, steps)) return entry.ruling;
    }
    return below(above);
}

}  // namespace driftless
