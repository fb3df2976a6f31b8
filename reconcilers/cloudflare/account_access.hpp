#pragma once

#include <map>
#include <string>

#include "providers/cloudflare/dns.hpp"
#include "providers/cloudflare/zones.hpp"
#include "providers/net/clock.hpp"

namespace driftless::cloudflare {

/// What the kinds of one account share.
struct AccountAccess {
    Account account;
    std::string target;  ///< its name in the settings
    std::string installation;
    net::Clock& clock;
    /// Zones by name, as they were found. Their ids never change; one that is gone is asked for
    /// anew.
    std::map<std::string, Zone> zones = {};
};

/// The zone of this name, asked for once. @return as Zones::find
asio::awaitable<Result<Zone>> zone_named(AccountAccess& access, std::string name);

}  // namespace driftless::cloudflare
