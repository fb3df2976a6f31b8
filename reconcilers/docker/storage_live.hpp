#pragma once

#include "reconcilers/docker/engine_access.hpp"
#include "reconcilers/docker/places.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless::docker {

/// What networks and volumes have in common: names and labels, and no life of their own.
struct StorageKind {
    std::string_view kind;   ///< marks::network_kind
    std::string_view label;  ///< Compose's label with the key: marks::network
    std::string_view claim;  ///< "network"
};

/// A live network or volume without its spec: key, owner, marks and claims.
/// @param id  the engine's: of a volume, its name
Live storage_live(const StorageKind& kind, const EngineAccess& access, Places& places,
                  const json& shown, const std::string& id);

/// The declared resource that a live one answers to, or nullptr.
const Declared* declared_as(const Facts& facts, const ResourceKey& key);

/// The labels that the user wrote, of all that it carries.
json own_labels(const json& labels);

}  // namespace driftless::docker
