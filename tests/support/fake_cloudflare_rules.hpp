#pragma once

#include "tests/support/fake_cloudflare_account.hpp"

namespace driftless::test {

/// A zone or the account, with its rulesets.
struct RulesetScope {
    std::map<std::string, json>& all;
    std::string kind;  ///< of its entry points: zone, root
    std::string plan;  ///< of the zone; enterprise for the account
};

/// Takes the whole list of rules that a client sent in the place of `before`: checked against the
/// plan, same `ref` same id, what changed gets a new version.
json rules_of(CloudflareWorld& world, const RulesetScope& scope, const std::string& phase,
              const json& sent, const json& before);
/// Refuses what isn't one (or isn't in the plan: 50002).
void check_phase(const RulesetScope& scope, const std::string& phase);
[[noreturn]] void bad_rule(int code, const std::string& why);

}  // namespace driftless::test
