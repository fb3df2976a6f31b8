#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/compose/context.hpp"
#include "config/compose/template.hpp"

namespace driftless::compose {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Reads an env file of the commit, or a provided one. A file that is one secret as a whole gives
/// values that are secrets each.
/// @param raw  no quotes and no variables: `format: raw`
/// @return nothing when there was an error, which the context has
std::optional<Pairs> read_env_file(Context& context, const std::string& path,
                                   const Variables& lookup, bool raw, const Place& asked,
                                   const std::string& where);

}  // namespace driftless::compose
