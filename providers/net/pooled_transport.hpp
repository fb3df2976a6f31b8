#pragma once

#include <memory>

#include "providers/net/clock.hpp"
#include "providers/net/connection.hpp"

namespace driftless::net {

/// Requests to one server over connections that are kept and used again, unless they rested for
/// more than a minute; at most `width` in flight; more wait their turn, and a request's deadline
/// counts from its turn. Streams get a connection of their own.
std::unique_ptr<HttpTransport> make_pooled_transport(const asio::any_io_executor& executor,
                                                     Clock& clock, std::unique_ptr<Dialer> dialer,
                                                     std::size_t width);

}  // namespace driftless::net
