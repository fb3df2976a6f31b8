#pragma once

#include <memory>
#include <string>

#include "config/base/secret.hpp"
#include "providers/net/clock.hpp"
#include "providers/net/http.hpp"
#include "reconcilers/target.hpp"

namespace driftless::cloudflare {

/// What a Cloudflare target is made of.
struct AccountParts {
    std::string target;  ///< its name in the settings
    std::string installation;
    std::string account_id;
    Secret token;
    std::unique_ptr<net::HttpTransport> transport;  ///< to the API's base URL
};

/// One account, with its kinds, and one pacer for all of its calls: a quarter of what Cloudflare
/// allows, hour after hour. Outlived by `clock`.
std::unique_ptr<Target> make_account_target(AccountParts parts,
                                            const net::asio::any_io_executor& executor,
                                            net::Clock& clock);

}  // namespace driftless::cloudflare
