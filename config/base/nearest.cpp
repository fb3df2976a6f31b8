#include "config/base/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/base/error.hpp"
#include "config/base/lower_case.hpp"

namespace driftless {
namespace {

constexpr std::size_t longest = 64;  // nobody means a name by a longer text

/// Without what people mix up: case, "-" and "_".
std::string plain(std::string_view text) {
    std::string result;
    for (const char letter : lower_case(text)) {
        if (letter != '-' && letter != '_') result += letter;
    }
    return result;
}

/// How many letters must be put in, taken out, changed or swapped with their neighbour.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> above(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before = std::move(above);
        above = row;
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
    }
    return row.back();
}

}  // namespace

std::string nearest(std::string_view text, const std::vector<std::string>& known) {
    if (text.empty() || text.size() > longest) return {};
    const std::string meant = plain(text);
    std::string best;
    std::size_t least = std::max<std::size_t>(1, meant.size() / 3) + 1;
    for (const std::string& name : known) {
        if (name.size() > longest) continue;
        const std::size_t far = distance(meant, plain(name));
        if (far >= least || far >= name.size()) continue;
        least = far;
        best = name;
    }
    return best;
}

std::string did_you_mean(std::string_view text, const std::vector<std::string>& known) {
    const std::string name = nearest(text, known);
    return name.empty() ? "" : fmt::format("; did you mean {}?", in_quotes(name));
}

}  // namespace driftless
