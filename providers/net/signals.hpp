#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <vector>

#include "config/base/error.hpp"

namespace driftless::net {

namespace asio = boost::asio;

/// Takes signals off the process (SIGTERM, SIGINT, SIGHUP) and hands them to the loop, as long as
/// it lives. None is lost that comes between two calls of `next`.
class Signals {
public:
    Signals(const asio::any_io_executor& executor, const std::vector<int>& numbers);
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;
    ~Signals();

    /// The number of the next one. @return `canceled`
    asio::awaitable<Result<int>> next();

private:
    struct Set;
    std::unique_ptr<Set> set_;
};

}  // namespace driftless::net
