#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "providers/net/clock.hpp"
#include "tests/support/fake_azure_http.hpp"
#include "tests/support/fake_azure_types.hpp"

namespace driftless::test::arm {

using std::chrono::seconds;

/// What there is, or is becoming.
struct Thing {
    std::string id;     ///< as the service writes it
    std::string asked;  ///< as it was created with: what most answers repeat
    const Row* row = nullptr;
    std::string name;
    std::string subscription;
    std::string group;
    std::string above;  ///< folded
    json wanted;        ///< the whole of what clients sent, write-only values too
    json before;        ///< `wanted` before the write that goes on
    json body;          ///< what a GET shows, less what is made up for each answer
    std::string state;  ///< provisioningState; "" where the type has none
    net::WallTime created{};
    net::WallTime modified{};
    net::SteadyTime seen_from{};  ///< a GET says 404 before
    std::size_t version = 1;      ///< of its etag
    std::string operation;        ///< folded path of what goes on with it
    bool is_going = false;        ///< it is being removed
};

/// What was begun and takes a while.
struct Operation {
    std::string path;  ///< of Azure-AsyncOperation, letters as announced
    std::string name;
    std::string thing;  ///< folded id
    const Row* row = nullptr;
    Move move;
    bool is_removal = false;
    bool is_location = false;  ///< polled by Location: 202 … 200 or 204
    net::WallTime started{};
    net::SteadyTime ends{};
    net::SteadyTime forgotten{};  ///< its record is gone: OperationIdNotFound
    std::string status = "InProgress";
    std::string code;
    std::string message;
    std::string results;                  ///< path of Location, where both are announced
    json answer = nullptr;                ///< what Location gives in the end
    std::function<void(Operation&)> end;  ///< its effect; may set status, code and message
    std::size_t polls = 0;
    std::string query;  ///< of the URLs
};

struct Revision {
    std::string name;
    json body_template;
    net::WallTime created{};
    net::SteadyTime provisioned{};  ///< Provisioning until then
    net::SteadyTime ready{};        ///< max(): never
    std::string trouble;            ///< why it never gets ready
    bool active = true;
    bool was_ready = false;
    std::size_t restarts = 0;
    net::WallTime replicas_since{};  ///< a restart makes new ones
    json secrets;                    ///< what they were started with: they never see newer ones
};

struct Apps {
    std::vector<Revision> revisions;  ///< oldest first
    std::size_t numbered = 0;
};

struct Execution {
    std::string name;
    net::WallTime started{};
    net::SteadyTime ends{};
    json body_template;
    std::string outcome = "Succeeded";
    bool stopped = false;
    net::WallTime ended{};
};

/// A vault or an account whose name is still taken.
struct Buried {
    Thing thing;
    net::WallTime deleted{};
    std::vector<Thing> children;
};

/// How the service goes about its work; tests turn these.
struct Habits {
    seconds principal_takes{40};  ///< until an identity can be given a role
    seconds ready_lag{20};        ///< from an app's Succeeded to the new revision's readiness
    seconds broken_takes{600};    ///< until a revision that never gets ready fails the app
    seconds visible_after{30};    ///< GET of a new PostgreSQL server
    seconds removal_of_group{0};  ///< 0: as the table says, and as long as what is in it takes
    seconds operations_kept{86400};
    seconds execution_takes{30};
    seconds scales_down_after{300};  ///< nobody asks an app; 0: its replicas stay
    bool begins_asleep = false;      ///< a new revision without minReplicas gets none at all
    seconds token_lives{3600};
    bool tokens_end{false};  ///< one that was given here is refused when its life is over
    double takes{1.0};       ///< of the table's durations
    bool waits_apply{true};  ///< false: Retry-After is always 0
    double wait_scale{1.0};  ///< Retry-After is divided by this
    std::size_t page_size{100};
    bool long_urls{true};     ///< 3 kB of signature in polling URLs
    bool busy_fails{true};    ///< a write to a PostgreSQL server that is at another
    bool counts_calls{true};  ///< token buckets; false: never 429 by themselves
    double reads{250}, read_refill{25}, writes{200}, write_refill{10};
};

struct Bucket {
    double left = -1;  ///< below 0: not used yet
    net::SteadyTime at{};
};

struct Denied {
    std::string action;  ///< "Microsoft.App/containerApps/write", or "*" at its end
    std::string scope;
};

struct World {
    World(net::Clock& on, std::uint64_t seed);

