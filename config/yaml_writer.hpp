#pragma once

#include <string>

#include "config/node.hpp"

namespace driftless {

/// The YAML of a tree: what `read_yaml` reads back as the same tree, places aside. A scalar that is
/// not `plain` stays a text, quoted where a reader could take it for something else.
/// @param comment  stands above it, a line for each of its lines; may be empty
std::string write_yaml(const Node& node, const std::string& comment);

}  // namespace driftless
