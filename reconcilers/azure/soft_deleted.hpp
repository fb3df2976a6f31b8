#pragma once

#include <map>
#include <string>
#include <vector>

#include "providers/azure/arm.hpp"
#include "reconcilers/azure/types.hpp"

namespace driftless::azure {

/// Deleted vaults and accounts hold their names for days: another can't be made before the old one
/// is brought back or purged.
class SoftDeleted {
public:
    /// Looks whether a deleted one is in the way of any of these, which are about to be made: one
    /// list call. Who may not see the list learns it from the write.
    /// @param ids  of the row's type
    asio::awaitable<void> look(Arm& arm, const TypeRow& row, std::vector<std::string> ids);
    void forget(const std::string& id);
    /// @return why `id` can't be made, and both ways out; "": nothing is known to be in its way
    [[nodiscard]] std::string why_taken(const std::string& id) const;

private:
    std::map<std::string, std::string> taken_;  ///< by folded id
};

/// Does the body ask for the deleted one to come back?
bool brings_back(const TypeRow& row, const json& body);
/// Takes out what counts for a creation alone.
void drop_bringing_back(const TypeRow& row, json& body);

}  // namespace driftless::azure
