#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/base/error.hpp"

namespace driftless::net {

namespace asio = boost::asio;

using Addresses = std::vector<asio::ip::address>;
/// From a host's name to its addresses, best first. May block; called on a thread of its own.
using Lookup = std::function<Result<Addresses>(const std::string& host)>;

/// By the system's rules: /etc/hosts, name servers. @return `unavailable`
Result<Addresses> look_up(const std::string& host);

/// The addresses of one host. A lookup blocks, and nothing can stop it: so each has a thread that
/// is left behind by whoever no longer waits, and whoever asks meanwhile waits for the same one. An
/// address needs no lookup, and neither does localhost, which is this machine (RFC 6761).
class Resolver {
public:
    Resolver(const asio::any_io_executor& executor, std::string host, Lookup lookup);
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;
    ~Resolver();  ///< does not wait for a lookup

    /// @return at least one; `unavailable`: the name is unknown, or nobody can say; `canceled`
    asio::awaitable<Result<Addresses>> resolve();

private:
    struct State;
    static Result<void> begin(const std::shared_ptr<State>& state);

    std::shared_ptr<State> state_;  // a canceled coroutine's frame may outlive us
};

}  // namespace driftless::net
