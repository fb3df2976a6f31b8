#include "providers/net/event.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace driftless::net {

/// A timer that never fires: cancelling its waits is what wakes.
struct Event::Timer {
    asio::steady_timer never;
};

Event::Event(const asio::any_io_executor& executor)
    : timer_(new Timer{asio::steady_timer{executor, asio::steady_timer::time_point::max()}}) {}

Event::~Event() = default;

asio::awaitable<Result<void>> Event::wait() {
    const auto state = co_await asio::this_coro::cancellation_state;
    const auto before = state.cancelled();
    co_await timer_->never.async_wait(asio::as_tuple(asio::use_awaitable));
    if (state.cancelled() != before) co_return Error{Errc::canceled, "the wait was canceled"};
    co_return Result<void>{};
}

void Event::notify_one() {
    timer_->never.cancel_one();
}

void Event::notify_all() {
    timer_->never.cancel();
}

}  // namespace driftless::net
