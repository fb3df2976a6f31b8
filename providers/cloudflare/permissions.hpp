#pragma once

#include <string>
#include <vector>

#include "providers/cloudflare/account.hpp"

namespace driftless::cloudflare {

/// A permission of the token, and what came of the cheapest read that needs it.
struct Permission {
    std::string
        name;  ///< "DNS": `DNS Read` was tried; whether it may write shows at the first write
    Result<void> read;  ///< `forbidden`: the token lacks it; any other error: not known
};

/// Tries each permission that a kind of ours reads with, by one small call; those for zones in the
/// first zone that the token sees. Changes nothing; safe to repeat.
/// @return in the order of the README; without a zone those for zones are left out
/// https://developers.cloudflare.com/fundamentals/api/reference/permissions/
asio::awaitable<std::vector<Permission>> try_permissions(Account& account);

}  // namespace driftless::cloudflare
