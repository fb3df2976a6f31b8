#pragma once

#include <string>

#include "config/base/error.hpp"
#include "reconcilers/imported.hpp"

namespace driftless::cloudflare {

/// A zone as another program keeps it.
struct ZoneFile {
    std::string path;  ///< for places; *.yaml and *.yml are octoDNS', all others zone files
    std::string text;
    std::string zone;  ///< its name; empty: what the file or its name says
};

/// The zone's manifest. What Cloudflare has no record for is left out, each with its place and the
/// reason; what had to be changed so that it takes it is a note.
/// @return `invalid` with every place that can't be read, or where nothing says which zone it is
Result<Imported> import_zone_file(const ZoneFile& file, const std::string& target);

}  // namespace driftless::cloudflare
