#pragma once

#include "reconcilers/facts.hpp"

namespace driftless {

/// Would acting towards this content only repair drift, git being the same?
bool is_repair(const InventoryEntry* entry, const std::string& digest);

/// Three repairs towards the same content within ten minutes: somebody else changes it too. It is
/// left alone then, but for one try an hour; after a day of peace that is forgotten.
bool is_contended(const InventoryEntry& entry, const std::string& digest, net::WallTime now);

}  // namespace driftless
