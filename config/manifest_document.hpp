#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/manifest.hpp"

namespace driftless {

/// The manifest kind that makes no resources: what differs between places.
inline constexpr std::string_view values_kind = "Values";

/// One document of a file that says it is for us.
struct ManifestDocument {
    std::vector<std::string>
        targets;        ///< none: they could not be told, nobody knows whom it is for
    Manifest manifest;  ///< without its target; depends_on: "" is its own target
    Findings findings;

    /// The manifest for one of its targets.
    [[nodiscard]] Manifest for_target(const std::string& target) const;
};

/// Cheap: false where the text cannot hold a manifest, so that it need not be parsed.
bool may_hold_manifests(const std::string& text);

/// Reads one document, or nothing where it is not meant for us.
/// @param kinds  that are known
std::optional<ManifestDocument> read_document(const Node& root,
                                              const std::vector<std::string>& kinds);

}  // namespace driftless
