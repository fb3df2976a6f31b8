#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace driftless::cloudflare {

/// A phase: when in the course of a request its rules are asked, and what they may do.
struct Phase {
    std::string_view name;
    std::vector<std::string_view> actions;
    std::string_view permission;          ///< for a zone: "Zone WAF"; Read and Write are its two
    std::string_view account_permission;  ///< for the account; empty: it has no such rules
    bool in_zones = true;
};

/// Those whose rules people write.
/// https://developers.cloudflare.com/ruleset-engine/reference/phases-list/
std::span<const Phase> phases();
/// nullptr: there is no such phase.
const Phase* phase_named(std::string_view name);

}  // namespace driftless::cloudflare
