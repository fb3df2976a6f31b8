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

/// "a b" → "a%20b", for one step of a path or one value of a query.
std::string percent_encoded(std::string_view text);
/// @return `invalid`
Result<std::string> percent_decoded(std::string_view text);

}  // namespace driftless::http
