#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "reconcilers/expand.hpp"

namespace driftless {

/// What one commit declares, for all targets together, before it is known which of them can be
/// taken.
struct CommitParts {
    std::vector<Manifest> manifests;                         ///< for the targets that are ours
    std::map<std::string, std::vector<Declared>> resources;  ///< by target
    std::map<std::string, Findings> findings;                ///< by target
    std::map<std::string, std::vector<std::string>> told;    ///< collections, by target
    std::set<std::string> elsewhere;                         ///< targets that are not ours
};

/// Inside one target: the same key twice, a claim made twice, an earlier name that is still in use.
void check_inside_targets(CommitParts& parts);
/// Across targets: references to nothing, and circles. A target that has errors already may lack
/// anything, so what is asked of it is not called missing.
void check_references(CommitParts& parts);

}  // namespace driftless
