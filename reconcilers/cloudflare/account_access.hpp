#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/base/secret_sink.hpp"
#include "providers/cloudflare/dns.hpp"
#include "providers/cloudflare/tunnels.hpp"
#include "providers/cloudflare/zones.hpp"
#include "providers/net/clock.hpp"

namespace driftless::cloudflare {

/// A tunnel's token, or why it could not be read, and when it was asked for.
struct KnownToken {
    std::optional<Secret> token = std::nullopt;
    std::string why;
    net::SteadyTime asked{};
};

/// What is remembered of tunnels; all of it can be asked for again.
struct KnownTunnels {
    std::string run;  ///< whose list it is; empty: of nobody, since something changed
    Result<std::vector<Tunnel>> listed = std::vector<Tunnel>{};
    std::map<std::string, KnownToken> tokens;  ///< by id; in memory only
};

/// What the kinds of one account share.
struct AccountAccess {
    Account account;
    std::string target;  ///< its name in the settings
    std::string installation;
    net::Clock& clock;
    SecretSink* sink = nullptr;  ///< for what is shown once
    /// Zones by name, as they were found. Their ids never change; one that is gone is asked for
    /// anew.
    std::map<std::string, Zone> zones = {};
    KnownTunnels tunnels = {};
};

/// The zone of this name, asked for once. @return as Zones::find
asio::awaitable<Result<Zone>> zone_named(AccountAccess& access, std::string name);

}  // namespace driftless::cloudflare
