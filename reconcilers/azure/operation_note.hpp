#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

#include "providers/azure/operations.hpp"
#include "reconcilers/facts.hpp"

namespace driftless::azure {

using json = nlohmann::json;

/// What the inventory keeps of a change that is not over: which operation Azure said it is, or
/// since when it is refused for a reason that passes.
struct OperationNote {
    std::optional<Operation> operation;
    bool removes = false;  ///< a removal; without an operation it is sent again
    std::optional<net::WallTime> refused_since;

    [[nodiscard]] json to_json() const;
};

/// What is noted of a resource; an empty one where nothing is.
OperationNote note_of(const Inventory& inventory, const ResourceKey& key);

}  // namespace driftless::azure
