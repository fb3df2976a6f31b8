#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>

#include "config/base/error.hpp"

namespace driftless::net {

namespace asio = boost::asio;

/// A lane for work that blocks (SQLite, git objects, files): one thing at a time, in order. In
/// production a thread of its own; in tests the caller's thread, so that virtual time stays one.
class Lane {
public:
    virtual ~Lane() = default;
    /// The executor that work is moved to; not asked where it runs inline.
    virtual asio::any_io_executor executor() = 0;
    [[nodiscard]] virtual bool runs_inline() const = 0;
};

std::unique_ptr<Lane> make_thread_lane();
std::unique_ptr<Lane> make_inline_lane(asio::any_io_executor executor);

/// Not for callers: lets `run_blocking` move a plain function to another executor. An optional,
/// since co_spawn makes an empty one of what it carries, and a Result has none.
template <class T>
asio::awaitable<std::optional<T>> as_coroutine(std::function<T()> work) {
    co_return work();
}

/// Runs `work` on the lane and comes back to the awaiting executor with its result.
/// `work` is taken by value and must own all that it touches, or refer to what outlives the call.
/// A cancellation does not interrupt it: what was handed over is done, and its result comes back.
/// A cancellation does not reach it: begun work runs to its end, and its result comes back.
template <class T>
asio::awaitable<T> run_blocking(Lane& lane, std::function<T()> work) {
    if (lane.runs_inline()) co_return work();
    auto result = co_await asio::co_spawn(
        lane.executor(), as_coroutine<T>(std::move(work)),
        asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable));
    co_return *std::move(result);
}

}  // namespace driftless::net
