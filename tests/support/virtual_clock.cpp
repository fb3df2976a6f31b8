#include "tests/support/virtual_clock.hpp"

#include <boost/asio/this_coro.hpp>

namespace driftless::testing {

struct VirtualClock::Sleeper {
    Sleeper(VirtualClock& on, net::SteadyTime when, const asio::any_io_executor& executor)
        : clock(on), key(std::max(when, on.now_), ++on.asked_), wake(executor) {
        clock.sleepers_.emplace(key, this);
    }
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;
    ~Sleeper() { clock.sleepers_.erase(key); }

    VirtualClock& clock;
    Key key;
    net::Event wake;
};

net::WallTime VirtualClock::wall() const {
    return wall_at(now_);
}

net::WallTime VirtualClock::wall_at(net::SteadyTime when) const {
    using namespace std::chrono;
    const auto start = sys_days{year{2026} / January / 1};
    auto shown = start + floor<milliseconds>(when - net::SteadyTime{hours{1}});
    for (const auto& [at, by] : jumps_) {
        if (at < when || (at == when && when == now_)) shown += by;
    }
    return shown;
}

asio::awaitable<Result<void>> VirtualClock::sleep_until(net::SteadyTime when) {
    Sleeper sleeper{*this, when, co_await asio::this_coro::executor};
    co_return co_await sleeper.wake.wait();
}

void VirtualClock::settle(asio::io_context& io) {
    io.restart();
    while (io.poll() > 0) io.restart();
}

bool VirtualClock::step(asio::io_context& io) {
    settle(io);
    if (sleepers_.empty()) return false;
    const auto first = sleepers_.begin();
    Sleeper& sleeper = *first->second;
    now_ = first->first.first;
    sleepers_.erase(first);
    sleeper.wake.notify_one();
    settle(io);
    return true;
}

void VirtualClock::run_for(asio::io_context& io, std::chrono::nanoseconds time) {
    const auto end = now_ + time;
    settle(io);
    while (next() <= end) step(io);
    now_ = end;
}

net::SteadyTime VirtualClock::next() const {
    return sleepers_.empty() ? net::SteadyTime::max() : sleepers_.begin()->first.first;
}

std::uint64_t SeededRandom::next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

}  // namespace driftless::testing
