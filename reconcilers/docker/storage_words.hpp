#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/node.hpp"
#include "reconcilers/docker/file_texts.hpp"
#include "reconcilers/docker/project_words.hpp"

namespace driftless::docker {

/// The networks and volumes that a project's containers use, and what the file calls them.
struct StorageWords {
    std::map<std::string, std::string> network_keys;  ///< the engine's name -> key
    std::map<std::string, std::string> volume_keys;
    std::map<std::string, json> networks;  ///< key -> spec; {"external": name} for others'
    std::map<std::string, json> volumes;
};

/// @param specs  of the project's containers, as `as_declared` gives them
StorageWords storage_of(const std::string& project, const std::vector<json>& specs,
                        const EngineView& view);

/// Mount options of a volume may hold a password: that is no text for git.
void hide_passwords(const StorageWords& storage, FileTexts& texts);

/// The sections `networks` and `volumes` of the file; what goes without saying is left out.
Node networks_node(const StorageWords& storage, const std::string& project, const FileTexts& texts);
Node volumes_node(const StorageWords& storage, const std::string& project, const FileTexts& texts);

}  // namespace driftless::docker
