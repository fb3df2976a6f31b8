#pragma once

#include "providers/net/server.hpp"
#include "tests/support/fake_cloudflare.hpp"

namespace driftless::test {

/// What the service itself has no address for, below /pretend: makes it misbehave, and tells what
/// it was asked.
///   POST /pretend/fault       {"fault": "lost_reply", "route": "POST /zones/{}/dns_records",
///   "times": 1} POST /pretend/deny        {"product": "dns", "code": 10000, "writes": true} POST
///   /pretend/allow       {"product": "dns"} GET  /pretend/calls       {"calls": {"GET /zones": 1},
///   "writes": ["POST /zones/…"]} POST /pretend/forget      starts counting anew
net::ServerResponse control(FakeCloudflare& cloudflare, const net::ServerRequest& request);

}  // namespace driftless::test
