#pragma once

#include <string>
#include <vector>

#include "providers/cloudflare/dns.hpp"
#include "reconcilers/diff.hpp"
#include "reconcilers/facts.hpp"
#include "reconcilers/live.hpp"

namespace driftless::cloudflare {

/// The ids of a set's records as one id, in the order of their values.
std::string joined_ids(const std::vector<std::string>& ids);
std::vector<std::string> split_ids(const std::string& id);

/// What a zone's records are seen with.
struct ZoneView {
    std::string target;
    std::string installation;
    std::string zone;  ///< its name
    const Facts& facts;
    const FieldRules& rules;  ///< how a set is compared
};

/// The records of one zone as sets. Ours are those with our mark, those that the inventory knows,
/// and beside such ones what equals what git wants. What others put at a name and type of ours is a
/// set of its own for each record. Records that services of Cloudflare's made are never ours. A set
/// that is as declared says so by `agrees_with` and keeps no spec: a zone may have thousands.
LiveState live_sets(const ZoneView& view, std::vector<Record> records);

}  // namespace driftless::cloudflare
