#include "providers/net/allowance.hpp"

#include <charconv>
#include <string_view>
#include <vector>

namespace driftless::net {
namespace {

using Number = std::optional<std::uint32_t>;

/// One budget of a list: `"default";q=1200;w=300`.
struct Budget {
    std::string_view name;
    std::vector<std::pair<std::string_view, Number>> numbers;

    [[nodiscard]] Number number(std::string_view key) const {
        for (const auto& [name_of, value] : numbers) {
            if (name_of == key) return value;
        }
        return std::nullopt;
    }
};

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

Number number_of(std::string_view text) {
    std::uint32_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, failed] = std::from_chars(text.data(), end, number);
    if (failed != std::errc{} || stopped != end) return std::nullopt;
    return number;
}

/// The parts between separators that are not within quotes.
std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    bool quoted = false;
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= text.size(); ++at) {
        const bool ends = at == text.size() || (text[at] == separator && !quoted);
        if (ends) {
            parts.push_back(trimmed(text.substr(begin, at - begin)));
            begin = at + 1;
        } else if (text[at] == '"') {
            quoted = !quoted;
        }
    }
    return parts;
}

std::vector<Budget> budgets_of(std::string_view list) {
    std::vector<Budget> budgets;
    for (const std::string_view each : split(list, ',')) {
        const auto parts = split(each, ';');
        Budget budget{parts.front(), {}};
        for (std::size_t i = 1; i < parts.size(); ++i) {
            const auto is = parts[i].find('=');
            if (is == parts[i].npos) continue;
            budget.numbers.emplace_back(parts[i].substr(0, is), number_of(parts[i].substr(is + 1)));
        }
        budgets.push_back(std::move(budget));
    }
    return budgets;
}

const Budget* tightest(const std::vector<Budget>& budgets) {
    const Budget* found = nullptr;
    for (const Budget& each : budgets) {
        const auto left = each.number("r");
        if (left && (found == nullptr || *left < *found->number("r"))) found = &each;
    }
    return found;
}

const Budget* named(const std::vector<Budget>& budgets, std::string_view name) {
    for (const Budget& each : budgets) {
        if (each.name == name) return &each;
    }
    return nullptr;
}

std::optional<std::chrono::seconds> seconds(Number number) {
    if (!number) return std::nullopt;
    return std::chrono::seconds{*number};
}

}  // namespace

Allowance read_allowance(int status, const Headers& headers) {
    Allowance said;
    said.refused = status == 429;
    const std::string silence = header_of(headers, "Retry-After");
    if (said.refused) said.silence = seconds(number_of(trimmed(silence)));
    const std::string state = header_of(headers, "Ratelimit");
    const std::string policy = header_of(headers, "Ratelimit-Policy");
    const auto states = budgets_of(state);
    const auto policies = budgets_of(policy);
    const Budget* const now = tightest(states);
    if (now == nullptr) return said;
    said.left = now->number("r");
    said.renewed_in = seconds(now->number("t"));
    const Budget* const whole = named(policies, now->name);
    if (whole == nullptr) return said;
    said.calls = whole->number("q");
    said.window = seconds(whole->number("w"));
    return said;
}

}  // namespace driftless::net
