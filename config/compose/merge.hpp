#pragma once

#include <string>

#include "config/compose/context.hpp"

namespace driftless::compose {

/// Lays `over` on `base` as Compose merges files, by the table's rules; both are in canonical form.
/// `!reset` leaves a mark that also drops what an even earlier layer says; `!override` likewise
/// replaces it.
/// @param path  the row of both values, "" for whole files
void merge_into(Context& context, Node& base, Node over, const std::string& path,
                const std::string& where);

/// Drops what `!reset` marked, and the tags. For a tree that is laid on nothing any more.
void drop_tags(Node& node);

}  // namespace driftless::compose