    net::Clock& clock;
    std::uint64_t seed;
    std::string subscription;
    std::string tenant;
    std::string base = "https://management.azure.com";
    Habits habits;
    std::map<std::string, Thing> things;                       ///< by folded id
    std::map<std::string, Operation> operations;               ///< by folded path
    std::map<std::string, Apps> apps;                          ///< by the app's folded id
    std::map<std::string, std::vector<Execution>> executions;  ///< by the job's
    std::map<std::string, Buried> buried;                      ///< by folded "type name"
    std::map<std::string, std::string> broken_images;
    std::set<std::string> locked_secrets;  ///< URLs that no identity of an app may read
    std::map<std::string, net::SteadyTime> principals;  ///< since when one can be given a role
    std::map<std::string, Bucket> buckets;
    std::map<std::string, net::SteadyTime> token_ends;  ///< of those that were given here
    std::vector<Denied> denied;
    std::map<std::string, std::string> failing;  ///< route: code; the next such operation fails
    std::set<std::string> endless;               ///< routes whose operations never end
    std::uint64_t made = 0;

    [[nodiscard]] Thing* find(const std::string& id);
    /// 8-4-4-4-12, another for each text and always the same one for it.
    [[nodiscard]] std::string uuid_of(const std::string& text) const;
    [[nodiscard]] std::string hex_of(const std::string& text, std::size_t digits) const;
    std::string new_uuid() { return uuid_of("made " + std::to_string(++made)); }
    [[nodiscard]] std::vector<Thing*> below(const std::string& id);  ///< all of them, deep
    [[nodiscard]] bool has_ended(const std::string& token) const {
        const auto given = token_ends.find(token);
        return habits.tokens_end && given != token_ends.end() && clock.now() >= given->second;
    }
    [[nodiscard]] std::string time_text(net::WallTime when) const;
    /// Ends what has come to its end by now, in the order of their ends.
    void advance();
};

/// One request that has been let in.
struct Call {
    const Request& request;
    World& world;
    Place place;
    const Row* row = nullptr;
    std::string version;
};

// fake_azure_bodies: what a body becomes
json body_of(const Call& call);  ///< the request's; refuses what is no JSON object
std::string display_location(const std::string& location);
/// Is it a region, in letters of any case and with blanks or without?
bool is_region(const std::string& location);
/// What a GET shows of it, all but what goes by the type's own rules.
json shown(World& world, const Thing& thing);
/// `wanted` over what the service has of itself.
json filled(World& world, const Thing& thing, const json& wanted);
json merged(json base, const json& patch);  ///< RFC 7396, but tags as a whole

// fake_azure_operations
Operation& begin(Call& call, Thing& thing, const Move& move, bool is_removal);
void announce(const World& world, const Operation& operation, Answer& answer);
Answer polled(const Request& request, World& world, Operation& operation);
void wait_header(const World& world, int wait, Answer& answer);

// fake_azure_writes
Answer put_or_patch(Call& call);
Answer removal(Call& call);
void check_place(Call& call);  ///< group, parent, scope: the errors where one is missing

// by type
void check_body(Call& call, const json& body, const Thing* old);  ///< fake_azure_checks
void check_removal(Call& call, const Thing& thing);
std::string app_id(std::string id);  ///< fake_azure_apps
void check_app(Call& call, const json& body, const Thing* old);
void begin_app(World& world, Thing& thing, Operation& operation);
void end_app(World& world, Thing& thing, Operation& operation);
void settle_app(World& world, Thing& app);
bool is_idle_at_zero(const Revision& revision);
bool is_asleep(const World& world, const Revision& revision);  ///< scaled to zero
json app_body(World& world, const Thing& thing);
json job_body(World& world, const Thing& thing);
std::optional<Answer> app_read(Call& call);  ///< revisions, replicas, executions
std::optional<Answer> app_action(Call& call);
void begin_postgres(World& world, Call& call, Thing& server, Operation& operation);
std::optional<Answer> postgres_action(Call& call);
json postgres_body(World& world, const Thing& thing, json body);
json configuration_body(const Thing& thing, json body);
std::vector<json> configurations(World& world, const std::string& server);
std::optional<Answer> buried_call(Call& call);  ///< deletedVaults, deletedAccounts
void bury(World& world, Thing& thing);
/// A restore by PUT. @return whether it was one
bool unbury(Call& call, const json& body);
std::optional<Answer> other_action(Call& call);
std::optional<Answer> token_call(const Request& request, World& world);

}  // namespace driftless::test::arm
