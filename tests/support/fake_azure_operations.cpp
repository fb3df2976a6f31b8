#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_azure_world.hpp"

namespace driftless::test::arm {

namespace {

std::string location_word(const World& world, const Thing& thing, bool is_removal) {
    const std::string asked = text_at(thing.wanted, "/location");
    if (thing.row->type == "Microsoft.DBforPostgreSQL/flexibleServers" && is_removal) {
        std::string shown = display_location(asked);
        if (const auto blank = shown.find(' '); blank != std::string::npos) {
            shown.replace(blank, 1, "%20");
        }
        return shown;
    }
    if (!asked.empty()) {
        return thing.row->type.starts_with("Microsoft.CognitiveServices") ? asked : low(asked);
    }
    const auto parent = world.things.find(thing.above);
    if (parent == world.things.end()) return "westus2";
    return location_word(world, parent->second, false);
}

/// Where the service keeps what it says of an operation.
std::string place_of_operation(const World& world, const Thing& thing, std::string_view word,
                               const std::string& name, bool is_removal) {
    const std::string_view type = thing.row->type;
    const std::string subscription = "/subscriptions/" + thing.subscription;
    const std::string space{type.substr(0, type.find('/'))};
    if (type == "Microsoft.Resources/resourceGroups") {
        return fmt::format("{}/{}/{}", subscription, word, "eyJqb2JJZCI6" + name.substr(0, 18));
    }
    if (space == "Microsoft.Cdn") {
        return fmt::format("{}/resourcegroups/{}/providers/{}/{}/{}", subscription, thing.group,
                           space, word, name);
    }
    if (type.starts_with("Microsoft.Network/privateDns")) {
        return fmt::format("{}/resourceGroups/{}/providers/{}/{}/{}", subscription, thing.group,
                           space, word, name);
    }
    if (space == "Microsoft.Resources" || type.ends_with("/replications")) {
        return fmt::format("{}/{}/{}", thing.id, word, name);
    }
    return fmt::format("{}/providers/{}/locations/{}/{}/{}", subscription, space,
                       location_word(world, thing, is_removal), word, name);
}

/// The signature that polling URLs carry.
std::string signature(const World& world, const std::string& name) {
    if (!world.habits.long_urls) return "";
    return fmt::format("&t={}&c={}&s={}&h={}", world.hex_of(name + "t", 18),
                       world.hex_of(name + "c", 2200), world.hex_of(name + "s", 684),
                       world.hex_of(name + "h", 43));
}

json poll_body(const World& world, const Operation& operation) {
    const Row& row = *operation.row;
    json body = {{"status", operation.status}};
    const std::string_view type = row.type;
    const bool is_postgres = type.starts_with("Microsoft.DBforPostgreSQL");
    const bool is_bare = type.starts_with("Microsoft.Network") ||
                         type.starts_with("Microsoft.Resources") ||
                         type.starts_with("Microsoft.ContainerRegistry") || row.is(cdn_polls);
    if (!is_bare) {
        body["name"] = operation.name;
        body["startTime"] = world.time_text(operation.started);
        if (!is_postgres) body["id"] = operation.path;
    }
    const bool goes_on = operation.status == "InProgress";
    if (goes_on && type.starts_with("Microsoft.CognitiveServices")) body["status"] = "Updating";
    if (goes_on && type.ends_with("/replications")) body["status"] = "Creating";
    if (goes_on && type.ends_with("/deployments")) body["status"] = "Running";
    if (row.is(cdn_polls)) body["error"] = {{"code", "None"}, {"message", nullptr}};
    if (!operation.code.empty()) {
        body["error"] = {{"code", operation.code}, {"message", operation.message}};
    }
    if (type.starts_with("Microsoft.CognitiveServices") && !goes_on) {
        body["endTime"] = body["startTime"];
    }
    if (type == "Microsoft.OperationalInsights/workspaces" && !goes_on) {
        body["endTime"] = body["startTime"];
        body["properties"] = json::object();
    }
    return body;
}

/// By Location: 202 until the end, then what it came to.
Answer location_poll(World& world, Operation& operation) {
    Answer answer;
    if (operation.status == "InProgress") {
        answer.status = 202;
        wait_header(world, std::max(operation.move.retry_after, 10), answer);
        // Groups leave Location out now and then.
        const bool is_group = operation.row->type == "Microsoft.Resources/resourceGroups";
        const bool is_app = operation.row->type.starts_with("Microsoft.App/");
        if (!is_app && (!is_group || operation.polls % 2 == 0)) {
            answer.headers.emplace_back(
                "Location", world.base +
                                (operation.is_location ? operation.path : operation.results) + "?" +
                                operation.query);
        }
        return answer;
    }
    if (!operation.code.empty()) {
        return refused({409, operation.code, operation.message});
    }
    const bool is_app = operation.row->type.starts_with("Microsoft.App");
    answer.status = operation.is_removal && is_app ? 204 : 200;
    answer.body = operation.answer;
    const Thing* thing = world.find(operation.thing);
    if (!operation.is_removal && answer.body.is_null() && thing != nullptr) {
        answer.body = shown(world, *thing);
    }
    return answer;
}

}  // namespace

void wait_header(const World& world, int wait, Answer& answer) {
    if (wait < 0) return;
    const double scaled = world.habits.waits_apply ? wait / world.habits.wait_scale : 0;
    answer.headers.emplace_back("Retry-After", std::to_string(static_cast<int>(scaled)));
}

Operation& begin(Call& call, Thing& thing, const Move& move, bool is_removal) {
    World& world = call.world;
    Operation operation;
    operation.name = world.new_uuid();
    operation.row = thing.row;
    operation.thing = low(thing.id);
    operation.move = move;
    operation.is_removal = is_removal;
    operation.is_location = move.headers == "L";
    const std::string_view word = operation.is_location ? thing.row->results : thing.row->statuses;
    operation.path = place_of_operation(world, thing, word, operation.name, is_removal);
    operation.results =
        place_of_operation(world, thing, thing.row->results, operation.name, is_removal);
    if (operation.results == operation.path) operation.results += "/results";
    const bool is_workspace = thing.row->type == "Microsoft.OperationalInsights/workspaces";
    operation.query =
        fmt::format("api-version={}{}{}", is_workspace ? "2015-11-01-preview" : call.version,
                    thing.row->type.starts_with("Microsoft.App") && !operation.is_location
                        ? "&azureAsyncOperation=true"
                        : "",
                    signature(world, operation.name));
    operation.started = world.clock.wall();
    const double takes = move.takes * world.habits.takes;
    operation.ends =
        world.clock.now() + std::chrono::milliseconds{static_cast<std::int64_t>(takes * 1000)};
    if (world.endless.contains(call.request.route)) operation.ends = net::SteadyTime::max();
    const std::string key = low(operation.path);
    thing.operation = key;
    return world.operations[key] = std::move(operation);
}

void announce(const World& world, const Operation& operation, Answer& answer) {
    const std::string url = world.base + operation.path + "?" + operation.query;
    const std::string_view headers = operation.move.headers;
    if (headers.find('A') != std::string_view::npos) {
        answer.headers.emplace_back("Azure-AsyncOperation", url);
    }
    if (headers.find('L') != std::string_view::npos) {
        std::string location = world.base + operation.results + "?" + operation.query;
        if (operation.is_location) location = url;
        if (operation.row->type == "Microsoft.OperationalInsights/workspaces") {
            location = world.base + operation.thing + "?api-version=2025-07-01";
            const auto thing = world.things.find(operation.thing);
            if (thing != world.things.end()) {
                location = world.base + thing->second.id + "?api-version=2025-07-01";
            }
        }
        answer.headers.emplace_back("Location", location);
    }
    wait_header(world, operation.move.retry_after, answer);
    if (operation.row->is(sends_times) && !operation.is_removal) {
        answer.headers.emplace_back("x-ms-async-operation-timeout", "PT15M");
    }
}

Answer polled(const Request& request, World& world, Operation& operation) {
    ++operation.polls;
    const bool by_location = operation.is_location || low(request.path()) == low(operation.results);
    if (by_location) return location_poll(world, operation);
    Answer answer;
    answer.body = poll_body(world, operation);
    const bool goes_on = operation.status == "InProgress";
    if (operation.row->is(poll_202) && goes_on) {
        answer.status = 202;
        announce(world, operation, answer);
    } else if (operation.row->is(poll_waits) && !operation.row->is(poll_202)) {
        wait_header(world, operation.move.retry_after, answer);
        if (operation.row->type.ends_with("/replications")) {
            answer.headers.emplace_back("Azure-AsyncOperation",
                                        world.base + operation.path + "?" + operation.query);
        }
    }
    return answer;
}

}  // namespace driftless::test::arm
