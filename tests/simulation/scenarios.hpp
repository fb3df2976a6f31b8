#pragma once

#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace driftless::test {

using Commit = std::map<std::string, std::string>;  ///< path -> text

/// A change of a commit that the crash sweep dies in.
struct Scenario {
    std::string name;
    std::vector<std::string> targets{"mini1"};
    Commit before;  ///< empty: nothing was ever here
    Commit after;
    /// The tags that move together with the commit, and what VERSION they stand for before and
    /// then.
    std::map<std::string, std::pair<std::string, std::string>> moved = {};
    /// Of each group, one container must run whenever nothing is under way: services that are never
    /// left stopped. By Compose's names; "mini2:web" on another target.
    std::vector<std::vector<std::string>> served;
    /// What the end is, as "mini1 name state", for containers of ours.
    std::vector<std::string> end;
    int api_minor = 41;  ///< of the engines
};

const std::vector<Scenario>& scenarios();
inline void PrintTo(const Scenario& scenario, std::ostream* out) {
    *out << scenario.name;
}

/// A ComposeProject manifest at `NAME.yaml` and its compose file at `NAME/compose.yaml`.
Commit project(const std::string& name, const std::string& compose,
               const std::string& target = "mini1", const std::string& more = "");
/// A DnsZone manifest for `edge` at `zone.yaml`, with these lines below `records:`.
Commit zone(const std::string& records);
/// A Tunnel manifest for `edge` at `NAME.yaml`, with these lines below `ingress:`, and others below
/// `spec:`.
Commit tunnel(const std::string& name, const std::string& ingress, const std::string& more = "");
/// A manifest of Access for `edge`, such as AccessGroup, with these lines below `spec:`.
Commit access(const std::string& kind, const std::string& name, const std::string& spec);
/// A PagesProject manifest for `edge` at `NAME.yaml` that publishes these files, with others lines
/// below `spec:`.
Commit pages(const std::string& name, const Commit& site, const std::string& more = "");
/// A Ruleset manifest for bnx.dev's http_request_firewall_custom at `NAME.yaml`, with these lines
/// below `rules:`, and others below `spec:`.
Commit ruleset(const std::string& name, const std::string& rules, const std::string& more = "");
Commit joined(Commit one, const Commit& other);

}  // namespace driftless::test
