#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/base/secret_sink.hpp"
#include "providers/cloudflare/dns.hpp"
#include "providers/cloudflare/pages.hpp"
#include "providers/cloudflare/tunnels.hpp"
#include "providers/cloudflare/zones.hpp"
#include "providers/net/blocking.hpp"
#include "providers/net/clock.hpp"
#include "reconcilers/facts.hpp"

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
    /// Ids of those that somebody else made and that are just as git declares them.
    std::set<std::string> as_declared = {};
};

/// How far the domains of a Pages project are, or why that could not be read.
struct KnownDomains {
    std::vector<PagesDomain> domains;
    std::string why;
    net::SteadyTime asked{};
};

/// What is remembered of Pages; all of it can be asked for again.
struct KnownPages {
    std::string run;  ///< whose list it is; empty: of nobody, since something changed
    Result<std::vector<PagesProject>> listed = std::vector<PagesProject>{};
    std::map<std::string, KnownDomains> domains;  ///< by project's id
    std::map<std::string, std::string> hashes;    ///< "blob.extension" -> asset hash
};

/// What the kinds of one account share.
struct AccountAccess {
    Account account;
    std::string target;  ///< its name in the settings
    std::string installation;
    net::Clock& clock;
    SecretSink* sink = nullptr;  ///< for what is shown once
    net::Lane& lane;             ///< for files of a commit
    /// Zones by name, as they were found. Their ids never change; one that is gone is asked for
    /// anew.
    std::map<std::string, Zone> zones = {};
    KnownTunnels tunnels = {};
    KnownPages pages = {};
};

/// The zone of this name, asked for once. @return as Zones::find
asio::awaitable<Result<Zone>> zone_named(AccountAccess& access, std::string name);

/// Is there anything of this kind that a look at `scope` has to see? An account without any needs
/// no permission for them.
bool looks_at(std::string_view kind, const Facts& facts, const Scope& scope);

}  // namespace driftless::cloudflare
