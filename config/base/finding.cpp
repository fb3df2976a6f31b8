#include "config/base/finding.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace driftless {

std::string to_string(const Finding& finding) {
    const std::string place = to_string(finding.place);
    return place.empty() ? finding.message : fmt::format("{}: {}", place, finding.message);
}

bool has_errors(const Findings& findings) {
    return std::ranges::any_of(
        findings, [](const Finding& each) { return each.severity == Finding::Severity::error; });
}

}  // namespace driftless
