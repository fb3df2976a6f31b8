#pragma once

#include <map>
#include <memory>
#include <string>

#include "daemon/target_runner.hpp"

namespace driftless {

/// What plans are made with where no daemon is asked; everything outlives the call.
struct PlanParts {
    const Settings& settings;
    const std::map<std::string, std::unique_ptr<Target>>& targets;
    Store& store;
    Vault& vault;
    net::Clock& clock;
    net::Random& random;
};

/// What a run of each target would do: each target is looked at after those that it needs, and what
/// is seen stands on one board, as in the daemon. Changes and records nothing.
/// @param wanted  by target
/// @param only    this target alone, although what it needs is looked at too; empty: all
asio::awaitable<std::map<std::string, Result<Plan>>> plan_targets(
    PlanParts parts, std::map<std::string, Wanted> wanted, std::string only);

}  // namespace driftless
