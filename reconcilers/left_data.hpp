#pragma once

#include <string>
#include <unordered_map>

#include "reconcilers/planning.hpp"

namespace driftless {

/// Data of ours that vanished manifests left: a new, empty one of the same name would hide it.
class LeftData {
public:
    explicit LeftData(const Planning& planning);
    /// Why a new one of this key waits for a person; empty: nothing of that name was left.
    [[nodiscard]] std::string why_hold(const ResourceKey& key) const;

private:
    const Planning& p_;
    std::unordered_map<std::string, const Live*> left_;  ///< by kind and name inside the manifest
};

}  // namespace driftless
