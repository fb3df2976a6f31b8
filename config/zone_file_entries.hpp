#pragma once

#include <string>
#include <vector>

#include "config/base/finding.hpp"

namespace driftless {

/// One entry of a zone file: a record or a directive, on one line, without comments and without the
/// parentheses that spread it over several. What it begins with, a blank included, counts.
struct ZoneFileEntry {
    Place place;  ///< of its first letter
    std::string text;
};

/// Cuts a zone file into its entries. Quotes that their line doesn't close, and parentheses without
/// their like, are findings: whoever guesses there takes one record for a part of another.
std::vector<ZoneFileEntry> cut_zone_file(const std::string& text, const std::string& file,
                                         Findings& findings);

}  // namespace driftless
