#pragma once

#include "tests/support/fake_cloudflare_world.hpp"

namespace driftless::test {

std::vector<CloudflareRoute> tunnel_routes();
std::vector<CloudflareRoute> access_routes();
std::vector<CloudflareRoute> ruleset_routes();
std::vector<CloudflareRoute> pages_routes();

/// Without the members that begin with "_": what a client may see.
json visible(const json& object);

}  // namespace driftless::test
