#pragma once

#include "reconcilers/expand.hpp"

namespace driftless::azure {

/// AzureResource, and every kind of the table of types: one resource azure.resource.
///
/// The spec is the body as ARM takes it, plus `name` (left out: the manifest's; of a
/// RoleAssignment: a GUID made of its scope, role and principal), `resourceGroup` (the target's),
/// `parent` (names, with "/" between), `scope` (of what is attached to something: an id, Kind/name,
/// "resourceGroup", "subscription"), `type` and `apiVersion` (AzureResource; of a PrivateDnsRecord
/// `type` is A, CNAME and so on). What the API would refuse is a finding at its place.
Expanded expand_azure_resource(const Expansion& with);

/// The manifest kinds that it takes.
std::vector<std::string> azure_kinds();

}  // namespace driftless::azure
