#pragma once

#include "config/desired_state.hpp"
#include "providers/azure/resource_id.hpp"
#include "reconcilers/azure/types.hpp"

namespace driftless::azure {

/// A live body as a person would have declared it: without what the service sets, adds by itself,
/// or has where nobody says otherwise, and without our marks. Where nothing is known of the type,
/// what only looks like the service's own is gone as well. A write-only value is not in it.
json written_body(const TypeRow& row, const ResourceId& id, const json& live);

}  // namespace driftless::azure
