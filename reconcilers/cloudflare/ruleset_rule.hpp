#pragma once

#include <map>
#include <string>

#include "reconcilers/cloudflare/account_access.hpp"
#include "reconcilers/cloudflare/live_rules.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless::cloudflare {

/// cloudflare.ruleset_rule: one rule, known by its ref. One read shows all rules of a phase of a
/// zone, one PUT changes all that a step changes of them. Before a plan says that rules will
/// change, the service is asked whether it would take them (a dry run), so that a wrong expression
/// and a plan's quota are told with the rule's place before anything happens.
/// https://developers.cloudflare.com/api/resources/rulesets/subresources/phases/
class RulesetRuleReconciler final : public Reconciler {
public:
    explicit RulesetRuleReconciler(AccountAccess& access) : access_(access) {}

    KindRules rules() const override;
    asio::awaitable<Reads> observe(Run& run, Scope scope) override;
    asio::awaitable<Results> apply(Run& run, Step step) override;
    std::string batch_of(const Action& action) const override;
    std::size_t batch_max() const override { return 1'000; }

private:
    /// One list of rules, and how it is reached.
    struct List {
        const RulesView& view;
        Rulesets api;
        const EntryPoint& entry;
    };
    using Refused = std::map<std::string, std::string>;  ///< by key name: why
    /// What a dry run said, of which list.
    struct Checked {
        std::string asked;  ///< digest of what was asked
        Refused refused;
    };

    asio::awaitable<Result<Rulesets>> api_of(RulesetPlace place);
    asio::awaitable<Result<Complete<LiveState>>> observe_one(Run& run, RulesetPlace place,
                                                             Scope scope);
    asio::awaitable<void> check(Run& run, List list, const LiveState& state, bool renew);
    asio::awaitable<Result<Refused>> culprits_among(List list, const RuleChanges& all, Error why);
    asio::awaitable<Results> put(Run& run, const Step& step, RulesetPlace place);
    asio::awaitable<Result<EntryPoint>> put_once(Rulesets api, const EntryPoint& before,
                                                 json rules);
    [[nodiscard]] RulesView view_of(const Facts& facts, const RulesetPlace& place) const;
    [[nodiscard]] std::string why_unfit(const Declared& want) const;

    AccountAccess& access_;
    std::map<std::string, Checked> checked_;  ///< by collection
};

}  // namespace driftless::cloudflare
