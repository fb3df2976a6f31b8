#pragma once

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <vector>

#include "providers/net/clock.hpp"

namespace driftless::net {

/// Children that run side by side on the loop and are awaited by their parent: none outlives it.
/// A child that throws is a fault of ours: it is kept as an error that `join` gives back.
class TaskGroup {
public:
    explicit TaskGroup(asio::any_io_executor executor);
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;
    ~TaskGroup();  ///< asserts that all children have ended

    /// @param child  owns its arguments
    void spawn(asio::awaitable<void> child);
    /// Waits until all children have ended. If the parent is canceled, so are they, and their end
    /// is still awaited. @return `internal` with the first exception; `canceled`
    asio::awaitable<Result<void>> join();
    void cancel();  ///< asks all children to stop; `join` waits for them
    [[nodiscard]] std::size_t running() const;

private:
    struct State;
    std::shared_ptr<State> state_;  // shared with the completion handlers of children
};

/// Runs all of `work` with at most `width` at a time and waits for all. Order of start is kept.
asio::awaitable<Result<void>> side_by_side(std::vector<asio::awaitable<void>> work,
                                           std::size_t width);

}  // namespace driftless::net
