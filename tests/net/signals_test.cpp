#include "providers/net/signals.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "tests/support/run_on.hpp"

namespace driftless::net {
namespace {

TEST(Signals, AreHandedOverAlsoWhenTheyCameBetweenTwoWaits) {
    asio::io_context io;
    Signals signals{io.get_executor(), {SIGHUP, SIGUSR1}};
    std::raise(SIGHUP);
    EXPECT_EQ(*testing::run_on(io, signals.next()), SIGHUP);
    std::raise(SIGUSR1);
    EXPECT_EQ(*testing::run_on(io, signals.next()), SIGUSR1);
}

}  // namespace
}  // namespace driftless::net
