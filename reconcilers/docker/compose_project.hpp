#pragma once

#include "reconcilers/expand.hpp"

namespace driftless::docker {

/// Manifest kind ComposeProject: a plain compose file, its variables and files, to
/// `docker.network`, `docker.volume` and `docker.container`. Names of resources are project.key and
/// project.service.number. What the target's `allow` does not grant is refused with the line to
/// add.
Expanded expand_compose_project(const Expansion& with);

}  // namespace driftless::docker
