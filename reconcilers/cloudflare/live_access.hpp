#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "providers/cloudflare/access.hpp"
#include "reconcilers/cloudflare/account_access.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless::cloudflare {

inline constexpr std::string_view access_group_kind = "cloudflare.access_group";
inline constexpr std::string_view access_policy_kind = "cloudflare.access_policy";
inline constexpr std::string_view access_application_kind = "cloudflare.access_application";
inline constexpr std::string_view access_service_token_kind = "cloudflare.access_service_token";

std::string_view kind_of(AccessSort sort);

/// Which list call shows them.
std::string access_collection(AccessSort sort);

/// Groups, policies and service tokens can carry no mark but their name: "driftless.bnx-home.staff"
/// of the manifest `staff`. An installation's name holds no dot.
std::string access_name(const std::string& installation, const std::string& name);
/// What applications carry: a tag, "driftless-bnx-home".
std::string access_tag(const std::string& installation);

/// How the tag of every installation begins.
inline constexpr std::string_view any_access_tag = "driftless-";

/// What only one of a sort can hold: its name.
std::string claim_of_name(AccessSort sort, const std::string& name);

/// One of them, and what it means to us.
struct KeyedAccess {
    AccessObject object;
    std::string name;  ///< of its key; of another's: one that no manifest can have
    Owner owner = Owner::foreign;
};

/// Whose each is: ours is what the inventory knows by its id, and what has our mark. One with the
/// name that git declares, made by somebody else, stands in the place of ours. Of two with the same
/// mark the one that the inventory knows is ours, else the elder.
std::vector<KeyedAccess> keyed_access(AccessSort sort, std::vector<AccessObject> all,
                                      const AccountAccess& access, const Facts& facts);

/// All of a sort, as one collection.
/// @param seen  what the plan is to see of each
asio::awaitable<Reads> observe_access(AccessSort sort, AccountAccess& access, const Run& run,
                                      std::function<Live(const KeyedAccess&)> seen);

}  // namespace driftless::cloudflare
