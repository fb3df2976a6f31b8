#pragma once

#include <gtest/gtest.h>

#include <string>

namespace driftless::testing {

/// The socket of the real engine that tests may use, or "": from DRIFTLESS_TEST_ENGINE, a unix://
/// URL. scripts/test starts a private one. Never the machine's own by guess: tests remove things.
std::string engine_socket();

/// The text that a skipped test shows.
inline constexpr const char* no_engine =
    "no engine: set DRIFTLESS_TEST_ENGINE=unix:///path/of/a/private/docker.sock";

/// A name for a test's container, network or volume: unique on the engine.
std::string unique_name(const std::string& what);

}  // namespace driftless::testing

/// First line of a test that needs an engine.
#define SKIP_WITHOUT_ENGINE() \
    if (driftless::testing::engine_socket().empty()) GTEST_SKIP() << driftless::testing::no_engine
