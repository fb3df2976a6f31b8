#pragma once

#include "providers/net/clock.hpp"
#include "providers/net/event.hpp"

namespace driftless {

/// Lets one coroutine sleep until a time or until somebody wakes it. A wake-up that comes while
/// nobody sleeps is kept: the next sleep ends at once. Several are one.
class Wakeup {
public:
    explicit Wakeup(const net::asio::any_io_executor& executor) : event_(executor) {}

    void wake();
    /// @return `canceled`
    net::asio::awaitable<Result<void>> wait_until(net::Clock& clock, net::SteadyTime when);
    net::asio::awaitable<Result<void>> wait();

private:
    net::Event event_;
    bool rung_ = false;
};

}  // namespace driftless
