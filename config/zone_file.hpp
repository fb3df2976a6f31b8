#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/finding.hpp"
#include "config/base/place.hpp"

namespace driftless {

/// One record of a zone file, as it is written there.
struct WrittenRecord {
    Place place;                       ///< where its entry begins
    std::string name;                  ///< whole, with the dot at its end
    std::string type;                  ///< "A"; "TYPE731" for one without a name
    std::string value;                 ///< on one line, names in it whole, texts in quotes
    std::optional<std::uint32_t> ttl;  ///< seconds; none: neither the entry nor a $TTL says so
};

struct WrittenZone {
    std::string name;  ///< of its SOA; else as it was given or is said by its first $ORIGIN
    std::vector<WrittenRecord> records;
};

/// Reads a master file, as BIND and others write zones: $ORIGIN, $TTL, parentheses, relative names,
/// comments, owners left out, all types with their own form or as `TYPE1 \# 4 …`. $INCLUDE and
/// $GENERATE are refused.
/// @param origin  what relative names lie below before any $ORIGIN; empty: what the file itself
///                says first
/// @return `invalid` with every finding in one message, each with file:line:column
/// https://www.rfc-editor.org/rfc/rfc1035#section-5.1
Result<WrittenZone> read_zone_file(const std::string& text, const std::string& file,
                                   const std::string& origin);

}  // namespace driftless
