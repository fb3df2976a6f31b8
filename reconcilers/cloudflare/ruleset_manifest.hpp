#pragma once

#include "reconcilers/expand.hpp"

namespace driftless::cloudflare {

/// Ruleset: rules of one phase of one zone, or of the account, cloudflare.ruleset_rule each. Their
/// order among themselves is as written; `at` says on which side of the rules of others they stand.
Expanded expand_ruleset(const Expansion& with);

}  // namespace driftless::cloudflare
