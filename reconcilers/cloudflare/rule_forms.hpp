#pragma once

#include <string>

#include "config/desired_state.hpp"

namespace driftless::cloudflare {

inline constexpr std::string_view rule_kind = "cloudflare.ruleset_rule";

/// Where a list of rules lies.
struct RulesetPlace {
    std::string zone;  ///< its name; empty: the account's own
    std::string phase;

    auto operator<=>(const RulesetPlace&) const = default;
};

/// "bnx.dev/http_ratelimit", "account/http_ratelimit": what a rule's name begins with.
std::string to_text(const RulesetPlace& place);
/// Which call shows these rules: "rules bnx.dev/http_ratelimit".
std::string rules_collection(const RulesetPlace& place);
/// The reverse; no phase for another collection.
RulesetPlace ruleset_of(const std::string& collection);

/// Our mark: "driftless.bnx-home.block-bots". It survives every change of the rule.
std::string full_ref(const std::string& installation, const std::string& ref);
/// "block-bots"; empty: the ref of another.
std::string own_ref(const std::string& installation, const std::string& full);

/// All that a rule does, in one form for git and the service: what it fills in or leaves out by
/// itself is the same on both sides. `null` stands for what it doesn't have.
json form_of_rule(const json& rule);

/// As a request has it. @param spec  declared, opened; holds a canonical rule
json rule_body(const json& spec, const std::string& ref);

}  // namespace driftless::cloudflare
