#pragma once

#include <string>

#include "daemon/cli/text.hpp"
#include "reconcilers/plan.hpp"

namespace driftless::cli {

/// A plan for people: what would be done, the field, old → new, the file:line that asks for it, the
/// interruption to expect; and what would not be done, and why.
std::string plan_text(const Plan& plan, const Style& style);

}  // namespace driftless::cli
