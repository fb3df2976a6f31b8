#include "reconcilers/cloudflare/account_access.hpp"

namespace driftless::cloudflare {

asio::awaitable<Result<Zone>> zone_named(AccountAccess& access, std::string name) {
    const auto known = access.zones.find(name);
    if (known != access.zones.end()) co_return known->second;
    Zones zones{access.account};
    auto found = co_await zones.find(name);
    if (found) access.zones.emplace(std::move(name), *found);
    co_return found;
}

}  // namespace driftless::cloudflare
