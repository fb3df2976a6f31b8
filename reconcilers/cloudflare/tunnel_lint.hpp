#pragma once

#include <string>
#include <vector>

#include "config/base/error.hpp"

namespace driftless::cloudflare {

/// Why this is no place that a rule may send requests to; "" when it is one.
std::string trouble_with_service(const std::string& service);

/// Why this, in canonical form, is no hostname of a rule; "" when it is one.
std::string trouble_with_wildcard(const std::string& hostname);

/// The zone that a hostname lies in: the longest of `zones` that it ends with; where none are
/// given, its last two labels. @return `invalid` where that can't be told
Result<std::string> zone_for(const std::string& hostname, const std::vector<std::string>& zones);

}  // namespace driftless::cloudflare
