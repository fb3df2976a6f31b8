#pragma once

#include "reconcilers/reconcile.hpp"

namespace driftless {

/// Fills `outcome.posted`: what others may know of each resource that was seen, and of its
/// manifest. What could not be read keeps what the board has.
void post(Outcome& outcome, const Facts& facts);

/// What the inventory's resources need on other targets: known before anything of it was read.
NeedsElsewhere needs_elsewhere(const std::string& target, const Inventory& inventory);

/// Puts on the board what a look has just shown of this target: its outputs are as they are now.
void post_seen(Facts& facts, const Reads& reads);

}  // namespace driftless
