#pragma once

#include <set>
#include <string>
#include <vector>

#include "providers/cloudflare/dns.hpp"
#include "reconcilers/cloudflare/set_words.hpp"

namespace driftless::cloudflare {

/// The records of one live zone.
struct LiveZone {
    std::string name;
    std::vector<Record> records;
};

/// Whose a live zone's records are told to.
struct ImportView {
    std::string target;
    std::string installation;
    /// Names of records that a tunnel's manifest declares: "app.bnx.dev/CNAME".
    std::set<std::string> of_tunnels = {};
};

/// Writes down what a first plan adopts. All else is left out, with the reason: what a service of
/// Cloudflare's made, what somebody's driftless looks after already, and what no manifest can say.
void import_records(LiveZone zone, const ImportView& view, Imported& made);

}  // namespace driftless::cloudflare
