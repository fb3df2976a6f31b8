#pragma once

#include <chrono>
#include <string>

#include "daemon/schedule/feed.hpp"
#include "daemon/schedule/measures.hpp"
#include "providers/net/server.hpp"

namespace driftless::http {

/// The feed as server-sent events, from the event after `last_id` on: a comment when nothing
/// happened for a while. Who reads too slowly is dropped. The feed, clock and measures outlive it.
/// https://html.spec.whatwg.org/multipage/server-sent-events.html
/// @param last_id  the request's Last-Event-ID; empty: what comes from now on
net::ServerResponse follow(Feed& feed, net::Clock& clock, Measures& measures,
                           const std::string& last_id);

inline constexpr std::chrono::seconds heartbeat{15};

}  // namespace driftless::http
