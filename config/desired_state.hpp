#pragma once

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

#include "config/base/finding.hpp"
#include "config/base/place.hpp"
#include "config/base/resource_key.hpp"

namespace driftless {

using json = nlohmann::json;

/// What must be so before something else may begin.
enum class Until { exists, ready, completed };  ///< completed: it ended with success

/// "This one first": a resource, or a whole manifest, and how far it must be.
struct Need {
    ResourceKey key;
    Until until = Until::ready;
    bool required = true;  ///< false: its absence or failure is no obstacle, its being under way is

    auto operator<=>(const Need&) const = default;
};

/// Who asked for it.
struct Origin {
    SharedText commit;
    Place place;           ///< in a file of that commit
    ResourceKey manifest;  ///< {target, manifest kind, name}
};

/// A resource as git wants it.
struct Declared {
    ResourceKey key;
    SharedText collection;  ///< which list call shows it: "containers"; a zone's id
    json spec;              ///< only the fields that are ours; texts may hold marks (vault.hpp)
    Origin origin;
    std::vector<Need> needs;
    std::vector<std::string> claims;  ///< what only one can hold: "name web", "port 80/tcp";
                                      ///< who holds the first stands where it should stand
    /// Hosts that are to be reached through it alone: what publishes one of them waits for it. `*`
    /// stands for any letters of a label.
    std::vector<std::string> guards = {};
    std::vector<std::string> publishes = {};  ///< hosts that can be reached because of it
    /// Words that others of its target may stand on: "id /subscriptions/…".
    std::vector<std::string> offers = {};
    /// It needs whoever offers one of these, where anybody does.
    std::vector<std::string> stands_on = {};
    std::string lock = {};  ///< of those with the same one, only one changes at a time
    bool protect = false;
    bool data = false;                ///< it holds data: a removal or replacement always waits
    std::vector<std::string> ignore;  ///< JSON pointers into `spec`, `*` is one step
    std::vector<ResourceKey> was;     ///< earlier keys, whose live object it takes over
    /// Fields that it has for `{from: MANIFEST}`: whoever takes one waits for this resource alone.
    std::vector<std::string> gives = {};
    json blobs = nullptr;  ///< digest -> {path} of commit files that apply must read
    /// Of `spec` as a diff sees it, where nothing in it is late; else empty. `load` sets it, so
    /// that a quiet round seals nothing.
    SharedText digest = {};
    /// JSON pointer -> why that field is so, where git alone does not say it: "app:1 moved".
    std::map<std::string, std::string> because = {};
};

/// All that one commit wants of one target.
struct DesiredState {
    std::string target;
    std::string commit;
    std::vector<Declared> resources;  ///< sorted by key, unique
    std::vector<ResourceKey> manifests =
        {};  ///< all that address the target, also without resources
    /// Collections of which git wants to be told what others have there, where nobody is otherwise.
    std::vector<std::string> told = {};
};

}  // namespace driftless
