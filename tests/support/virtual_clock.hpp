#pragma once

#include <boost/asio/io_context.hpp>

#include <map>
#include <utility>

#include "providers/net/clock.hpp"
#include "providers/net/event.hpp"

namespace driftless::testing {

namespace asio = boost::asio;

/// Time that moves only when everything else has come to rest. Sleepers wake in the order of
/// (deadline, who asked first), each after all that the one before it set going: so a run repeats
/// exactly. Never reads the machine's clock.
class VirtualClock final : public net::Clock {
public:
    [[nodiscard]] net::SteadyTime now() const override { return now_; }
    [[nodiscard]] net::WallTime wall() const override;  ///< starts at 2026-01-01T00:00:00.000Z
    /// What the wall clock showed at an earlier moment.
    [[nodiscard]] net::WallTime wall_at(net::SteadyTime when) const;
    asio::awaitable<Result<void>> sleep_until(net::SteadyTime when) override;

    /// Runs the loop until nothing is left to do now. Time stands still.
    static void settle(asio::io_context& io);
    /// Settles, then moves on to the first sleeper and wakes it. @return false: nobody sleeps
    bool step(asio::io_context& io);
    /// Steps over all that happens within `time`, and ends exactly that much later.
    void run_for(asio::io_context& io, std::chrono::nanoseconds time);
    /// The wall clock is set forward, or back, or the machine slept: the other clock knows nothing.
    void set_wall(std::chrono::milliseconds by) { jumps_.emplace(now_, by); }
    /// When the first sleeper wakes; `SteadyTime::max()` when nobody sleeps.
    [[nodiscard]] net::SteadyTime next() const;

private:
    struct Sleeper;
    using Key = std::pair<net::SteadyTime, std::uint64_t>;

    net::SteadyTime now_{std::chrono::hours{1}};
    std::multimap<net::SteadyTime, std::chrono::milliseconds> jumps_;
    std::uint64_t asked_ = 0;
    std::map<Key, Sleeper*> sleepers_;  // each lives in its coroutine's frame
};

/// The same numbers for the same seed, on every platform (SplitMix64).
class SeededRandom final : public net::Random {
public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() override;

private:
    std::uint64_t state_;
};

}  // namespace driftless::testing
