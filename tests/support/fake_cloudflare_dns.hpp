#pragma once

#include "tests/support/fake_cloudflare_world.hpp"

namespace driftless::test {

CloudflareAnswer list_records(CloudflareCall& call);
/// Checked and rewritten as for anybody who posts it.
CloudflareRecord make_record(CloudflareWorld& world, CloudflareZone& zone, const json& body);

}  // namespace driftless::test
