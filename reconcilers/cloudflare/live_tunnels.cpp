#include "reconcilers/cloudflare/live_tunnels.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace driftless::cloudflare {
namespace {

/// The declared tunnel that has this name at Cloudflare.
const Declared* declared_as(const std::string& name, const Facts& facts) {
    if (!facts.desired) return nullptr;
    for (const Declared& declared : (*facts.desired)->resources) {
        if (declared.key.kind == tunnel_kind && declared.spec.at("name") == name) return &declared;
    }
    return nullptr;
}

const InventoryEntry* entry_of(const Tunnel& tunnel, const Facts& facts) {
    for (const auto& [key, entry] : facts.inventory) {
        if (key.kind == tunnel_kind && entry.id == tunnel.id) return &entry;
    }
    return nullptr;
}

KeyedTunnel keyed(const Tunnel& tunnel, const AccountAccess& access, const Facts& facts) {
    const InventoryEntry* entry = entry_of(tunnel, facts);
    if (entry != nullptr) return {tunnel, entry->key.name, Owner::ours};
    const std::string begin = tunnel_name(access.installation, "");
    const bool has_our_name = tunnel.name.starts_with(begin) && tunnel.name != begin;
    const bool is_equal = access.tunnels.as_declared.contains(tunnel.id);
    const Owner owner = has_our_name ? Owner::ours : is_equal ? Owner::kin : Owner::foreign;
    const Declared* declared = declared_as(tunnel.name, facts);
    if (declared != nullptr) return {tunnel, declared->key.name, owner};
    if (has_our_name) return {tunnel, tunnel.name.substr(begin.size()), owner};
    return {tunnel, tunnel.name + "/" + tunnel.id, owner};
}

}  // namespace

std::string config_collection(const std::string& tunnel) {
    return "configuration of tunnel " + tunnel;
}

std::string tunnel_name(const std::string& installation, const std::string& name) {
    return "driftless." + installation + "." + name;
}

std::vector<KeyedTunnel> keyed_tunnels(const std::vector<Tunnel>& all, const AccountAccess& access,
                                       const Facts& facts) {
    std::vector<KeyedTunnel> tunnels;
    for (const Tunnel& tunnel : all) tunnels.push_back(keyed(tunnel, access, facts));
    return tunnels;
}

const KeyedTunnel* tunnel_for(const std::vector<KeyedTunnel>& all, const Declared& config) {
    std::vector<ResourceKey> keys{config.key};
    keys.insert(keys.end(), config.was.begin(), config.was.end());
    for (const ResourceKey& key : keys) {
        const KeyedTunnel* found = nullptr;
        for (const KeyedTunnel& one : all) {  // ours before another's
            if (one.name == key.name && (found == nullptr || one.owner < found->owner)) {
                found = &one;
            }
        }
        if (found != nullptr) return found;
    }
    return nullptr;
}

bool looks_at_tunnels(const Facts& facts, const Scope& scope) {
    return looks_at(tunnel_kind, facts, scope) || looks_at(tunnel_config_kind, facts, scope);
}

asio::awaitable<Result<std::vector<Tunnel>>> tunnels_seen(AccountAccess& access, std::string run,
                                                          bool fresh) {
    KnownTunnels& known = access.tunnels;
    if (!fresh && !run.empty() && known.run == run) co_return known.listed;
    Tunnels tunnels{access.account};
    auto listed = co_await tunnels.list();
    known.listed = listed;
    known.run = std::move(run);
    co_return listed;
}

const Declared* declared_in(const Facts& facts, const ResourceKey& key) {
    if (!facts.desired) return nullptr;
    for (const Declared& declared : (*facts.desired)->resources) {
        if (declared.key == key) return &declared;
    }
    return nullptr;
}

}  // namespace driftless::cloudflare
