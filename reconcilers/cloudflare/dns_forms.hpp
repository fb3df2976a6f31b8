#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reconcilers/cloudflare/dns_types.hpp"

namespace driftless::cloudflare {

/// The one form of a field. @return `invalid` with what was expected
Result<json> canonical_field(const DnsField& field, const json& value);

/// A line's words; quoted ones without their quotes, with `\"`, `\\` and `\DDD` as what they stand
/// for. From `most` words on, the rest of the line is the last one, as it stands.
std::vector<std::string> words_of(std::string_view line, std::size_t most);

/// What a text means that is a list of quoted strings: their sum. Any other means itself.
std::string joined_strings(const std::string& text);

/// A text of any length as the API wants TXT: quoted strings of at most 255 bytes.
std::string quoted_strings(std::string_view text);

}  // namespace driftless::cloudflare
