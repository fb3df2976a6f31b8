#include "providers/net/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cassert>
#include <map>

#include "providers/net/deadline.hpp"
#include "providers/net/event.hpp"

namespace driftless::net {
namespace {

bool is_cancellation(const std::exception_ptr& thrown) {
    return error_of(thrown).code == Errc::canceled;
}

/// Frames of a loop that was stopped are torn down in any order.
bool is_stopped(const asio::any_io_executor& executor) {
    const auto* loop = executor.target<asio::io_context::executor_type>();
    return loop != nullptr && loop->context().stopped();
}

}  // namespace

struct TaskGroup::State {
    explicit State(asio::any_io_executor on) : executor(std::move(on)), ended(executor) {}

    asio::any_io_executor executor;
    Event ended;  ///< a child has
    std::size_t running = 0;
    std::uint64_t last_id = 0;
    std::map<std::uint64_t, asio::cancellation_signal> signals;
    std::exception_ptr thrown;
};

TaskGroup::TaskGroup(asio::any_io_executor executor)
    : state_(std::make_shared<State>(std::move(executor))) {}

TaskGroup::~TaskGroup() {
    assert(state_->running == 0 || is_stopped(state_->executor));
}

void TaskGroup::spawn(asio::awaitable<void> child) {
    const auto id = ++state_->last_id;
    ++state_->running;
    auto on_end = [state = state_, id](const std::exception_ptr& thrown) {
        --state->running;
        if (thrown && !state->thrown && !is_cancellation(thrown)) state->thrown = thrown;
        state->ended.notify_all();
        // The child's frame still refers to its signal until this handler has returned.
        asio::post(state->executor, [state, id] { state->signals.erase(id); });
    };
    auto slot = state_->signals[id].slot();
    asio::co_spawn(state_->executor, std::move(child),
                   asio::bind_cancellation_slot(slot, std::move(on_end)));
}

asio::awaitable<Result<void>> TaskGroup::join() {
    const auto state = state_;
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto ours = co_await asio::this_coro::cancellation_state;
    bool canceled = ours.cancelled() != asio::cancellation_type::none;
    if (canceled) cancel();
    while (state->running > 0) {
        const auto woken = co_await state->ended.wait();
        if (woken || canceled) continue;
        canceled = true;
        cancel();
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (state->thrown)
        co_return error_of(std::exchange(state->thrown, nullptr)).in("a task failed");
    if (canceled) co_return Error{Errc::canceled, "the tasks were canceled"};
    co_return Result<void>{};
}

void TaskGroup::cancel() {
    for (auto& [id, signal] : state_->signals) signal.emit(asio::cancellation_type::terminal);
}

std::size_t TaskGroup::running() const {
    return state_->running;
}

namespace {

struct Queue {
    std::vector<asio::awaitable<void>> work;
    std::size_t next = 0;
    std::exception_ptr thrown;
};

/// What one place of `width` does: the next piece of work, until there is none. A piece that throws
/// does not keep the others from being done.
asio::awaitable<void> work_off(Queue& queue) {
    const auto state = co_await asio::this_coro::cancellation_state;
    while (queue.next < queue.work.size() && state.cancelled() == asio::cancellation_type::none) {
        try {
            auto piece = std::move(queue.work[queue.next++]);
            co_await std::move(piece);
        } catch (...) {
            if (!queue.thrown) queue.thrown = std::current_exception();
        }
    }
}

}  // namespace

asio::awaitable<Result<void>> side_by_side(std::vector<asio::awaitable<void>> work,
                                           std::size_t width) {
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);  // join must be reached whatever happens
    Queue queue{std::move(work), 0, nullptr};
    TaskGroup group{co_await asio::this_coro::executor};
    const auto places = std::min(std::max<std::size_t>(width, 1), queue.work.size());
    for (std::size_t i = 0; i < places; ++i) group.spawn(work_off(queue));
    auto joined = co_await group.join();
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (joined && queue.thrown) co_return error_of(queue.thrown).in("a task failed");
    co_return joined;
}

}  // namespace driftless::net
