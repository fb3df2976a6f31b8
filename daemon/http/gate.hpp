#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/base/secret.hpp"
#include "providers/net/server.hpp"

namespace driftless::http {

/// Who may ask what.
struct Access {
    std::set<std::string> hosts;  ///< what the Host header may be: "127.0.0.1:7766"
    Secret token;                 ///< for writes over TCP
    std::uint32_t owner = 0;      ///< user id that may use the Unix socket, besides root
};

/// The Host headers that reach a listener on this machine itself.
/// @param more  further names that the settings list, with or without a port
std::set<std::string> own_hosts(std::uint16_t port, const std::vector<std::string>& more);

/// Why a request is not answered, in one word, and what it is answered instead.
struct Refusal {
    std::string reason;  ///< "peer", "host", "origin", "token", "type"
    net::ServerResponse response;
};

/// Refuses what did not come from this machine's owner: another user on the Unix socket; over TCP a
/// Host that isn't ours (a rebound name), a page of another site, a write without the token or that
/// isn't JSON. @return nothing when the request may go on
std::optional<Refusal> refused(const net::ServerRequest& request, const Access& access);

/// Browsers say where a request comes from: a page of another site is refused. Other programs say
/// nothing, which is fine.
std::optional<Refusal> refused_origin(const net::ServerRequest& request);

}  // namespace driftless::http
