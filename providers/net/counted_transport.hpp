#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

#include "providers/net/clock.hpp"
#include "providers/net/http.hpp"

namespace driftless::net {

/// What became of one call outward.
struct CallSample {
    Method method = Method::get;
    std::string_view outcome;          ///< "ok", "client_error", "server_error", or an error's name
    std::chrono::nanoseconds took{0};  ///< of a stream: until its head
};
using OnCall = std::function<void(const CallSample&)>;

/// The same transport, with `on_call` told of every call once it has ended.
std::unique_ptr<HttpTransport> make_counted_transport(std::unique_ptr<HttpTransport> inner,
                                                      Clock& clock, OnCall on_call);

}  // namespace driftless::net
