#pragma once

#include <nlohmann/json.hpp>

#include "config/node.hpp"

namespace driftless::cloudflare {

using json = nlohmann::json;

/// As YAML means it: numbers and true are no texts. `on` is one, as the API wants it.
json json_of(const Node& node);

}  // namespace driftless::cloudflare
