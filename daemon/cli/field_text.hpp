#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

#include "daemon/cli/text.hpp"

namespace driftless::cli {

/// Changed fields, one a line, lined up: "/restart  "no" → "always"".
/// @param fields  as a view has them: path, have, want, replaces
std::string fields_text(const json& fields, const Style& style, std::string_view indent);

/// "apps/web.yaml:3:1", or "" where nothing is known. @param origin  as a view has it
std::string place_text(const json& origin);

}  // namespace driftless::cli
