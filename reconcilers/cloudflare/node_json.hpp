#pragma once

#include <nlohmann/json.hpp>

#include "config/node.hpp"

namespace driftless::cloudflare {

using json = nlohmann::json;

/// What a plain `1.2` is: most kinds have versions of TLS that look so, rules have numbers.
enum class Fractions { texts, numbers };

/// What stands in a manifest, as the API wants it: a plain `true` or `12` is no text, a quoted one
/// is; `on` is a text either way.
json json_of(const Node& node, Fractions fractions = Fractions::texts);

/// The same back: what `json_of` makes `value` of.
Node node_of(const json& value);

}  // namespace driftless::cloudflare
