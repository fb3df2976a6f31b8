#pragma once

#include <memory>
#include <string>

#include "providers/net/clock.hpp"
#include "providers/net/http.hpp"

namespace driftless::net {

/// HTTP over a Unix socket, with kept connections that are used again (at most eight at a time in
/// flight; more wait their turn).
/// @param path  of the socket
std::unique_ptr<HttpTransport> make_unix_transport(const asio::any_io_executor& executor,
                                                   Clock& clock, std::string path);

}  // namespace driftless::net
