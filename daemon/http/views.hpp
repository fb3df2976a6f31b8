#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "daemon/schedule/status.hpp"
#include "daemon/store/store.hpp"

namespace driftless::http {

// What programs see. Every root is an object and every list holds objects, so that fields can be
// added. Secrets are shown as "(secret)", seals as "(sealed)".

/// Sources, targets with what is held, and counts: /api/v1/status.
json view_of(const Overview& overview);
/// /api/v1/targets
json targets_view(const Overview& overview);
/// /api/v1/resources. @param key  one resource, or all when empty
json resources_view(const Overview& overview, const std::string& key);
/// /api/v1/runs: the last runs, those of each target newest first. @param target  all when empty
json runs_view(const Overview& overview, const std::string& target);
/// /api/v1/plans/{target}, `driftless plan --json`
json view_of(const Plan& plan);
/// /api/v1/history
json view_of(const std::vector<HistoryEntry>& history);
/// /api/v1/removed: what `restore` brings back
json view_of(const std::vector<Restorable>& removed);
/// POST /api/v1/leave: what was ours, and stays
json view_of(const Inventory& left);
json view_of(const Findings& findings);

/// A value with every mark in it in the form for people.
json shown(const json& value);

}  // namespace driftless::http
