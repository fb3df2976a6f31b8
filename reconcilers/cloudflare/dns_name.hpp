#pragma once

#include <string>
#include <string_view>

#include "config/base/error.hpp"

namespace driftless::cloudflare {

/// A host's name as the API answers with it: ASCII (IDNA 2008), lower case, no dot at its end; "."
/// stays. @return `invalid`: no name can look like that
Result<std::string> canonical_host(std::string_view text);

/// A record's name, whole: "@" and what does not end with the zone's name lie below it.
/// @param zone  in canonical form
Result<std::string> record_name(std::string_view text, const std::string& zone);

}  // namespace driftless::cloudflare
