#pragma once

#include <string>

#include "config/compose/context.hpp"
#include "config/compose/template.hpp"

namespace driftless::compose {

/// Fills in what one service implies: files of variables and labels, defaults, dependencies; and
/// checks what can be seen in it alone.
void normalise_service(Context& context, Node& service, const Variables& variables,
                       const std::string& where);

/// What one service says against itself: two limits that differ, two mounts on one target.
void check_service(Context& context, const Node& service, const std::string& where);

/// What services say about each other, and about networks, volumes, configs and secrets of `root`.
/// Dependencies that are not required, on services that are not there, are taken out.
void check_references(Context& context, Project& project, const Node& root);

/// Networks, volumes, configs and secrets, each in itself.
void check_resources(Context& context, const Project& project);

}  // namespace driftless::compose
