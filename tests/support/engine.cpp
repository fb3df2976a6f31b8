#include "tests/support/engine.hpp"

#include <cstdlib>

#include "providers/net/clock.hpp"

namespace driftless::testing {

std::string engine_socket() {
    const char* url = std::getenv("DRIFTLESS_TEST_ENGINE");
    const std::string text = url == nullptr ? "" : url;
    return text.starts_with("unix://") ? text.substr(7) : "";
}

std::string unique_name(const std::string& what) {
    net::SystemRandom random;
    return "driftless-test-" + what + "-" + net::random_hex(random, 4);
}

}  // namespace driftless::testing
