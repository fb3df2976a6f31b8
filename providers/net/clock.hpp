#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>

#include "config/base/error.hpp"

namespace driftless::net {

namespace asio = boost::asio;
using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// All time comes from here: production uses the system's, tests a virtual one that only moves when
/// everything else has come to rest.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual SteadyTime now() const = 0;  ///< for intervals and deadlines
    [[nodiscard]] virtual WallTime wall() const = 0;   ///< for people and records
    /// @return `canceled` when cancelled; never throws
    virtual asio::awaitable<Result<void>> sleep_until(SteadyTime when) = 0;

    asio::awaitable<Result<void>> sleep_for(std::chrono::nanoseconds time) {
        return sleep_until(now() + std::chrono::duration_cast<SteadyTime::duration>(time));
    }
};

/// The system's clocks; sleeps on the executor of the awaiting coroutine.
class SystemClock final : public Clock {
public:
    [[nodiscard]] SteadyTime now() const override;
    [[nodiscard]] WallTime wall() const override;
    asio::awaitable<Result<void>> sleep_until(SteadyTime when) override;
};

/// "2026-11-23T14:50:09.123Z"
std::string to_string(WallTime time);
/// The reverse. @return `invalid`
Result<WallTime> parse_wall_time(std::string_view text);

/// All chance comes from here: ids, jitter.
class Random {
public:
    virtual ~Random() = default;
    virtual std::uint64_t next() = 0;
};

/// From the operating system's generator.
class SystemRandom final : public Random {
public:
    std::uint64_t next() override;
};

/// `bytes` random bytes as lower-case hex.
std::string random_hex(Random& random, std::size_t bytes);

}  // namespace driftless::net
