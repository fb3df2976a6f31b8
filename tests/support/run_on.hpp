#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <optional>
#include <stdexcept>

#include "tests/support/virtual_clock.hpp"

namespace driftless::testing {

template <class T>
bool is_ready(const std::future<T>& future) {
    return future.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
}

/// Asio makes an empty result besides an exception, and not every result can be empty.
template <class T>
asio::awaitable<std::optional<T>> as_optional(asio::awaitable<T> work) {
    co_return co_await std::move(work);
}
inline asio::awaitable<std::optional<bool>> as_optional(asio::awaitable<void> work) {
    co_await std::move(work);
    co_return true;
}

/// Runs one coroutine to its end in virtual time and gives back its result; what it throws is
/// thrown. A coroutine that waits for what will never come is an exception, not a hang.
template <class T>
T run_on(asio::io_context& io, VirtualClock& clock, asio::awaitable<T> work) {
    auto future = asio::co_spawn(io, as_optional(std::move(work)), asio::use_future);
    VirtualClock::settle(io);
    while (!is_ready(future)) {
        if (!clock.step(io))
            throw std::runtime_error("the coroutine waits for ever: nobody sleeps");
    }
    return static_cast<T>(*future.get());
}

/// The same in real time, for real sockets and child processes.
template <class T>
T run_on(asio::io_context& io, asio::awaitable<T> work) {
    auto future = asio::co_spawn(io, as_optional(std::move(work)), asio::use_future);
    io.restart();
    while (!is_ready(future)) {
        if (io.run_one() == 0) throw std::runtime_error("the coroutine waits for ever");
    }
    return static_cast<T>(*future.get());
}

}  // namespace driftless::testing
