#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>

#include "config/base/error.hpp"

namespace driftless::net {

namespace asio = boost::asio;

/// Wakes coroutines of the loop, like a condition variable: check, wait, check again. It has no
/// memory; between a check and the wait nothing else can run, so no wake-up is lost.
class Event {
public:
    explicit Event(const asio::any_io_executor& executor);
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    ~Event();

    /// Until the next notify. @return `canceled`; does not throw by itself
    asio::awaitable<Result<void>> wait();
    void notify_one();  ///< the one that has waited longest
    void notify_all();

private:
    struct Timer;
    std::unique_ptr<Timer> timer_;
};

}  // namespace driftless::net
