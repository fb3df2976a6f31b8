#pragma once

#include "reconcilers/cloudflare/live_tunnels.hpp"

namespace driftless::cloudflare {

/// cloudflare.tunnel_config: the one document of a tunnel. Its rules and their defaults are ours as
/// a whole, what else is in it stays. It goes with its tunnel. The rule of a hostname that git
/// dropped stays until its record is gone, so that nobody is sent to a rule that is not there.
/// https://developers.cloudflare.com/api/resources/zero_trust/subresources/tunnels/subresources/cloudflared/subresources/configurations/
class TunnelConfigReconciler final : public Reconciler {
public:
    explicit TunnelConfigReconciler(AccountAccess& access) : access_(access) {}

    KindRules rules() const override;
    asio::awaitable<Reads> observe(Run& run, Scope scope) override;
    asio::awaitable<Results> apply(Run& run, Step step) override;

private:
    asio::awaitable<Result<Complete<LiveState>>> observe_one(
        Run& run, const std::vector<KeyedTunnel>& tunnels, ResourceKey key);
    asio::awaitable<Result<Done>> apply_one(Run& run, const Action& action);

    AccountAccess& access_;
};

}  // namespace driftless::cloudflare
