#pragma once

#include <nlohmann/json.hpp>

#include "config/node.hpp"

namespace driftless::cloudflare {

using json = nlohmann::json;

/// What stands in a manifest, as the API wants it: a plain `true` or `12` is no text, a quoted one
/// is; `on` and `1.2` are texts either way.
json json_of(const Node& node);

/// The same back: what `json_of` makes `value` of.
Node node_of(const json& value);

}  // namespace driftless::cloudflare
