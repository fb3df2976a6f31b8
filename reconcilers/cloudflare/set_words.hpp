#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/node.hpp"
#include "reconcilers/cloudflare/dns_types.hpp"
#include "reconcilers/expand.hpp"
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

/// A manifest's name that is as near to `text` as such names can be.
std::string manifest_name(const std::string& text);

/// The head of every manifest: apiVersion, kind, metadata, target, and an empty spec.
Node manifest_head(const std::string& kind, const std::string& name, const std::string& target);

/// A text as a node that is one whatever it looks like.
Node text_node(const std::string& text);

/// What a manifest expands to that names no file and no secret.
Expanded expand_alone(const Node& document, Expanded (*expand)(const Expansion&),
                      const std::string& installation);

/// Why some text in it can't stand in a manifest; "" where all can.
std::string trouble_with_text(const json& value);

/// The manifest of a zone, `DnsZone`. Sets that expansion refuses, or that exclude one before them,
/// go to `made.left_out` with the reason; without any set there is no manifest.
void write_zone(ZoneWords words, Imported& made);

}  // namespace driftless::cloudflare
