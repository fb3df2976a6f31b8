#pragma once

#include <string>
#include <vector>

#include "providers/cloudflare/account.hpp"

namespace driftless::cloudflare {

/// One setting of a zone, as it is.
struct ZoneSetting {
    std::string id;           ///< "min_tls_version"
    json value;               ///< "1.2"; of ssl_recommender: whether it is on
    bool editable = true;     ///< false: not within the zone's plan, or never
    std::string modified_on;  ///< empty: it never was
};

/// https://developers.cloudflare.com/api/resources/zones/subresources/settings/
class ZoneSettings {
public:
    explicit ZoneSettings(Account& account) : account_(account) {}

    /// All of them. Changes nothing; safe to repeat.
    asio::awaitable<Result<std::vector<ZoneSetting>>> list(std::string zone_id);
    /// Safe to repeat. @return `invalid`: no such setting, value, or not within the plan
    asio::awaitable<Result<void>> change(std::string zone_id, ZoneSetting setting);

private:
    Account& account_;
};

}  // namespace driftless::cloudflare
