#pragma once

#include "config/desired_state.hpp"
#include "reconcilers/azure/types.hpp"

namespace driftless::azure {

/// Makes `live` say as `want` says it what both mean alike. Both are in their form already.
void agree(const TypeRow& row, const json& want, json& live);

}  // namespace driftless::azure
