#pragma once

#include <string>
#include <vector>

#include "config/base/place.hpp"

namespace driftless {

/// What is wrong, or worth a note, in what a user wrote.
struct Finding {
    enum class Severity { error, note };
    Severity severity = Severity::error;
    Place place;
    std::string message;  ///< "replicas.max: expected a whole number, found \"many\""

    bool operator==(const Finding&) const = default;
};

using Findings = std::vector<Finding>;

/// "apps/api.yaml:14:9: replicas.max: expected a whole number, found \"many\""
std::string to_string(const Finding& finding);

bool has_errors(const Findings& findings);

}  // namespace driftless
