#pragma once

#include <string>

#include "config/base/finding.hpp"
#include "config/node.hpp"

namespace driftless::azure {

/// What Azure would refuse of a container app's revisions: a suffix that names none, shares of the
/// traffic that are no whole, or of another app's revision. And what driftless can't do safely:
/// revisions by labels alone.
/// @param spec  the manifest's, references resolved
void lint_app(const Node& spec, const std::string& app, Findings& findings);

}  // namespace driftless::azure
