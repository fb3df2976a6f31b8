#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/node.hpp"
#include "reconcilers/cloudflare/dns_types.hpp"
#include "reconcilers/import_words.hpp"
#include "reconcilers/imported.hpp"

namespace driftless::cloudflare {

/// A set of records as a manifest can say it: all of one name and type. What is left out counts as
/// usual: an automatic ttl, not proxied.
struct SetWords {
    std::string what;  ///< for people, of the whole and where it comes from
    Place place;       ///< no two sets of a zone have the same
    std::string name;  ///< whole, in canonical form
    const DnsType* type = nullptr;
    std::vector<json> values;  ///< canonical
    std::optional<int> ttl = std::nullopt;
    bool proxied = false;
    std::string comment = {};
    std::vector<std::string> tags = {};
    std::vector<std::string> settings = {};  ///< those that are on
};

/// One zone to be written down.
struct ZoneWords {
    std::string zone;  ///< its name, canonical
    std::string target;
    std::string comment;  ///< stands above the manifest
    std::vector<SetWords> sets = {};
    std::vector<std::string> notes = {};
};

/// The manifest of a zone, `DnsZone`. Sets that expansion refuses, or that exclude one before them,
/// go to `made.left_out` with the reason; without any set there is no manifest.
void write_zone(ZoneWords words, Imported& made);

}  // namespace driftless::cloudflare
