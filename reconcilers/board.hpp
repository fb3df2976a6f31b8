#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/base/vault.hpp"
#include "config/desired_state.hpp"

namespace driftless {

/// What others may know of a resource, or of a whole manifest.
struct Posted {
    bool exists = false;
    bool ready = false;
    bool completed = false;
    bool failed = false;      ///< it will not get there by waiting
    std::string detail = {};  ///< why it isn't ready
    json outputs = nullptr;   ///< an object, or null; may hold secrets: in memory only
};

/// What resources of one target need on others, for each that may still be there.
using NeedsElsewhere = std::map<ResourceKey, std::vector<ResourceKey>>;

/// Which resources are ready, and their outputs, as values, across all targets. A manifest is ready
/// when all its resources are.
class Board final : public LateValues {
public:
    void post(const ResourceKey& key, Posted posted);
    void take_down(const ResourceKey& key);
    [[nodiscard]] const Posted* find(const ResourceKey& key) const;
    /// Who of a target may still be there, and what it needs on others; all of it at once.
    /// @return whether that is news
    bool set_needs(const std::string& target, NeedsElsewhere needs);
    /// Resources of other targets that may still be there and need this resource, or manifest.
    [[nodiscard]] std::vector<ResourceKey> dependents_of(const ResourceKey& key) const;
    /// An output that is there counts, be its resource ready or not.
    [[nodiscard]] Result<std::string> find(const LateRef& ref) const override;

private:
    std::map<ResourceKey, Posted> posted_;
    std::map<std::string, NeedsElsewhere> needs_;  ///< by target
};

}  // namespace driftless
