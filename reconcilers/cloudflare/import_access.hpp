#pragma once

#include <map>
#include <vector>

#include "providers/cloudflare/access.hpp"
#include "reconcilers/cloudflare/import_records.hpp"

namespace driftless::cloudflare {

/// What an account has of Access; what nobody wants is not in it.
using LiveAccess = std::map<AccessSort, std::vector<AccessObject>>;

/// Writes down groups, shared policies and self-hosted applications; they name each other by
/// manifest, and all else by its id. Service tokens are left out: their secret was shown once, and
/// a manifest of one would give it another.
void import_access(const LiveAccess& live, const ImportView& view, Imported& made);

}  // namespace driftless::cloudflare
