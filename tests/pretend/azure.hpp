#pragma once

#include <cstdint>
#include <string>

namespace driftless::test {

struct PretendAzureOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free one
    std::uint64_t seed = 1;
    double speed = 1;  ///< how many times faster its clock runs; Retry-After shrinks with it
};

/// Serves a simulated Azure Resource Manager until SIGTERM or SIGINT; prints one line of JSON when
/// it is ready. @return an exit code
int pretend_azure(const PretendAzureOptions& options);

}  // namespace driftless::test
