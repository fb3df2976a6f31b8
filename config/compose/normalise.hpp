#pragma once

#include "config/compose/context.hpp"
#include "config/compose/loader.hpp"

namespace driftless::compose {

/// The project's name: given, or from COMPOSE_PROJECT_NAME, the files, the fallback.
std::optional<std::string> project_name(Context& context, Loader& loader, const Unit& unit);

/// Makes a checked tree into a project: env files read, defaults filled in, implied dependencies
/// made plain, services of profiles that are off set apart, names given.
std::optional<Project> make_project(Context& context, Node root, const std::string& name,
                                    const Unit& unit);

}  // namespace driftless::compose
