#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <exception>

#include "providers/net/clock.hpp"

namespace driftless::net {

/// The error that an exception stands for: Asio's operation_aborted is `canceled`, all else
/// `internal`.
Error error_of(const std::exception_ptr& thrown);

/// The work's result; what it threw becomes `internal`, and a cancellation `canceled`.
template <class T>
asio::awaitable<Result<T>> no_throw(asio::awaitable<Result<T>> work) {
    std::exception_ptr thrown;
    try {
        co_return co_await std::move(work);
    } catch (...) {
        thrown = std::current_exception();
    }
    co_return error_of(thrown);
}

/// Runs `work` for at most `limit`, then cancels it and waits until it stopped. Does not throw.
template <class T>
asio::awaitable<Result<T>> with_deadline(Clock& clock, std::chrono::milliseconds limit,
                                         asio::awaitable<Result<T>> work) {
    using namespace asio::experimental::awaitable_operators;
    // `||` waits for the first success, not for the first end: after a throw it would sit out the
    // timer and call a refused connection a timeout. So neither side may throw.
    auto first = co_await (no_throw(std::move(work)) || clock.sleep_for(limit));
    if (first.index() == 0) co_return std::get<0>(std::move(first));
    const Errc code = std::get<1>(first).failed() ? Errc::canceled : Errc::timed_out;
    co_return Error{code, fmt::format("no answer within {} ms", limit.count())};
}

}  // namespace driftless::net
