#pragma once

#include <map>
#include <string>
#include <string_view>

#include "config/base/error.hpp"

namespace driftless::http {

/// The path and the query of a request's target, decoded.
struct Address {
    std::string path;
    std::map<std::string, std::string> query;  ///< the last one of a name counts
};

/// @return `invalid`: a broken escape, or an encoded "/" , NUL or "." trick in the path
Result<Address> parse_address(std::string_view target);

/// @return `invalid`
Result<std::string> percent_decoded(std::string_view text);

}  // namespace driftless::http
