#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "providers/net/clock.hpp"
#include "reconcilers/board.hpp"
#include "reconcilers/live.hpp"

namespace driftless {

/// What we remember of a resource that we created or adopted. It may be lost; then removals are
/// held.
struct InventoryEntry {
    ResourceKey key;
    SharedText id;
    SharedText collection;
    ResourceKey manifest;
    Place place;
    SharedText commit;     ///< the last that declared it
    bool adopted = false;  ///< made by somebody else, and equal to what is declared
    bool protect = false;
    bool data = false;
    std::vector<Need> needs;  ///< so that removal has an order when the file is gone
    SharedText good_commit;   ///< the last whose content worked
    SharedText good_digest;
    SharedText bad_digest;  ///< content that was tried and failed: not tried again
    std::string bad_reason;
    std::vector<net::WallTime> repairs;  ///< of drift, the latest ones, oldest first
    SharedText repaired_digest;          ///< the content that they repaired towards
    json last_state;  ///< as git last had it: for `restore`; a plan's facts are without it
    json note;        ///< from apply, for the next observe: an operation's URL
};
using Inventory = std::map<ResourceKey, InventoryEntry>;

/// How long a target has been watched without a gap. What happened before tells nothing of how long
/// anything took: the machine slept, or its clock was set.
struct Watched {
    net::WallTime since{};
    net::WallTime
        set_back_from{};  ///< how far the clock had come before it was set back, if it was
};

/// All that a plan is made from besides the reads. A value: nothing in it changes during a run.
struct Facts {
    std::string target;
    std::string installation;
    Policy policy;
    net::WallTime now;
    std::optional<Complete<DesiredState>> desired;  ///< none: not known; nothing is removed
    /// For bad content: the declared content that worked.
    std::map<ResourceKey, Declared> fallback;
    Inventory inventory;
    Board board;
    std::set<std::string> confirmed;  ///< hashes that a person confirmed and that are still valid
    std::set<ResourceKey> adopt;      ///< conflicts that a person gave us
    std::set<ResourceKey> retry;  ///< `reconcile KEY`: bad or contended content may be tried again
    std::map<ResourceKey, std::string> suspended;  ///< with the reason
    /// What failed and is not tried again yet: why, and when. Until then what worked stands in.
    std::map<ResourceKey, std::string> later;
    /// Why every removal waits: a rewind, unparsed files, a lost database.
    std::string hold_removals;
    bool first_contact = false;  ///< nothing was ever converged here, or the database was lost
    bool after_outage = false;   ///< no clean full round since the target was away
    Watched watched;
    /// What the world said and git leaves to it, by subject: what a followed tag stands for. A kind
    /// reads it and adds to it in `resolve`; it may be lost.
    std::map<std::string, json> learned;
    Scope scope;  ///< what the reads cover; `reconcile` sets it
};

}  // namespace driftless
