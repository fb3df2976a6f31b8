#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>

#include "config/base/error.hpp"

namespace driftless::net {

namespace asio = boost::asio;

/// At most `width` coroutines of the loop at a time; more wait, in the order in which they came.
class Turns {
    struct State;

public:
    /// Holds a place; gives it back when it goes.
    class Turn {
    public:
        explicit Turn(std::shared_ptr<State> state);
        Turn(Turn&&) = default;
        Turn& operator=(Turn&&) = default;
        ~Turn();

    private:
        std::shared_ptr<State> state_;  // a canceled coroutine's frame may outlive the Turns
    };

    Turns(const asio::any_io_executor& executor, std::size_t width);

    /// @return `canceled` while waiting
    asio::awaitable<Result<Turn>> take();

private:
    std::shared_ptr<State> state_;
};

}  // namespace driftless::net
