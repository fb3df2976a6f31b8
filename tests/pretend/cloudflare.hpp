#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace driftless::test {

struct PretendOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free one
    std::uint64_t seed = 1;
    bool plain_status = false;       ///< 200 for every success
    std::vector<std::string> zones;  ///< NAME or NAME=PLAN
};

/// Serves a simulated Cloudflare until SIGTERM or SIGINT; prints one line of JSON when it is
/// ready. @return an exit code
int pretend_cloudflare(const PretendOptions& options);

}  // namespace driftless::test
