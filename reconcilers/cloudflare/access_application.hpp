#pragma once

#include <optional>
#include <set>

#include "reconcilers/cloudflare/live_access.hpp"

namespace driftless::cloudflare {

/// What only one application can hold: the claims of its public destinations, then that of its
/// name.
std::vector<std::string> claims_of_application(const std::string& name, const json& destinations);

/// What a plan sees of an application that is there. @param mark  the tag that makes it ours
json spec_of(const AccessObject& object, const std::string& mark);

/// cloudflare.access_application: what is protected, and the policies that decide, in their order.
/// Its outputs are `id` and `aud`. Its mark is a tag, which is made where the account lacks it.
/// Destinations and policies are ours as a whole; fields that git doesn't name stay as they are.
/// https://developers.cloudflare.com/api/resources/zero_trust/subresources/access/subresources/applications/
class AccessApplicationReconciler final : public Reconciler {
public:
    explicit AccessApplicationReconciler(AccountAccess& access) : access_(access) {}

    KindRules rules() const override;
    asio::awaitable<Reads> observe(Run& run, Scope scope) override;
    asio::awaitable<Results> apply(Run& run, Step step) override;

private:
    Live seen(const KeyedAccess& one, const Facts& facts);
    asio::awaitable<Result<Done>> apply_one(const Run& run, const Action& action);
    asio::awaitable<Result<void>> make_tags(std::vector<std::string> tags);
    [[nodiscard]] json body_of(const json& spec, const json& shown) const;

    AccountAccess& access_;
    std::optional<std::set<std::string>> tags_;  ///< of the account, as far as we know
    std::map<std::string, json> shown_;          ///< by id, as of the last look
};

}  // namespace driftless::cloudflare
