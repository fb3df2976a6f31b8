#pragma once

#include "reconcilers/docker/service_parts.hpp"

namespace driftless::docker {

// Devices, what is asked of device drivers (GPUs), and the limits of block devices: as a file says,
// as a create request takes them, and as inspect shows them.

/// Reads devices, gpus, deploy…reservations.devices and blkio_config into the spec: "devices",
/// "device_requests", "blkio_config".
void read_hardware(MapReader& service, ProjectInput& input, ServiceParts& parts);

void put_hardware(const json& spec, json& host_config);

/// The three parts of a spec, from inspect's answer.
json normal_hardware(const json& container);

}  // namespace driftless::docker
