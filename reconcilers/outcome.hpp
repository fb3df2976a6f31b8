#pragma once

#include "reconcilers/frontier.hpp"
#include "reconcilers/reconcile.hpp"

namespace driftless {

/// What is known before anything was done: the plan, and each resource's status by it.
Outcome outcome_of(const Run& run, const Scope& scope, const Reads& reads, Plan plan);

/// What one step did.
void record(Outcome& outcome, const Step& step, const Results& results);

/// The end: what was left, the board, what worked, when to look again.
void conclude(Outcome& outcome, const Run& run, const std::vector<Frontier::Left>& left);

}  // namespace driftless
