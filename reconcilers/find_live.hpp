#pragma once

#include "reconcilers/planning.hpp"

namespace driftless {

/// What of the target answers for a declared resource. Ours or its kin at the key itself; what the
/// inventory knows by id; what an earlier key left; only then what a stranger put in the place.
/// @return nullptr: nothing does
const Live* find_live(const Planning& planning, const Declared& want);

}  // namespace driftless
