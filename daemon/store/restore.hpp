#pragma once

#include <optional>
#include <string>

#include "providers/net/clock.hpp"
#include "reconcilers/facts.hpp"

namespace driftless {

/// What was removed within the last 30 days: what the inventory held of it until then.
struct Removed {
    net::WallTime at;
    InventoryEntry entry;
};

/// Something that a person may have back.
struct Restorable {
    InventoryEntry entry;
    net::WallTime at;                         ///< when it was removed
    std::optional<net::WallTime> kept_until;  ///< until then it only has to be started again
};

/// A removed thing that a person wants back, made from the commit that last declared it.
struct Restore {
    ResourceKey key;
    std::string commit;
    bool done = false;  ///< it was seen in place and ready: from now on it is left alone
};

}  // namespace driftless
