#pragma once

#include <map>
#include <string>
#include <vector>

#include "providers/cloudflare/rulesets.hpp"
#include "reconcilers/cloudflare/rule_forms.hpp"
#include "reconcilers/cloudflare/rule_order.hpp"
#include "reconcilers/facts.hpp"
#include "reconcilers/live.hpp"

namespace driftless::cloudflare {

/// What a list of rules is seen with.
struct RulesView {
    std::string target;
    std::string installation;
    RulesetPlace place;
    const Facts& facts;
};

/// The rules of one entry point. Ours are those with our ref, and those that the inventory knows by
/// their ids; what equals a declared one that is not there is its kin.
LiveState live_rules(const RulesView& view, const EntryPoint& entry);

/// What is to become of a list of rules.
struct RuleChanges {
    std::map<std::string, json> put;         ///< by key name: new or changed, opened specs
    std::map<std::string, std::string> ids;  ///< by key name: of those that are there already
    std::vector<std::string> drop;           ///< ids
};

/// The list afterwards, as a request has it. Rules of others stay as they are and in their order,
/// ours stand above or below them as git says.
json arranged(const RulesView& view, const EntryPoint& entry, const RuleChanges& changes);

/// The id of the rule with this ref; empty: there is none.
std::string id_with_ref(const EntryPoint& entry, const std::string& ref);

}  // namespace driftless::cloudflare
