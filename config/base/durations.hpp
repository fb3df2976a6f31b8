#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "config/base/error.hpp"

namespace driftless {

/// Go's form with `d` and `w`: "1m30s", "500ms", "2h45m", "1.5s". A bare number is not one.
/// @return `invalid`
Result<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// The shortest exact text: "1m30s", "500ms", "0s".
std::string to_string(std::chrono::nanoseconds duration);

}  // namespace driftless
