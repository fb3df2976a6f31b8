#include "providers/net/blocking.hpp"

#include <boost/asio/thread_pool.hpp>

namespace driftless::net {
namespace {

/// A pool of one: work runs in the order in which it came.
class ThreadLane final : public Lane {
public:
    ~ThreadLane() override { thread_.join(); }
    asio::any_io_executor executor() override { return thread_.get_executor(); }
    [[nodiscard]] bool runs_inline() const override { return false; }

private:
    asio::thread_pool thread_{1};
};

class InlineLane final : public Lane {
public:
    explicit InlineLane(asio::any_io_executor executor) : executor_(std::move(executor)) {}
    asio::any_io_executor executor() override { return executor_; }
    [[nodiscard]] bool runs_inline() const override { return true; }

private:
    asio::any_io_executor executor_;
};

}  // namespace

std::unique_ptr<Lane> make_thread_lane() {
    return std::make_unique<ThreadLane>();
}

std::unique_ptr<Lane> make_inline_lane(asio::any_io_executor executor) {
    return std::make_unique<InlineLane>(std::move(executor));
}

}  // namespace driftless::net
