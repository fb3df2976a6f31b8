#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "config/base/finding.hpp"
#include "config/node.hpp"

namespace driftless::cloudflare {

using json = nlohmann::json;

/// One sort of rule that policies and groups decide by.
struct RuleSort {
    std::string_view name;                   ///< as the API names it: "email_domain"
    std::vector<std::string_view> required;  ///< with one of these it may be written as a text
    std::vector<std::string_view> optional = {};
    std::string_view manifest = {};  ///< what kind of manifest such a text may name
};
const std::vector<RuleSort>& rule_sorts();

/// The one form of a rule: letters of mail addresses and domains small, an address as its network,
/// without what is empty.
json canonical_access_rule(const json& rule);
/// The one form of `include`, `exclude` or `require`: a list, null being none.
json canonical_access_rules(const json& rules);

/// "2001:db8::1/64" with its address as the service writes it; a single one is the network of that
/// one. @return "": it is neither
std::string canonical_network(const std::string& text);

/// Reads the rules below one key, as git has them: `{email: {email: me@bnx.dev}}`, `{email:
/// me@bnx.dev}`, `{group: AccessGroup/staff}`. What is wrong becomes a finding at its place.
/// @param where  for messages: "spec.include"
/// @param target  whose account it is: groups and tokens of another are of no use
json read_rules(const Node& list, const std::string& where, const std::string& target,
                Findings& findings);

/// The id of what a text names: another manifest's, known late, or the id itself.
/// @param kind  of manifests that it may name: "AccessGroup"
/// @return `invalid`: it is neither
Result<std::string> id_named(const std::string& text, std::string_view kind,
                             const std::string& target);

}  // namespace driftless::cloudflare
