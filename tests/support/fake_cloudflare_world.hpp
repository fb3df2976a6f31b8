#pragma once

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "providers/net/clock.hpp"
#include "tests/support/fake_cloudflare_http.hpp"
#include "tests/support/virtual_clock.hpp"

namespace driftless::test {

/// A DNS record as the service holds it: already in its canonical form.
struct CloudflareRecord {
    std::string id;
    std::uint64_t number = 0;  ///< in the order they were made
    std::string type;
    std::string name;
    std::string content;
    json data;                    ///< of the types that have it; else null
    std::optional<int> priority;  ///< of MX and URI
    int ttl = 1;
    bool proxiable = false;
    bool proxied = false;
    json settings = json::object();
    json meta = json::object();
    std::string comment;  ///< empty: null
    std::vector<std::string> tags;
    std::string created_on;
    std::string modified_on;
    std::string comment_modified_on;  ///< empty: never
    std::string tags_modified_on;

    [[nodiscard]] bool read_only() const { return meta.value("read_only", false); }
};

/// Records are never changed, only replaced: so the copy that a batch works on, and the past that
/// a stale read sees, cost nothing but a map. That is why they are shared.
using SharedRecord = std::shared_ptr<const CloudflareRecord>;

struct CloudflareZone {
    std::string id;
    std::string name;
    std::string plan = "free";  ///< plan.legacy_id: free, pro, business, enterprise
    std::string status = "active";
    std::string type = "full";
    std::string created_on;
    std::map<std::string, SharedRecord> records;           ///< by id
    std::map<std::string, std::set<std::string>> by_name;  ///< ids
    std::map<std::string, json> settings;                  ///< what differs from the default
    std::map<std::string, std::string> settings_changed;   ///< id -> when
    std::optional<net::SteadyTime> development_until;      ///< development_mode ends by itself
    std::map<std::string, json> rulesets;                  ///< by id

    [[nodiscard]] bool paid() const { return plan != "free"; }
    void put(CloudflareRecord record);
    void erase(const std::string& id);
};

/// A cloudflared that is connected, or was: what it leaves behind goes only with a clean-up.
struct CloudflareConnector {
    std::string id;
    std::string since;
    bool running = true;
};

struct CloudflareAsset {
    std::string bytes;
    std::string content_type;
};

/// Everything that the account holds. A value: copied for stale reads.
struct CloudflareState {
    std::map<std::string, CloudflareZone> zones;  ///< by id
    std::map<std::string, json> tunnels;          ///< by id; members with "_" are never shown
    std::map<std::string, std::vector<CloudflareConnector>> connectors;  ///< by tunnel
    std::map<std::string, json> access_apps, access_policies, access_groups, access_tokens,
        access_tags;
    std::map<std::string, json> rulesets;           ///< of the account
    std::map<std::string, json> projects;           ///< of Pages, by name
    std::map<std::string, CloudflareAsset> assets;  ///< uploaded files of Pages, by their hash
    std::map<std::string, net::SteadyTime> upload_tokens;  ///< when each ends
};

/// What one product refuses to a token.
struct Denial {
    int code = 10000;     ///< 10000 or 9109
    bool writes = false;  ///< only these
};

struct CloudflareToken {
    std::string id{};
    std::string status = "active";           ///< disabled, expired
    bool of_account = true;                  ///< verified at the account, not at the user
    std::map<std::string, Denial> denied{};  ///< by product
    std::set<std::string> zones{};           ///< ids that it may see; empty: all
    std::size_t used = 0;                    ///< calls in the present window
    net::SteadyTime window_ends{};
    net::SteadyTime blocked_until{};
};

/// How the service answers where it is known to answer in more than one way.
struct CloudflareHabits {
    /// A DNS validation error: 1004 with error_chain; the cause alone, bare; 1004 with the
    /// cause's words, without a chain.
    enum class DnsErrors { chained, bare, unchained };
    DnsErrors dns_errors = DnsErrors::chained;
    /// 200 where the service says 201, 202 or 204: for validators whose document knows 200 alone.
    bool plain_status = false;
    bool quotes_txt = true;  ///< a TXT that was sent bare comes back quoted
    /// Of records to which nobody gave any: as recorded ({}, with flatten_cname of a CNAME), all
    /// of them false, or no such member.
    enum class Settings { recorded, filled, omitted };
    Settings settings = Settings::recorded;
    bool shows_zone_of_record = false;                  ///< the older zone_id, zone_name, locked
    bool fills_tunnel_config = true;                    ///< defaults of originRequest come back
    bool shows_tunnel_token = true;                     ///< in the answer to a tunnel's creation
    std::chrono::milliseconds config_reaches_in{2000};  ///< a connector, after it was put
    bool shows_config_src = true;                       ///< else remote_config
    std::chrono::minutes upload_token_lasts{30};
    bool expired_jwt_in_words = false;  ///< 403 "Expired JWT" in plain text, not 401/8000013
    std::chrono::milliseconds deploy_takes{3000};
    bool deploys_fail = false;
    std::chrono::seconds domain_takes{60};     ///< from a right CNAME to "active"
    std::set<std::string> taken_pages_labels;  ///< of others: the subdomain gets a suffix
    bool account_has_record_quota = false;     ///< then a zone tells none
    std::size_t free_records = 200;            ///< quota of a zone; 1,000 before 2024-09
    std::size_t paid_records = 3500;
};

/// The account and its clock: what every handler works on.
struct CloudflareWorld {
    CloudflareWorld(net::Clock& with, std::uint64_t seed);

    net::Clock& clock;
    testing::SeededRandom random;
    std::string account;
    std::string account_name = "BNX";
    std::map<std::string, CloudflareToken> tokens;  ///< by their secret
    CloudflareState state;
    CloudflareHabits habits;
    std::uint64_t made = 0;  ///< records, over all zones

    std::string hex_id();
    std::string uuid();
    [[nodiscard]] std::string now() const;  ///< "2026-01-01T00:00:00.000000Z"
    [[nodiscard]] std::size_t record_quota(const CloudflareZone& zone) const;
};

/// One request on its way to what answers it.
struct CloudflareCall {
    const CloudflareRequest& request;
    CloudflareWorld& world;
    CloudflareToken& token;
    std::vector<std::string> ids{};  ///< what each {} of the route stands for

    /// The zone that the route begins with. Refuses what the token can't see (9109).
    [[nodiscard]] CloudflareZone& zone() const;
    /// Whether the token may see it.
    [[nodiscard]] bool sees(const CloudflareZone& zone) const;
};

struct CloudflareRoute {
    net::Method method;
    std::string path;     ///< "/zones/{}/dns_records"
    std::string product;  ///< what a permission is for: zones, dns, zone_settings, tunnels, …
    CloudflareAnswer (*answer)(CloudflareCall& call);
};

std::vector<CloudflareRoute> zone_routes();
std::vector<CloudflareRoute> dns_routes();

json shown(const CloudflareRecord& record, const CloudflareZone& zone,
           const CloudflareHabits& habits);

}  // namespace driftless::test
