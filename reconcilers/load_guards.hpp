#pragma once

#include <string_view>
#include <vector>

#include "config/desired_state.hpp"

namespace driftless {

/// Of one target: whoever publishes a host needs who guards it, unless the guard's manifest asks
/// for the publisher first.
void add_needs_of_guarded(std::vector<Declared>& resources);

/// May one host be both? `*` stands for any letters of a label, alone in the first one for several
/// labels. One too many costs a wait, one too few would leave a door open.
bool may_be_one_host(std::string_view one, std::string_view other);

}  // namespace driftless
