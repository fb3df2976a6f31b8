#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "providers/azure/arm.hpp"

namespace driftless::azure {

/// What the caller may do at a scope, all its roles taken together.
class Permissions {
public:
    /// One role's part: what it allows, less what it leaves out.
    struct Part {
        std::vector<std::string> actions;  ///< "Microsoft.App/*/read"; `*` is any text
        std::vector<std::string> less;
    };
    explicit Permissions(std::vector<Part> parts) : parts_(std::move(parts)) {}

    /// @param action  "Microsoft.App/containerApps/write", in any case
    [[nodiscard]] bool may(std::string_view action) const;

private:
    std::vector<Part> parts_;
};

/// Changes nothing; safe to repeat.
/// @param scope  "/subscriptions/S/resourceGroups/G"
/// @return `not_found`: there is no such group; `forbidden`: we may see nothing there; else as
///         Arm::send
/// https://learn.microsoft.com/rest/api/authorization/permissions/list-for-resource-group
asio::awaitable<Result<Permissions>> permissions_at(Arm& arm, std::string scope);

/// An action that a kind of manifest can't do without.
struct NeededAction {
    std::string_view kinds;  ///< "KeyVault": for a person who has to give it
    std::string_view action;
};
const std::vector<NeededAction>& needed_actions();

}  // namespace driftless::azure
