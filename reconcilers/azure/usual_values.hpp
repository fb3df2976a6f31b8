#pragma once

#include "config/desired_state.hpp"
#include "reconcilers/azure/types.hpp"

namespace driftless::azure {

/// Takes out of a live body, in its form, what such a resource has where nobody says otherwise, and
/// what belongs to a manifest of its own (the subnets of a network). For an import alone: a
/// manifest that names such a value is as right as one that doesn't.
void drop_usual_values(const TypeRow& row, json& body);

}  // namespace driftless::azure
