#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_azure_world.hpp"

namespace driftless::test::arm {

namespace {

constexpr std::string_view server_type = "Microsoft.DBforPostgreSQL/flexibleServers";

/// A few of the 247 settings of a server.
struct Setting {
    std::string_view name;
    std::string_view value;
    std::string_view type;
    std::string_view allowed;
    bool dynamic = true;
    bool read_only = false;
};
constexpr Setting settings[] = {
    {"autovacuum", "on", "Boolean", "on,off"},
    {"azure.extensions", "", "Set", "citext,hstore,pgcrypto,postgis,uuid-ossp,vector"},
    {"log_min_duration_statement", "-1", "Integer", "-1-2147483647"},
    {"max_connections", "859", "Integer", "25-5000", false},
    {"pgaudit.log", "none", "Set", "none,read,write,function,role,ddl,misc,all"},
    {"require_secure_transport", "on", "Boolean", "on,off"},
    {"server_version", "16", "String", "", false, true},
    {"shared_buffers", "524288", "Integer", "16-1073741823", false},
    {"shared_preload_libraries", "pg_cron,pg_stat_statements", "Set",
     "auto_explain,pg_cron,pgaudit,pg_stat_statements", false},
    {"wal_level", "replica", "Enumeration", "replica,logical", false},
    {"work_mem", "4096", "Integer", "4096-2097151"},
};

/// The server that a thing of PostgreSQL belongs to: itself, or its parent.
std::string server_of(const Thing& thing) {
    return thing.row->type == server_type ? low(thing.id) : thing.above;
}

bool is_busy(const World& world, const std::string& server, const std::string& but) {
    return std::ranges::any_of(world.operations, [&](const auto& entry) {
        const Operation& operation = entry.second;
        if (operation.status != "InProgress" || entry.first == but) return false;
        return operation.thing == server || operation.thing.starts_with(server + "/");
    });
}

std::string operation_word(const Thing& thing, bool is_removal) {
    const std::string_view word = thing.row->last_word();
    if (word == "configurations") return "UpdateOrcasServerParameterManagementOperation";
    const std::string begin = is_removal ? "Drop" : "Upsert";
    if (word == "databases") return begin + "ServerDatabaseManagementOperation";
    if (word == "firewallRules") return begin + "ServerFirewallRulesManagementOperation";
    if (word == "administrators") return begin + "ServerActiveDirectoryAdministratorOperation";
    return is_removal ? "DropServerManagementOperation" : "UpsertServerManagementOperationV2";
}

void fail_busy(Operation& operation, const std::string& server) {
    operation.status = "Failed";
    operation.code = "ServerIsBusy";
    operation.message = fmt::format(
        "Server '{}' is busy processing another operation. Please try "
        "again later.",
        server.substr(server.rfind('/') + 1));
}

}  // namespace

/// Taken in any case; whoever comes while the server is at something fails in the end.
void begin_postgres(World& world, Call& call, Thing& thing, Operation& operation) {
    const std::string server = server_of(thing);
    const std::string self = low(operation.path);
    const bool busy = world.habits.busy_fails && is_busy(world, server, self);
    const bool is_new = thing.body.is_null();
    operation.answer = operation_word(thing, operation.is_removal);
    const std::string id = low(thing.id);
    if (busy) {
        const bool was_there = !is_new;
        operation.end = [&world, id, server, was_there](Operation& ended) {
            fail_busy(ended, server);
            Thing* found = world.find(id);
            if (found == nullptr) return;
            if (!was_there) {
                world.things.erase(id);
                return;
            }
            found->is_going = false;
            found->wanted = found->before;
        };
        if (is_new) thing.seen_from = net::SteadyTime::max();
        return;
    }
    if (operation.is_removal) {
        if (thing.row->type == server_type) thing.state = "Dropping";
        return;
    }
    Thing* parent = world.find(server);
    if (thing.row->type == server_type) {
        thing.state = is_new ? "Starting" : "Updating";
        if (!is_new && text_at(thing.body, "/sku/name") != text_at(thing.wanted, "/sku/name")) {
            operation.ends += std::chrono::seconds{550};
        }
        if (is_new) thing.seen_from = world.clock.now() + world.habits.visible_after;
        if (is_new) thing.body = filled(world, thing, thing.wanted);
    } else if (is_new) {
        thing.seen_from = operation.ends;
    }
    const bool is_stopped = parent != nullptr && parent->state == "Stopped";
    operation.end = [&world, id, is_stopped](Operation& ended) {
        Thing* found = world.find(id);
        if (found == nullptr) return;
        if (is_stopped) {
            ended.status = "Failed";
            ended.code = "ServerNotReady";
            ended.message = "The server is stopped: start it before other operations.";
            if (found->body.is_null()) world.things.erase(id);
            return;
        }
        if (found->row->type == server_type) found->state = "Ready";
        found->body = filled(world, *found, found->wanted);
    };
    (void)call;
}

json postgres_body(World& world, const Thing& thing, json body) {
    json& properties = body["properties"];
    properties.erase("provisioningState");
    if (thing.row->type == "Microsoft.DBforPostgreSQL/flexibleServers/databases") {
        properties["charset"] = same_word(text_at(properties, "/charset"), "utf8")
                                    ? "UTF8"
                                    : text_at(properties, "/charset");
    }
    if (thing.row->type != server_type) return body;
    properties["state"] = thing.state;
    properties.erase("administratorLoginPassword");
    properties.erase("createMode");
    for (const char* path :
         {"/properties/maintenanceWindow/customWindow", "/properties/storage/autoGrow",
          "/properties/network/publicNetworkAccess"}) {
        std::string word = text_at(body, path);
        if (word.empty()) continue;
        word.front() = static_cast<char>(word.front() >= 'a' ? word.front() - 32 : word.front());
        body[json::json_pointer{path}] = word;
    }
    if (!same_word(text_at(body, "/properties/highAvailability/mode"), "Disabled")) {
        properties["highAvailability"]["state"] = "Healthy";
        properties["highAvailability"].emplace("standbyAvailabilityZone", "2");
    }
    (void)world;
    return body;
}

json configuration_body(const Thing& thing, json body) {
    const Setting* found = std::ranges::find_if(
        settings, [&thing](const Setting& one) { return one.name == thing.name; });
    const Setting one =
        found == std::end(settings) ? Setting{thing.name, "", "String", ""} : *found;
    json& properties = body["properties"];
    const bool by_user = same_word(text_at(properties, "/source"), "user-override");
    if (!by_user) properties["value"] = one.value;
    const bool differs = text_at(properties, "/value") != one.value;
    properties["description"] = fmt::format("The setting {}.", one.name);
    properties["defaultValue"] = one.value;
    properties["dataType"] = one.type;
    properties["allowedValues"] = one.allowed;
    properties["source"] = by_user ? "user-override" : "system-default";
    properties["isDynamicConfig"] = one.dynamic;
    properties["isReadOnly"] = one.read_only;
    const json pending = at_or_null(thing.wanted, "/_pending");
    properties["isConfigPendingRestart"] = !one.dynamic && differs && pending != json(false);
    properties["documentationLink"] = "https://www.postgresql.org/docs/current/runtime-config.html";
    return body;
}

std::vector<json> configurations(World& world, const std::string& server) {
    std::vector<json> all;
    const Thing* owner = world.find(server);
    if (owner == nullptr) return all;
    for (const Setting& one : settings) {
        const std::string id = owner->id + "/configurations/" + std::string{one.name};
        if (const Thing* set = world.find(id);
            set != nullptr && set->seen_from <= world.clock.now()) {
            all.push_back(shown(world, *set));
            continue;
        }
        Thing plain_one;
        plain_one.id = id;
        plain_one.name = one.name;
        plain_one.row = row_of("Microsoft.DBforPostgreSQL/flexibleServers/configurations");
        plain_one.body = {{"properties", json::object()}};
        all.push_back(shown(world, plain_one));
    }
    return all;
}

std::optional<Answer> postgres_action(Call& call) {
    const std::string action = low(call.place.action);
    const bool is_power = action == "start" || action == "stop" || action == "restart";
    if (!same_word(call.place.type, server_type) || !is_power) return std::nullopt;
    World& world = call.world;
    Thing* server = world.find(call.place.id);
    if (server == nullptr) {
        throw Refusal{404, "ResourceNotFound",
                      fmt::format("The server '{}' was not found.", call.place.name)};
    }
    const int takes = action == "start" ? 245 : action == "stop" ? 368 : 62;
    Operation& operation = begin(call, *server, {202, "AL", 15, takes}, false);
    const std::string path = low(operation.path);
    if (is_busy(world, low(server->id), path)) {
        operation.end = [id = low(server->id)](Operation& ended) { fail_busy(ended, id); };
    } else {
        server->state = action == "start"  ? "Starting"
                        : action == "stop" ? "Stopping"
                                           : "Restarting";
        operation.end = [&world, id = low(server->id), stops = action == "stop"](Operation&) {
            Thing* found = world.find(id);
            if (found == nullptr) return;
            found->state = stops ? "Stopped" : "Ready";
            // What waited for a restart is in force now.
            for (Thing* child : world.below(id)) {
                if (child->row->last_word() == "configurations") child->wanted["_pending"] = false;
            }
        };
    }
    Answer answer{202};
    announce(world, operation, answer);
    return answer;
}

}  // namespace driftless::test::arm
