#pragma once

#include <memory>
#include <string>

#include "config/base/secret.hpp"
#include "config/base/secret_sink.hpp"
#include "providers/net/blocking.hpp"
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
    SecretSink* sink = nullptr;  ///< for what is shown once; none: such things are not made
    std::unique_ptr<net::HttpTransport> transport;  ///< to the API's base URL, at the token's pace
};

/// One account, with its kinds. Outlived by `clock` and `lane`, which reads the files of commits.
std::unique_ptr<Target> make_account_target(AccountParts parts, net::Clock& clock, net::Lane& lane);

}  // namespace driftless::cloudflare
