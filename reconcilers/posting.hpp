#pragma once

#include "reconcilers/reconcile.hpp"

namespace driftless {

/// Fills `outcome.posted`: what others may know of each resource that was seen, and of its manifest.
/// What could not be read keeps what the board has.
void post(Outcome& outcome, const Facts& facts);

}  // namespace driftless
