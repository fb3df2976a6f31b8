#pragma once

#include <map>
#include <string>
#include <vector>

#include "reconcilers/docker/engine_access.hpp"
#include "reconcilers/facts.hpp"

namespace driftless::docker {

/// All containers that answer to one key: the one in service, and those that a replacement or a
/// removal keeps for a while.
struct ContainerGroup {
    const ContainerSummary* current = nullptr;
    std::vector<const ContainerSummary*> kept;  ///< newest first
    Owner owner = Owner::foreign;
};

/// What a list of containers means to us.
struct ContainerGroups {
    std::map<std::string, ContainerGroup> ours;  ///< ours and kin, by the key's name
    std::vector<const ContainerSummary*> foreign;
    std::map<std::string, std::string> names;  ///< all, by id
};

/// Pairs containers with keys: by Compose's labels (project, service, number); kept ones by the
/// name that we gave them; by the declared name only what a person gave us. What carries neither
/// mark nor the labels of a key that is declared or remembered is another's. Refers to `list`.
ContainerGroups group_containers(const std::vector<ContainerSummary>& list, const Facts& facts,
                                 const std::string& installation);

/// "plausible.web.1" of a container's labels, or empty.
std::string key_of(const std::map<std::string, std::string>& labels);

std::string label_of(const ContainerSummary& container, std::string_view label);
/// Its name, without kept ones' prefix.
std::string own_name(const ContainerSummary& container);

}  // namespace driftless::docker
