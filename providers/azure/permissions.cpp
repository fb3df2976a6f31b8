#include "providers/azure/permissions.hpp"

#include <algorithm>

#include "config/base/lower_case.hpp"

namespace driftless::azure {
namespace {

/// `*` stands for any text, slashes too.
bool covers(std::string_view pattern, std::string_view action) {
    const auto star = pattern.find('*');
    if (star == pattern.npos) return pattern == action;
    if (!action.starts_with(pattern.substr(0, star))) return false;
    const auto rest = pattern.substr(star + 1);
    for (std::size_t at = star; at <= action.size(); ++at) {
        if (covers(rest, action.substr(at))) return true;
    }
    return false;
}

bool any_covers(const std::vector<std::string>& patterns, const std::string& action) {
    return std::ranges::any_of(patterns, [&](const std::string& pattern) {
        return pattern.size() < 256 && std::ranges::count(pattern, '*') < 5 &&
               covers(lower_case(pattern), action);
    });
}

std::vector<std::string> texts_at(const json& item, const char* key) {
    std::vector<std::string> texts;
    const auto found = item.find(key);
    if (found == item.end() || !found->is_array()) return texts;
    for (const json& each : *found) {
        if (each.is_string()) texts.push_back(each.get<std::string>());
    }
    return texts;
}

}  // namespace

bool Permissions::may(std::string_view action) const {
    const std::string folded = lower_case(action);
    return std::ranges::any_of(parts_, [&](const Part& part) {
        return any_covers(part.actions, folded) && !any_covers(part.less, folded);
    });
}

asio::awaitable<Result<Permissions>> permissions_at(Arm& arm, std::string scope) {
    std::vector<Permissions::Part> parts;
    TakeItem take = [&parts](const json& item) -> Result<void> {
        parts.push_back({texts_at(item, "actions"), texts_at(item, "notActions")});
        return {};
    };
    const std::string target =
        scope + "/providers/Microsoft.Authorization/permissions?api-version=2022-04-01";
    auto listed = co_await arm.list(target, std::move(take));
    if (!listed) co_return std::move(listed).error();
    co_return Permissions{std::move(parts)};
}

const std::vector<NeededAction>& needed_actions() {
    static const std::vector<NeededAction> actions{
        {"all kinds, to look", "Microsoft.Resources/subscriptions/resourceGroups/read"},
        {"ContainerApp, ContainerAppJob", "Microsoft.App/containerApps/write"},
        {"ManagedEnvironment", "Microsoft.App/managedEnvironments/write"},
        {"PostgresFlexibleServer", "Microsoft.DBforPostgreSQL/flexibleServers/write"},
        {"AzureOpenAI", "Microsoft.CognitiveServices/accounts/write"},
        {"KeyVault", "Microsoft.KeyVault/vaults/write"},
        {"FrontDoor…", "Microsoft.Cdn/profiles/write"},
        {"VirtualNetwork, PrivateEndpoint", "Microsoft.Network/virtualNetworks/write"},
        {"PrivateDnsZone", "Microsoft.Network/privateDnsZones/write"},
        {"ManagedIdentity", "Microsoft.ManagedIdentity/userAssignedIdentities/write"},
        {"RoleAssignment", "Microsoft.Authorization/roleAssignments/write"},
    };
    return actions;
}

}  // namespace driftless::azure
