#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/base/finding.hpp"

namespace driftless {

/// The text without a BOM and with "\n" alone at the end of each line, or nothing and a finding:
/// over the limit, not UTF-8, a NUL byte, or one of the characters that mark values (vault.hpp).
std::optional<std::string> clean_text(std::string_view text, const std::string& file,
                                      std::size_t limit, Findings& findings);

bool is_utf8(std::string_view text);

/// Why a scalar may not stand in our trees whatever the way it was written, or "": a NUL, or one of
/// the characters that mark values.
std::string forbidden_in(std::string_view text);

}  // namespace driftless
