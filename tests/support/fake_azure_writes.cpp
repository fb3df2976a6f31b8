#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/support/fake_azure_world.hpp"

namespace driftless::test::arm {

namespace {

/// As the service writes an id: some in letters of another case.
std::string id_of(const Call& call) {
    std::string id = call.place.id;
    const Row& row = *call.row;
    if (row.is(low_group)) {
        const std::size_t at = low(id).find("/resourcegroups/");
        if (at != std::string::npos) id.replace(at, 16, "/resourcegroups/");
    } else {
        const std::size_t at = low(id).find("/resourcegroups/");
        if (at != std::string::npos) id.replace(at, 16, "/resourceGroups/");
    }
    if (row.type == "Microsoft.App/containerApps") id = app_id(id);
    if (row.type == "Microsoft.Consumption/budgets") id.erase(0, 1);
    if (row.type.starts_with("Microsoft.Insights/")) {
        const std::size_t at = low(id).rfind("/microsoft.insights/");
        const bool is_group = row.type == "Microsoft.Insights/actionGroups";
        if (at != std::string::npos && (is_group || row.type == "Microsoft.Insights/components")) {
            id.replace(at, 20, "/microsoft.insights/");
        }
    }
    return id;
}

Thing new_thing(Call& call, const json& wanted) {
    World& world = call.world;
    Thing thing;
    thing.id = id_of(call);
    thing.asked = call.place.id;
    thing.row = call.row;
    thing.name = call.place.name;
    thing.subscription = call.place.subscription;
    thing.group = call.place.group;
    thing.above = low(call.place.above);
    thing.wanted = wanted;
    thing.created = thing.modified = world.clock.wall();
    return thing;
}

void refuse_busy(const Call& call, const Thing& thing) {
    const World& world = call.world;
    const auto found = world.operations.find(thing.operation);
    if (found == world.operations.end() || found->second.status != "InProgress") return;
    const std::string_view type = thing.row->type;
    if (type.starts_with("Microsoft.DBforPostgreSQL")) return;  // taken, and failed later
    if (type.starts_with("Microsoft.Network")) {
        throw Refusal{409, "AnotherOperationInProgress",
                      fmt::format("Another operation on this or dependent resource is in progress. "
                                  "To retrieve status of the operation use uri: {}{}?{}.",
                                  world.base, found->second.path, found->second.query)};
    }
    if (type == "Microsoft.App/containerApps") {
        throw Refusal{409, "ContainerAppOperationInProgress",
                      fmt::format("Cannot modify a container app because there is a provisioning "
                                  "operation in progress for '{}'.",
                                  thing.name)};
    }
    throw Refusal{
        409, "Conflict",
        fmt::format("Another operation is in progress for '{}': try again later.", thing.name)};
}

void note_principal(World& world, const Thing& thing) {
    if (thing.row->type != "Microsoft.ManagedIdentity/userAssignedIdentities") return;
    world.principals.emplace(text_at(thing.body, "/properties/principalId"),
                             world.clock.now() + world.habits.principal_takes);
}

/// Subnets of a network's PUT are subnets: those that it leaves out of its list go.
void spread_subnets(Call& call, Thing& network, const json& body) {
    const json subnets = at_or_null(body, "/properties/subnets");
    if (!subnets.is_array()) return;
    World& world = call.world;
    std::vector<std::string> stay;
    for (const json& subnet : subnets) {
        Thing thing;
        thing.row = row_of("Microsoft.Network/virtualNetworks/subnets");
        thing.name = text_at(subnet, "/name");
        thing.id = thing.asked = network.id + "/subnets/" + thing.name;
        thing.subscription = network.subscription;
        thing.group = network.group;
        thing.above = low(network.id);
        thing.created = thing.modified = world.clock.wall();
        thing.wanted = {{"properties", subnet.value("properties", json::object())}};
        thing.state = "Succeeded";
        thing.body = filled(world, thing, thing.wanted);
        stay.push_back(low(thing.id));
        world.things[low(thing.id)] = std::move(thing);
    }
    std::vector<std::string> gone;
    for (const Thing* child : world.below(network.id)) {
        const bool stays = std::ranges::find(stay, low(child->id)) != stay.end();
        if (child->row->is(in_parent) && !stays) gone.push_back(low(child->id));
    }
    for (const std::string& id : gone) world.things.erase(id);
}

void apply(World& world, Thing& thing, const json& wanted) {
    thing.wanted = wanted;
    if (wanted.contains("properties")) thing.wanted["properties"].erase("subnets");
    thing.body = filled(world, thing, thing.wanted);
}

/// The effect at an operation's end.
void end_write(World& world, const std::string& id, Operation& operation) {
    Thing* thing = world.find(id);
    if (thing == nullptr) {
        operation.status = "Canceled";
        return;
    }
    if (!thing->state.empty()) thing->state = "Succeeded";
    apply(world, *thing, thing->wanted);
    if (thing->row->type == "Microsoft.App/containerApps") end_app(world, *thing, operation);
}

Answer answered(Call& call, Thing& thing, int status) {
    Answer answer{status, shown(call.world, thing)};
    if (status == 201 && thing.row->is(names_itself)) {
        answer.headers.emplace_back("Location", thing.id);
    }
    if (thing.row->type == "Microsoft.Authorization/roleAssignments" && status == 201) {
        answer.body["properties"]["createdBy"] = nullptr;
    }
    return answer;
}

/// Of what shows nothing of a write before its end: one that failed leaves what was there before.
void undo_write(World& world, Thing& thing, bool is_removal) {
    if (!is_removal && thing.before.is_null()) {
        world.things.erase(low(thing.id));
        return;
    }
    if (!is_removal) thing.wanted = thing.before;
    if (!thing.state.empty()) thing.state = "Ready";
}

/// What a test told to fail does so at the end of its operation.
void plan_failure(World& world, const std::string& route, Operation& operation) {
    const auto failing = world.failing.find(route);
    if (failing == world.failing.end()) return;
    operation.end = [&world, id = operation.thing, code = failing->second](Operation& ended) {
        ended.status = "Failed";
        ended.code = code;
        ended.message = "The operation failed: " + code + ".";
        Thing* thing = world.find(id);
        if (thing == nullptr) return;
        thing->is_going = false;
        if (thing->row->is(tells_operation)) {
            undo_write(world, *thing, ended.is_removal);
        } else if (!thing->state.empty()) {
            thing->state = "Failed";
        }
    };
    world.failing.erase(failing);
}

Answer begin_write(Call& call, Thing& thing, const Move& move, const json& wanted, bool is_new) {
    World& world = call.world;
    const Row& row = *thing.row;
    const bool patches = call.request.method == net::Method::patch;
    Move way = move;
    if (patches && row.type == "Microsoft.App/containerApps") way = {202, "AL", 15, 13};
    Operation& operation = begin(call, thing, way, false);
    if (row.is(tells_operation)) {
        thing.before = is_new ? json{} : thing.wanted;
        thing.wanted = wanted;
        begin_postgres(world, call, thing, operation);
    } else {
        thing.state = is_new ? row.creating : row.updating;
        apply(world, thing, wanted);
        operation.end = [&world, id = low(thing.id)](Operation& ended) {
            end_write(world, id, ended);
        };
    }
    if (row.type == "Microsoft.App/containerApps") begin_app(world, thing, operation);
    plan_failure(world, call.request.route, operation);
    Answer answer{way.status};
    announce(world, operation, answer);
    if (row.is(tells_operation)) {
        answer.body = {{"operation", operation.answer},
                       {"startTime", world.time_text(operation.started)}};
        operation.answer = nullptr;
    } else if (row.is(empty_202)) {
        answer.body = json::object();
    } else if (way.status != 202 || !patches) {
        answer.body = shown(world, thing);
    }
    return answer;
}

/// A PUT that changes nothing, of types where that is no operation.
std::optional<Answer> unchanged(Call& call, Thing& thing, const json& wanted) {
    json same = wanted;
    if (same.contains("properties")) same["properties"].erase("subnets");
    const bool is_quiet = call.row->is(same_is_sync) || call.row->is(shows_sync_async);
    if (!is_quiet || thing.wanted != same || thing.state != "Succeeded") return std::nullopt;
    Answer answer{200, shown(call.world, thing)};
    if (call.row->is(shows_sync_async)) {
        Operation& operation = begin(call, thing, {200, "A", -1, 0}, false);
        announce(call.world, operation, answer);
    }
    return answer;
}

Answer write(Call& call, Thing& thing, const json& body, const json& wanted, bool is_new) {
    World& world = call.world;
    if (!is_new) {
        if (auto quiet = unchanged(call, thing, wanted)) {
            if (call.row->is(shows_sync_async)) spread_subnets(call, thing, body);
            quiet->body = shown(world, thing);
            return *quiet;
        }
        thing.modified = world.clock.wall();
        ++thing.version;
    }
    const Move& move = is_new ? call.row->create : call.row->update;
    if (call.row->type == "Microsoft.Network/virtualNetworks") spread_subnets(call, thing, body);
    if (move.waits() && !call.row->is(by_resource)) {
        return begin_write(call, thing, move, wanted, is_new);
    }
    const bool has_state = !call.row->creating.empty() || !call.row->updating.empty();
    thing.state = has_state ? "Succeeded" : "";
    if (call.row->is(by_resource) && move.waits()) {
        thing.state = call.row->creating;
        Operation& operation = begin(call, thing, move, false);
        operation.end = [&world, id = low(thing.id)](Operation& ended) {
            end_write(world, id, ended);
        };
    }
    apply(world, thing, wanted);
    note_principal(world, thing);
    return answered(call, thing, move.status);
}

}  // namespace

void check_place(Call& call) {
    World& world = call.world;
    const Place& place = call.place;
    if (!place.group.empty() && call.row->type != "Microsoft.Resources/resourceGroups" &&
        world.find("/subscriptions/" + place.subscription + "/resourceGroups/" + place.group) ==
            nullptr) {
        throw Refusal{404, "ResourceGroupNotFound",
                      fmt::format("Resource group '{}' could not be found.", place.group)};
    }
    const bool writes = call.request.method == net::Method::put;
    if (place.is_child && world.find(place.above) == nullptr) {
        if (call.request.method == net::Method::get) {
            throw Refusal{
                404, "ParentResourceNotFound",
                fmt::format("Failed to perform 'read' on resource(s) of type '{}', because "
                            "the parent resource '{}' could not be found.",
                            place.type, place.above)};
        }
        throw Refusal{404, "ParentResourceNotFound",
                      fmt::format("Can not perform requested operation on nested resource. Parent "
                                  "resource '{}' not found.",
                                  place.above)};
    }
    const bool is_at_thing =
        call.row->is(extends) && low(place.above).find("/providers/") != std::string::npos;
    if (writes && is_at_thing && world.find(place.above) == nullptr) {
        throw Refusal{404, "ResourceNotFound",
                      fmt::format("The resource '{}' was not found.", place.above)};
    }
}

Answer put_or_patch(Call& call) {
    World& world = call.world;
    const bool patches = call.request.method == net::Method::patch;
    if (call.row->is(read_only) || (patches && call.row->is(no_patch))) {
        throw Refusal{405, "HttpMethodNotAllowed",
                      fmt::format("The HTTP method '{}' is not supported for '{}'.",
                                  net::name(call.request.method), call.place.type)};
    }
    check_place(call);
    const json body = body_of(call);
    Thing* old = world.find(call.place.id);
    if (old != nullptr && old->seen_from > world.clock.now() && patches) old = nullptr;
    // A server has all its settings, whoever wrote one of them or not.
    const bool always_is = call.row->last_word() == "configurations";
    if (patches && old == nullptr && !always_is) {
        throw Refusal{404, "ResourceNotFound",
                      fmt::format("The Resource '{}/{}' under resource group '{}' was not found.",
                                  call.row->type, call.place.name, call.place.group)};
    }
    if (old != nullptr) refuse_busy(call, *old);
    if (!patches && unbury(call, body)) {
        const int status = call.row->type.starts_with("Microsoft.KeyVault") ? 200 : 201;
        return answered(call, *world.find(call.place.id), status);
    }
    json wanted = patches && old != nullptr ? merged(old->wanted, body) : body;
    wanted.erase("id");
    wanted.erase("name");
    wanted.erase("type");
    check_body(call, wanted, old);
    if (old != nullptr) return write(call, *old, body, wanted, false);
    Thing& made = world.things[low(call.place.id)] = new_thing(call, wanted);
    try {
        return write(call, made, body, wanted, true);
    } catch (const Refusal&) {
        world.things.erase(low(call.place.id));
        throw;
    }
}

namespace {

void erase_deep(World& world, const std::string& id) {
    if (Thing* thing = world.find(id); thing != nullptr && thing->row->is(soft)) {
        bury(world, *thing);
    }
    for (const Thing* child : world.below(id)) {
        world.apps.erase(low(child->id));
        world.executions.erase(low(child->id));
        if (child->row->is(soft)) bury(world, *world.find(child->id));
    }
    std::vector<std::string> gone;
    for (const Thing* child : world.below(id)) gone.push_back(low(child->id));
    for (const std::string& child : gone) world.things.erase(child);
    world.apps.erase(low(id));
    world.executions.erase(low(id));
    world.things.erase(low(id));
}

Answer begin_removal(Call& call, Thing& thing) {
    World& world = call.world;
    Move move = call.row->remove;
    if (call.row->type == "Microsoft.Resources/resourceGroups") {
        for (const Thing* child : world.below(thing.id)) {
            move.takes = std::max(move.takes, 15 + child->row->remove.takes);
        }
        if (world.habits.removal_of_group.count() > 0) {
            move.takes = static_cast<int>(world.habits.removal_of_group.count());
        }
    }
    thing.is_going = true;
    if (!thing.state.empty()) thing.state = "Deleting";
    Operation& operation = begin(call, thing, move, true);
    operation.end = [&world, id = low(thing.id)](Operation&) { erase_deep(world, id); };
    if (call.row->is(tells_operation)) begin_postgres(world, call, thing, operation);
    plan_failure(world, call.request.route, operation);
    Answer answer{move.status};
    announce(world, operation, answer);
    if (call.row->is(tells_operation)) {
        answer.body = {{"operation", operation.answer},
                       {"startTime", world.time_text(operation.started)}};
        operation.answer = nullptr;
    }
    if (call.row->is(gives_back)) {
        answer.body = shown(world, thing);
        answer.body["properties"]["provisioningState"] = "Deleting";
    }
    return answer;
}

}  // namespace

Answer removal(Call& call) {
    World& world = call.world;
    if (call.row->is(read_only) || call.row->is(no_delete)) {
        throw Refusal{405, "HttpMethodNotAllowed",
                      fmt::format("DELETE is not supported for '{}'.", call.place.type)};
    }
    const bool is_replication = call.row->type.ends_with("/replications");
    if (is_replication && world.find(call.place.above) == nullptr) return {204};
    check_place(call);
    Thing* thing = world.find(call.place.id);
    if (thing == nullptr) {
        if (call.row->type == "Microsoft.Resources/resourceGroups") {
            throw Refusal{404, "ResourceGroupNotFound",
                          fmt::format("Resource group '{}' could not be found.", call.place.name)};
        }
        return {204};
    }
    if (!thing->is_going) refuse_busy(call, *thing);
    check_removal(call, *thing);
    if (call.row->remove.waits()) return begin_removal(call, *thing);
    Answer answer{call.row->remove.status};
    if (call.row->is(gives_back)) answer.body = shown(world, *thing);
    erase_deep(world, call.place.id);  // some write their ids in another way
    return answer;
}

}  // namespace driftless::test::arm
