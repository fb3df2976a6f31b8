#pragma once

#include <map>
#include <optional>
#include <string>

#include "reconcilers/facts.hpp"

namespace driftless {

/// The inventories as the database has them, without last states, so that a quiet round reads and
/// parses none. Whoever writes to one forgets it here; a write that was undone forgets them all.
class InventoryCache {
public:
    [[nodiscard]] const Inventory* find(const std::string& target) const {
        const auto known = inventories_.find(target);
        return known == inventories_.end() ? nullptr : &known->second;
    }
    const Inventory& keep(const std::string& target, Inventory inventory) {
        return inventories_.insert_or_assign(target, std::move(inventory)).first->second;
    }
    void forget(const std::string& target) { inventories_.erase(target); }
    void clear() { inventories_.clear(); }

private:
    std::map<std::string, Inventory> inventories_;
};

}  // namespace driftless
