#pragma once

#include <map>
#include <vector>

#include "config/base/resource_key.hpp"

namespace driftless {

/// What needs what: a resource or a manifest, and those that must come before it.
using NeedGraph = std::map<ResourceKey, std::vector<ResourceKey>>;

/// Circles, each in the order in which its members need each other; none is told twice. Of two
/// circles that share a member only one is told. Keys that have no entry of their own need nothing.
/// @param first  where to look first, so that a circle among them is told by their names
std::vector<std::vector<ResourceKey>> circles_in(NeedGraph graph,
                                                 const std::vector<ResourceKey>& first);

}  // namespace driftless
