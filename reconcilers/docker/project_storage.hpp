#pragma once

#include "reconcilers/docker/service_parts.hpp"

namespace driftless::docker {

/// The networks of a project that it makes itself.
std::vector<Declared> expand_networks(ProjectInput& input);
/// The volumes of a project that it makes itself: data, so removing or replacing one waits.
std::vector<Declared> expand_volumes(ProjectInput& input);

}  // namespace driftless::docker
