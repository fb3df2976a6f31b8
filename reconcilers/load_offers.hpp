#pragma once

#include <vector>

#include "config/desired_state.hpp"

namespace driftless {

/// Of one target: whoever stands on a word needs those who offer it, unless they need it already.
void add_needs_of_offers(std::vector<Declared>& resources);

}  // namespace driftless
