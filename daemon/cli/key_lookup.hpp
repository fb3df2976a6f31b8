#pragma once

#include <string>
#include <vector>

#include "config/base/resource_key.hpp"

namespace driftless::cli {

/// A resource that a person may mean, and the manifest that it comes from.
struct Candidate {
    ResourceKey key;
    std::string manifest;  ///< "ComposeProject/plausible"; empty when git no longer declares it
};

/// Which resources `text` means: a full key, or Kind/name[@target], of one resource or of a
/// manifest (then all that it became).
/// @return `not_found` with the nearest key; `invalid` with the candidates, when several targets
///         have one
Result<std::vector<ResourceKey>> look_up(const std::string& text,
                                         const std::vector<Candidate>& candidates);

/// The one resource or manifest that `text` means: a full key, or Kind/name[@target].
/// @return as `look_up`
Result<ResourceKey> look_up_one(const std::string& text, const std::vector<Candidate>& candidates);

}  // namespace driftless::cli
