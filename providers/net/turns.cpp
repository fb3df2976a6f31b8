#include "providers/net/turns.hpp"

#include "providers/net/event.hpp"

namespace driftless::net {

struct Turns::State {
    State(const asio::any_io_executor& executor, std::size_t places)
        : width(places), freed(executor) {}

    std::size_t width;
    std::size_t taken = 0;
    Event freed;
};

Turns::Turn::Turn(std::shared_ptr<State> state) : state_(std::move(state)) {
    ++state_->taken;
}

Turns::Turn::~Turn() {
    if (!state_) return;
    --state_->taken;
    state_->freed.notify_one();
}

Turns::Turns(const asio::any_io_executor& executor, std::size_t width)
    : state_(std::make_shared<State>(executor, width)) {}

asio::awaitable<Result<Turns::Turn>> Turns::take() {
    const auto state = state_;
    while (state->taken >= state->width) {
        auto woken = co_await state->freed.wait();
        if (woken) continue;
        state->freed.notify_one();  // should this wake-up have been ours: pass it on
        co_return std::move(woken).error();
    }
    co_return Turn{state};
}

}  // namespace driftless::net
