#pragma once

#include <optional>

#include "config/base/secret_sink.hpp"
#include "reconcilers/cloudflare/live_access.hpp"

namespace driftless::cloudflare {

/// cloudflare.access_service_token: what a program comes in with. Its outputs are `id` and
/// `client_id`; its secret is shown once, when it is made or rotated, and goes to the sink at once.
/// Where the sink can't take it none is made. One whose secret the sink lacks, since an answer got
/// lost or we died before it was written down, gets another.
/// https://developers.cloudflare.com/api/resources/zero_trust/subresources/access/subresources/service_tokens/
class AccessServiceTokenReconciler final : public Reconciler {
public:
    explicit AccessServiceTokenReconciler(AccountAccess& access) : access_(access) {}

    KindRules rules() const override;
    asio::awaitable<Reads> observe(Run& run, Scope scope) override;
    asio::awaitable<Results> apply(Run& run, Step step) override;

private:
    [[nodiscard]] SecretSlot slot_of(const Declared& want) const;
    [[nodiscard]] std::string why_unfit(const Declared& want) const;
    [[nodiscard]] Live seen(const Run& run, const KeyedAccess& one);
    void add_kept(const Declared& want, Live& live);
    asio::awaitable<Result<Done>> apply_one(const Action& action);
    asio::awaitable<Result<Done>> create(const Action& action);
    asio::awaitable<Result<Done>> give_secret(const Action& action);
    asio::awaitable<Result<Done>> change(const Action& action);
    asio::awaitable<Result<Done>> remove(const Action& action);

    AccountAccess& access_;
    std::set<ResourceKey> kept_;  ///< whose secrets lie in the sink, as of the last look
};

}  // namespace driftless::cloudflare
