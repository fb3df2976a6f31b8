#pragma once

#include "tests/support/fake_azure_world.hpp"

namespace driftless::test::arm {

/// What counts and faults go by; see Request::route.
std::string route_of(const Request& request, const World& world);
/// The answer of the service behind its gateway: tokens, quotas and faults aside.
Answer routed(const Request& request, World& world);
/// The operation that a URL polls; null where it is none that is known.
Operation* operation_of(const Request& request, World& world);
bool is_poll(const Request& request);

}  // namespace driftless::test::arm
