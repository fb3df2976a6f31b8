#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "providers/azure/resource_id.hpp"
#include "reconcilers/azure/subscription_access.hpp"
#include "reconcilers/imported.hpp"

namespace driftless::azure {

/// One thing that is live, as it is answered.
struct LiveThing {
    ResourceId id;  ///< in its one form
    TypeRow row;
    json body;
};

/// Reads all that there is in one resource group: itself, what it lists, the parts of that as far
/// as their types are known here, and what is attached to any of it. One call a type, or parent;
/// of a type that is not known here one for each, with the newest version that Azure names.
class GroupReader {
public:
    /// @param group  its id in its one form
    GroupReader(SubscriptionAccess& access, std::string group, std::vector<LeftOut>& left_out)
        : access_(access), group_(std::move(group)), left_out_(left_out) {}

    /// @return by id, what stands above first. What could not be read for want of a permission, or
    ///         since Azure refused so much, is told in `left_out`; any other error is one for the
    ///         whole.
    asio::awaitable<Result<std::vector<LiveThing>>> read();

private:
    struct Listed {
        ResourceId id;
        std::string managed_by;
    };
    asio::awaitable<Result<bool>> read_itself();
    asio::awaitable<Result<void>> list_top();
    asio::awaitable<Result<void>> read_known();
    asio::awaitable<Result<void>> read_unknown();
    asio::awaitable<Result<void>> read_parts();
    asio::awaitable<Result<void>> read_attached();
    asio::awaitable<Result<void>> take_list(std::string path, std::string version,
                                            std::string what);
    asio::awaitable<Result<void>> read_one(Listed listed);
    asio::awaitable<Result<std::string>> newest_version(std::string type);
    Result<void> may_go_on(const Error& error, std::string what);
    void add(const json& body);
    [[nodiscard]] std::set<std::string> interfaces_of_endpoints() const;

    SubscriptionAccess& access_;
    std::string group_;
    std::vector<LeftOut>& left_out_;
    std::vector<Listed> listed_;
    std::vector<LiveThing> things_;
    std::set<std::string> seen_;                   ///< folded ids
    std::map<std::string, std::string> versions_;  ///< by folded type, of those not known here
};

}  // namespace driftless::azure
