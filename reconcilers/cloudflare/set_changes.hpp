#pragma once

#include <string>
#include <vector>

#include "providers/cloudflare/dns.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless::cloudflare {

/// What one action does to the records of its set.
struct SetChange {
    RecordBatch batch;
    /// Of the set afterwards, in the order of its values; "" for what `batch.posts` makes, in the
    /// same order.
    std::vector<std::string> ids;
};

/// @param spec  of the declared set, opened; null for a removal
/// @param installation  whose mark new and changed records carry
/// @return `invalid`: a value that became known only now is none of its type
Result<SetChange> change_of(const Action& action, const json& spec,
                            const std::string& installation);

}  // namespace driftless::cloudflare
