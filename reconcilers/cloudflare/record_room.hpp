#pragma once

#include <map>
#include <string>
#include <vector>

#include "providers/cloudflare/dns.hpp"
#include "reconcilers/cloudflare/live_sets.hpp"

namespace driftless::cloudflare {

/// A set of which git wants more records than there are.
struct GrowingSet {
    const Declared* declared;  ///< of the view's facts
    std::size_t more = 0;
};

/// How many records a plan of a zone adds and takes away, as far as its looks tell.
struct ZoneGrowth {
    std::vector<GrowingSet> sets;  ///< in the order of the files
    std::size_t more = 0;          ///< records, of all sets
    std::size_t leaving = 0;       ///< records that sets which stay lose, unless that waits
    /// Records of dropped sets. Removals come last, so they make room for the next plan alone.
    std::size_t going = 0;
};

/// What is left alone, in conflict, or was tried and refused counts for nothing: it isn't sent.
ZoneGrowth growth_of(const ZoneView& view, const LiveState& state);

/// Why a set isn't sent, by its name: from the first that doesn't fit on, in the order of the
/// files. Empty without a quota.
std::map<std::string, std::string> beyond_quota(const std::string& zone, const ZoneGrowth& growth,
                                                const RecordUsage& usage);

}  // namespace driftless::cloudflare
