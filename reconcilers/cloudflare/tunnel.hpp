#pragma once

#include "reconcilers/cloudflare/live_tunnels.hpp"

namespace driftless::cloudflare {

/// cloudflare.tunnel: a tunnel whose configuration Cloudflare holds. Its outputs are `id`, `cname`
/// (what a hostname points to) and `token` (what a cloudflared connects with: a secret, in memory
/// only). One that git dropped stays while a cloudflared is connected.
/// https://developers.cloudflare.com/api/resources/zero_trust/subresources/tunnels/
class TunnelReconciler final : public Reconciler {
public:
    explicit TunnelReconciler(AccountAccess& access) : access_(access) {}

    KindRules rules() const override;
    /// Lists the tunnels, for all kinds that look at them side by side, and tells what is known of
    /// them: a record may wait for a tunnel's address.
    asio::awaitable<void> resolve(Run& run, Scope scope) override;
    asio::awaitable<Reads> observe(Run& run, Scope scope) override;
    asio::awaitable<Results> apply(Run& run, Step step) override;

private:
    asio::awaitable<void> recognise(Run& run, const std::vector<Tunnel>& tunnels);
    asio::awaitable<Live> seen(Run& run, KeyedTunnel tunnel, bool renew);
    asio::awaitable<void> add_token(Run& run, const Tunnel& tunnel, bool renew, Live& live);
    asio::awaitable<void> add_connectors(Run& run, const Tunnel& tunnel, Live& live);
    asio::awaitable<Result<Done>> apply_one(const Action& action);
    asio::awaitable<Result<Done>> create(const Action& action);
    asio::awaitable<Result<Done>> remove(const Action& action);

    AccountAccess& access_;
};

}  // namespace driftless::cloudflare
