#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/place.hpp"
#include "reconcilers/cloudflare/dns_types.hpp"

namespace driftless::cloudflare {

/// One record as a file of another program tells it.
struct ToldRecord {
    Place place;
    std::string name;  ///< "@", below the zone, or whole with a dot at its end
    std::string type;
    json value;  ///< as `canonical_value` takes it
    std::optional<std::int64_t> ttl = std::nullopt;
    bool proxied = false;
    std::string refused = {};  ///< why it has no place at Cloudflare; empty: see its type
    std::string note = {};     ///< what of it gets lost
};

struct ToldZone {
    std::string name;
    std::vector<ToldRecord> records;
};

}  // namespace driftless::cloudflare
