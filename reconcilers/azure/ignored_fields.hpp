#pragma once

#include <string>
#include <vector>

#include "config/desired_state.hpp"
#include "reconcilers/azure/types.hpp"

namespace driftless::azure {

/// What a manifest ignores is not only no drift: a change of something else leaves it as it is,
/// too. Takes such fields of `spec` from the live body; those that are not there are taken out,
/// save for a list's element as a whole.
/// @param ignore  pointers as in a manifest: `*` is any step, an element is called by its key
void keep_ignored(const TypeRow& row, const std::vector<std::string>& ignore, const json& live,
                  json& spec);

}  // namespace driftless::azure
