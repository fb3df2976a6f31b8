#include "daemon/schedule/wakeup.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace driftless {

namespace asio = net::asio;

void Wakeup::wake() {
    rung_ = true;
    event_.notify_all();
}

asio::awaitable<Result<void>> Wakeup::wait() {
    while (!rung_) {
        auto heard = co_await event_.wait();
        if (!heard) co_return heard;
    }
    rung_ = false;
    co_return Result<void>{};
}

asio::awaitable<Result<void>> Wakeup::wait_until(net::Clock& clock, net::SteadyTime when) {
    using namespace asio::experimental::awaitable_operators;
    auto first = co_await (wait() || clock.sleep_until(when));
    co_return first.index() == 0 ? std::get<0>(std::move(first)) : std::get<1>(std::move(first));
}

}  // namespace driftless
