#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/co_spawn.hpp>

#include <functional>
#include <memory>

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

/// Not for callers: lets `run_blocking` move a plain function to another executor.
template <class T>
asio::awaitable<T> as_coroutine(std::function<T()> work) {
    co_return work();
}

/// Runs `work` on the lane and comes back to the awaiting executor with its result.
/// `work` is taken by value and must own all that it touches, or refer to what outlives the call.
template <class T>
asio::awaitable<T> run_blocking(Lane& lane, std::function<T()> work) {
    if (lane.runs_inline()) co_return work();
    co_return co_await asio::co_spawn(lane.executor(), as_coroutine<T>(std::move(work)),
                                      asio::use_awaitable);
}

}  // namespace driftless::net
