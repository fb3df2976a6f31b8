#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace driftless::cloudflare {

using json = nlohmann::json;

/// What a request to a service may be told by `originRequest`.
struct OriginKey {
    std::string_view name;  ///< as the API names it
    json usual;             ///< what counts where it is left out: also its type
};
const std::vector<OriginKey>& origin_keys();

/// The one form of `originRequest`: without what is as usual, so that what git says and what the
/// service fills in compare. Unknown keys are left out.
json canonical_origin(const json& request);

/// The one form of a rule: `service`, and what else it has of `hostname`, `path`, `originRequest`.
json canonical_rule(const json& rule);

/// What is ours of a configuration, in the form of the declared spec.
/// @param hidden  hostnames whose rules don't count
json canonical_config(const json& config, const std::set<std::string>& hidden = {});

/// `config` with `spec`'s rules and request in place of its own; all else in it stays.
/// @param kept  hostnames whose rules stay beside the new ones
json config_with(json config, const json& spec, const std::set<std::string>& kept);

}  // namespace driftless::cloudflare
