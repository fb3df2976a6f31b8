#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"

namespace driftless::azure {

/// The id of anything in ARM:
/// "/subscriptions/S/resourceGroups/G/providers/Microsoft.App/containerApps/api", a child's with
/// more pairs of type and name, an extension's with another "/providers/…" behind the id of its
/// scope. The service answers with letters of another case than it was asked with: two ids are one
/// when their `folded` texts are.
/// https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
class ResourceId {
public:
    /// @return `invalid` where it is no id of one resource; a missing first "/" is forgiven
    static Result<ResourceId> parse(std::string_view text);

    [[nodiscard]] std::string text() const;
    /// In lower case: what to compare and to look up with.
    [[nodiscard]] std::string folded() const;
    /// "Microsoft.DBforPostgreSQL/flexibleServers/databases"; of a group
    /// "Microsoft.Resources/resourceGroups", of a subscription "Microsoft.Resources/subscriptions".
    [[nodiscard]] std::string type() const;
    [[nodiscard]] const std::string& name() const { return parts_.back(); }
    [[nodiscard]] std::string subscription() const;
    [[nodiscard]] std::string group() const;  ///< "" for what is in none
    /// A child's parent; an extension's scope; else the group, or the subscription. "" of that one.
    [[nodiscard]] std::string above() const;
    /// What it is a list item of: the id less its name.
    [[nodiscard]] std::string list() const;
    /// For people: the id less its subscription and "resourceGroups" and "providers":
    /// "rg-app/Microsoft.App/containerApps/api".
    [[nodiscard]] std::string shown() const;

private:
    explicit ResourceId(std::vector<std::string> parts) : parts_(std::move(parts)) {}
    /// How many parts, from the end, belong to the last provider: "providers", its name, and pairs.
    [[nodiscard]] std::size_t own_parts() const;

    std::vector<std::string> parts_;  ///< pairs
};

}  // namespace driftless::azure
