#pragma once

#include <optional>
#include <string>

#include "reconcilers/reconciler.hpp"

namespace driftless {

/// An entry as the database keeps it, without its last state, which stands apart. It holds what git
/// says, with marks where secrets are, and nothing of the live state, whose values may be secret.
std::string to_text(const InventoryEntry& entry);
/// @return `internal`: not written by us
Result<InventoryEntry> read_inventory_entry(const ResourceKey& key, const std::string& text);

/// What the inventory holds of a resource after something was done to it; none: nothing any more.
/// @param before  the entry until now, or nullptr
std::optional<InventoryEntry> entry_after(const InventoryEntry* before, const Action& action,
                                          const Done& done, net::WallTime now);

/// Does an entry not know yet that this content works?
bool is_news(const InventoryEntry& entry, const std::string& digest);
/// Notes that a resource was seen in sync and ready with this content.
void note_worked(InventoryEntry& entry, const std::string& digest, const std::string& commit);

}  // namespace driftless
