#pragma once

#include <vector>

#include "reconcilers/cloudflare/import_records.hpp"
#include "reconcilers/cloudflare/rule_forms.hpp"

namespace driftless::cloudflare {

/// The rules of one phase of a zone or of the account, as the API tells them, in their order.
struct LiveRules {
    RulesetPlace place;
    json rules = json::array();
};

/// Writes down rules where they stand. A manifest's rules stand above or below all rules of others:
/// so where one can't be written, those above the first such one are one manifest (`at: top`),
/// those below the last another (`at: bottom`), and what stands between is left out with it.
void import_rulesets(const std::vector<LiveRules>& lists, const ImportView& view, Imported& made);

}  // namespace driftless::cloudflare
