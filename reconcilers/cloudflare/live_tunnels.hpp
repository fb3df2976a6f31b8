#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reconcilers/cloudflare/account_access.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless::cloudflare {

inline constexpr std::string_view tunnel_kind = "cloudflare.tunnel";
inline constexpr std::string_view tunnel_config_kind = "cloudflare.tunnel_config";

/// Which list call shows the tunnels.
inline constexpr const char* tunnels_collection = "tunnels";
/// A configuration is read alone, so that one that can't be read hides no other.
std::string config_collection(const std::string& tunnel);

/// A tunnel can carry no mark but its name: "driftless.bnx-home.web" of the manifest `web`. An
/// installation's name holds no dot, so that none is taken for another's.
std::string tunnel_name(const std::string& installation, const std::string& name);

/// A tunnel, and what it means to us.
struct KeyedTunnel {
    Tunnel tunnel;
    std::string name;  ///< of its key; of another's: one that no manifest can have
    Owner owner = Owner::foreign;
};

/// Whose each tunnel is: ours is what the inventory knows by its id, and what has our name. One
/// with exactly the name that git declares, made by somebody else, stands in the place of ours, or
/// is the declared one where its configuration is, too.
std::vector<KeyedTunnel> keyed_tunnels(const std::vector<Tunnel>& all, const AccountAccess& access,
                                       const Facts& facts);
/// The one that answers to a declared configuration, under its own name or an earlier one.
const KeyedTunnel* tunnel_for(const std::vector<KeyedTunnel>& all, const Declared& config);

/// Is there anything of tunnels that a look at `scope` has to see? An account without any needs no
/// permission for them.
bool looks_at_tunnels(const Facts& facts, const Scope& scope);

/// One list a run, as long as nothing changes. @param fresh  not one of earlier in this run
asio::awaitable<Result<std::vector<Tunnel>>> tunnels_seen(AccountAccess& access, std::string run,
                                                          bool fresh);

/// The declared resource with this key, or nullptr.
const Declared* declared_in(const Facts& facts, const ResourceKey& key);

}  // namespace driftless::cloudflare
