#pragma once

#include <string>
#include <vector>

#include "providers/cloudflare/settings.hpp"
#include "reconcilers/imported.hpp"

namespace driftless::cloudflare {

/// Writes down the settings of a zone that somebody chose: those that were ever changed, that can
/// be changed, and that a commit can keep. All others are as Cloudflare has them for everybody.
void import_settings(const std::string& zone, const std::string& target,
                     const std::vector<ZoneSetting>& settings, Imported& made);

}  // namespace driftless::cloudflare
