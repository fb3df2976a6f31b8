#include "config/settings_names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/base/nearest.hpp"
#include "config/base/resource_key.hpp"
#include "config/settings_grammar.hpp"

namespace driftless {

std::vector<std::string> read_target_names(MapReader& map, const Settings& settings) {
    std::vector<std::string> known;
    for (const auto& [name, target] : settings.targets) known.push_back(name);
    std::vector<std::string> names = map.texts("targets");
    for (const std::string& name : names) {
        if (settings.targets.contains(name)) continue;
        const auto& items = map.get("targets")->items;
        map.error(std::ranges::find(items, name, &Node::text)->place,
                  fmt::format("{}: there is no target {}{}", map.where("targets"), in_quotes(name),
                              did_you_mean(name, known)));
    }
    return names;
}

std::string read_secret_name(const Node& node, const std::string& where, const Settings& settings,
                             Findings& findings) {
    if (!node.is_map()) {
        findings.push_back({Finding::Severity::error, node.place,
                            where + ": expected {secret: NAME}; what is secret never stands here"});
        return {};
    }
    MapReader map{node, where, findings};
    map.require("secret");
    std::string secret = read_text(map, "secret", "", is_name, "a secret's name");
    map.finish();
    const auto& named = settings.secrets.named;
    if (secret.empty() || !settings.secrets.folder.empty() || named.contains(secret)) return secret;
    std::vector<std::string> known;
    for (const auto& [name, where_from] : named) known.push_back(name);
    map.error(node.place, fmt::format("{}: there is no secret {}{}", where, in_quotes(secret),
                                      did_you_mean(secret, known)));
    return secret;
}

}  // namespace driftless
