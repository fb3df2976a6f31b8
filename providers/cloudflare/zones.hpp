#pragma once

#include <string>
#include <vector>

#include "providers/cloudflare/account.hpp"

namespace driftless::cloudflare {

struct Zone {
    std::string id;
    std::string name;  ///< "bnx.dev", in ASCII
    std::string plan;  ///< "free", "pro", "business", "enterprise"; "" where it isn't told

    /// How many changes one batch of its records may hold.
    [[nodiscard]] std::size_t batch_limit() const;
};

/// https://developers.cloudflare.com/api/resources/zones/
class Zones {
public:
    explicit Zones(Account& account) : account_(account) {}

    /// Changes nothing; safe to repeat.
    /// @return `not_found`: the account has none of this name, or the token may not see it
    asio::awaitable<Result<Zone>> find(std::string name);
    /// All zones of the account that the token may see, by name. Changes nothing; safe to repeat.
    asio::awaitable<Result<std::vector<Zone>>> list();

private:
    Account& account_;
};

}  // namespace driftless::cloudflare
