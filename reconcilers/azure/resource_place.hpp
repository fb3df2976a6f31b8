#pragma once

#include <optional>
#include <string>

#include "config/reading.hpp"
#include "config/settings.hpp"
#include "reconcilers/azure/types.hpp"

namespace driftless::azure {

/// Finds where a resource stands: reads `resourceGroup`, `parent` and `scope` of a spec, and says
/// what is wrong with them.
class PlaceReader {
public:
    PlaceReader(const TypeRow& row, const AzureEndpoint& endpoint, MapReader& reader)
        : row_(row), endpoint_(endpoint), reader_(reader) {}

    /// What the resource's own types and names follow: the scope of an extension, the group, or the
    /// subscription. None: there is a finding.
    std::optional<std::string> read_base();
    /// The id in its one form; `name` is the resource's own.
    std::optional<std::string> read_id(const std::string& name);

private:
    std::optional<std::string> read_group();
    std::optional<std::string> read_scope();
    std::optional<std::string> scope_of_text(const Node& node);
    std::optional<std::string> id_of_kind(const Node& node);
    std::optional<std::string> checked_scope(const Node& node, const std::string& id);
    [[nodiscard]] bool may_use(const std::string& group) const;
    [[nodiscard]] std::string subscription() const;
    void refuse_group(const Place& place, const std::string& where, const std::string& group);

    const TypeRow& row_;
    const AzureEndpoint& endpoint_;
    MapReader& reader_;
};

}  // namespace driftless::azure
