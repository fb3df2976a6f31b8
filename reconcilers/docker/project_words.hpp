#pragma once

#include <string>
#include <variant>
#include <vector>

#include "reconcilers/docker/as_declared.hpp"
#include "reconcilers/imported.hpp"

namespace driftless::docker {

/// A live container of a Compose project.
struct ProjectContainer {
    std::string service;
    int number = 1;
    std::string name;
    json container;  ///< the engine's whole answer
    ImageDefaults image;
};

/// A Compose project as it is live.
struct LiveProject {
    std::string name;
    std::vector<ProjectContainer> containers;  ///< sorted by service and number, unique
};

/// What else a project's file is told from.
struct EngineView {
    std::string target;
    System engine;
    std::vector<json> networks;  ///< of the whole engine, as it shows them
    std::vector<json> volumes;
    std::map<std::string, std::string> names;  ///< of all containers, by id
};

/// The project as a ComposeProject with its compose file. Pure.
/// @return `invalid`: why it can't be said
Result<ImportedManifest> manifest_of(const LiveProject& project, const EngineView& view,
                                     const ImportWish& wish);

}  // namespace driftless::docker
