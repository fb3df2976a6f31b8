#pragma once

#include <compare>
#include <string>

#include "config/base/shared_text.hpp"

namespace driftless {

/// Where a value stands in a file. Line and column count from 1; 0 means "the file as a whole".
struct Place {
    SharedText file;  ///< path inside the commit, or of the settings file
    int line = 0;
    int column = 0;

    auto operator<=>(const Place&) const = default;
};

/// "apps/api.yaml:14:9", "apps/api.yaml" where no line is known.
std::string to_string(const Place& place);

}  // namespace driftless
