#include "providers/net/signals.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace driftless::net {

struct Signals::Set {
    asio::signal_set signals;
};

Signals::Signals(const asio::any_io_executor& executor, const std::vector<int>& numbers)
    : set_(new Set{asio::signal_set{executor}}) {
    for (const int number : numbers) set_->signals.add(number);
}

Signals::~Signals() = default;

asio::awaitable<Result<int>> Signals::next() {
    const auto [code, number] =
        co_await set_->signals.async_wait(asio::as_tuple(asio::use_awaitable));
    if (code) co_return Error{Errc::canceled, "the wait for a signal was canceled"};
    co_return number;
}

}  // namespace driftless::net
