#pragma once

#include "config/node.hpp"

namespace driftless {

/// Puts `more` into `values`, both of equal rank: what both say is a finding with both places.
void join_values(Node& values, const Node& more, const std::string& where, Findings& findings);

/// `over` on top of `base`: maps are merged key by key, all else is taken from `over`.
Node layered(Node base, const Node& over);

}  // namespace driftless
