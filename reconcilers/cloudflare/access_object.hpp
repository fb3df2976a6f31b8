#pragma once

#include "reconcilers/cloudflare/live_access.hpp"

namespace driftless::cloudflare {

/// What a plan sees of a group or policy that is there.
json spec_of(AccessSort sort, const AccessObject& object);

/// cloudflare.access_group and cloudflare.access_policy: who is meant, and what they may. The
/// output of each is `id`. Rules are sets and ours as a whole; fields that git doesn't name stay as
/// they are.
/// https://developers.cloudflare.com/api/resources/zero_trust/subresources/access/subresources/groups/
/// https://developers.cloudflare.com/api/resources/zero_trust/subresources/access/subresources/policies/
class AccessObjectReconciler final : public Reconciler {
public:
    AccessObjectReconciler(AccountAccess& access, AccessSort sort) : access_(access), sort_(sort) {}

    KindRules rules() const override;
    asio::awaitable<Reads> observe(Run& run, Scope scope) override;
    asio::awaitable<Results> apply(Run& run, Step step) override;

private:
    [[nodiscard]] Live seen(const KeyedAccess& one, const Facts& facts);
    asio::awaitable<Result<Done>> apply_one(const Run& run, const Action& action);
    asio::awaitable<Result<Done>> create(const Action& action, json body);
    asio::awaitable<Result<Done>> remove(const Action& action);

    AccountAccess& access_;
    AccessSort sort_;
    std::map<std::string, json> shown_;  ///< by id, as of the last look: what a `PUT` keeps
};

}  // namespace driftless::cloudflare
