#include "tests/support/fake_azure_routes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sstream>

namespace driftless::test::arm {

namespace {

/// A text's letters as the table has them, where it has it.
std::string proper(const std::string& type) {
    const Row* row = row_of(type);
    return row == nullptr ? type : std::string{row->type};
}

void check_version(Call& call) {
    call.version = call.request.asked("api-version");
    if (call.version.empty()) {
        throw Refusal{
            400, "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests."};
    }
    if (call.row == nullptr || call.row->knows(call.version)) return;
    const std::string& type = call.place.type;
    const std::size_t slash = type.find('/');
    std::string list{call.row->versions};
    std::ranges::replace(list, ' ', ',');
    throw Refusal{
        400, "NoRegisteredProviderFound",
        fmt::format("No registered resource provider found for location '' and API version "
                    "'{}' for type '{}'. The supported api-versions are '{}'. The supported "
                    "locations are ', westus2, uksouth'.",
                    call.version, type.substr(slash + 1), list)};
}

[[noreturn]] void unknown_type(const Call& call) {
    const std::string space = call.place.type.substr(0, call.place.type.find('/'));
    std::string known;
    for (const Row& row : rows()) {
        if (!low(row.type).starts_with(low(space) + "/")) continue;
        known += (known.empty() ? "" : ",") + std::string{row.type.substr(space.size() + 1)};
    }
    if (known.empty()) {
        throw Refusal{400, "InvalidResourceNamespace",
                      fmt::format("The resource namespace '{}' is invalid.", space)};
    }
    throw Refusal{
        400, "InvalidResourceType",
        fmt::format("The resource type '{}' could not be found in the namespace '{}' for api "
                    "version '{}'. The supported types are '{}'.",
                    call.place.type, space, call.version, known)};
}

Answer read_one(Call& call) {
    World& world = call.world;
    check_place(call);
    Thing* thing = world.find(call.place.id);
    const bool is_configuration = call.row->last_word() == "configurations";
    if (is_configuration && (thing == nullptr || thing->seen_from > world.clock.now())) {
        for (const json& one : configurations(world, call.place.above)) {
            if (same_word(text_at(one, "/name"), call.place.name)) return {200, one};
        }
    }
    if (thing != nullptr && thing->seen_from <= world.clock.now()) {
        return {200, shown(world, *thing)};
    }
    const std::string& name = call.place.name;
    if (call.row->type == "Microsoft.Resources/resourceGroups") {
        throw Refusal{404, "ResourceGroupNotFound",
                      fmt::format("Resource group '{}' could not be found.", name)};
    }
    if (call.row->type == "Microsoft.Authorization/roleAssignments") {
        throw Refusal{404, "RoleAssignmentNotFound",
                      fmt::format("The role assignment '{}' is not found.", name)};
    }
    throw Refusal{
        404, "ResourceNotFound",
        fmt::format("The Resource '{}/{}' under resource group '{}' was not found. For more "
                    "details please go to https://aka.ms/ARMResourceNotFoundFix",
                    call.row->type, name, call.place.group)};
}

/// "tagName eq 'a' and tagValue eq 'b'", "principalId eq 'x'"
std::string in_filter(const std::string& filter, const std::string& field) {
    const std::string begin = low(field) + " eq '";
    const std::size_t at = low(filter).find(begin);
    if (at == std::string::npos) return "";
    const std::size_t from = at + begin.size();
    return filter.substr(from, filter.find('\'', from) - from);
}

bool passes(const std::string& filter, const json& body) {
    const std::string tag = in_filter(filter, "tagName");
    if (!tag.empty()) {
        const json tags = at_or_null(body, "/tags");
        if (!tags.is_object()) return false;
        const auto has = [&](const auto& pair) { return same_word(pair.key(), tag); };
        for (auto it = tags.begin(); it != tags.end(); ++it) {
            const std::string value = in_filter(filter, "tagValue");
            if (has(it) && (value.empty() || it.value() == value)) return true;
        }
        return false;
    }
    const std::string principal = in_filter(filter, "principalId");
    return principal.empty() || same_word(text_at(body, "/properties/principalId"), principal);
}

bool lists_at_scope(const Row& row, const Thing& thing, const std::string& scope,
                    const std::string& filter) {
    if (thing.above == scope) return true;
    const bool spreads = row.type.starts_with("Microsoft.Authorization/");
    if (!spreads) return false;
    if (scope.starts_with(thing.above + "/")) return true;
    return low(filter).find("atscope()") == std::string::npos &&
           thing.above.starts_with(scope + "/");
}

bool is_listed(const Call& call, const Thing& thing, const std::string& filter) {
    const Row& row = *call.row;
    if (thing.row != &row || thing.seen_from > call.world.clock.now()) return false;
    const std::string scope = low(call.place.above);
    if (row.is(extends)) return lists_at_scope(row, thing, scope, filter);
    if (call.place.is_child) return thing.above == scope;
    if (row.type == "Microsoft.Resources/resourceGroups") {
        return same_word(thing.subscription, call.place.subscription);
    }
    if (!same_word(thing.subscription, call.place.subscription)) return false;
    return call.place.group.empty() || same_word(thing.group, call.place.group);
}

/// The page that is asked for, with the address of the next.
Answer paged(Call& call, std::vector<json> all) {
    std::size_t begin = 0;
    const std::string token = call.request.asked("$skiptoken");
    std::from_chars(token.data(), token.data() + token.size(), begin);
    begin = std::min(begin, all.size());
    const std::size_t end = std::min(all.size(), begin + call.world.habits.page_size);
    json value = json::array();
    for (std::size_t at = begin; at < end; ++at) value.push_back(std::move(all[at]));
    json body = {{"value", std::move(value)}};
    if (end < all.size()) {
        const std::string filter = call.request.asked("$filter");
        body["nextLink"] =
            fmt::format("{}{}?api-version={}{}&$skiptoken={}", call.world.base, call.request.path(),
                        call.version, filter.empty() ? "" : "&$filter=" + filter, end);
    }
    return {200, std::move(body)};
}

/// All sorts of resources, without their properties.
Answer list_resources(Call& call) {
    const std::string filter = call.request.asked("$filter");
    std::vector<json> all;
    for (const auto& [id, thing] : call.world.things) {
        const bool is_top = std::ranges::count(thing.row->type, '/') == 1;
        const bool is_group = thing.row->type == "Microsoft.Resources/resourceGroups" ||
                              thing.row->type == "Microsoft.Resources/deployments";
        const bool fits = same_word(thing.subscription, call.place.subscription) &&
                          (call.place.group.empty() || same_word(thing.group, call.place.group));
        if (!is_top || is_group || thing.row->is(extends) || !fits) continue;
        json one = shown(call.world, thing);
        if (!passes(filter, one)) continue;
        one.erase("properties");
        all.push_back(std::move(one));
    }
    return paged(call, std::move(all));
}

/// Records of every type, which one zone has.
Answer list_records(Call& call) {
    const std::string zone = low(call.place.above);
    std::vector<json> all;
    for (const auto& [id, thing] : call.world.things) {
        const bool links = thing.row->last_word() == "virtualNetworkLinks";
        if (thing.above == zone && !links && !thing.row->is(extends))
            all.push_back(shown(call.world, thing));
    }
    return paged(call, std::move(all));
}

Answer list(Call& call) {
    if (same_word(call.place.type, "resources")) return list_resources(call);
    if (same_word(call.place.type, "Microsoft.Network/privateDnsZones/ALL")) {
        return list_records(call);
    }
    if (call.row == nullptr) unknown_type(call);
    check_place(call);
    const std::string filter = call.request.asked("$filter");
    std::vector<json> all;
    if (call.row->last_word() == "configurations") {
        all = configurations(call.world, call.place.above);
        return paged(call, std::move(all));
    }
    for (const auto& [id, thing] : call.world.things) {
        if (!is_listed(call, thing, filter)) continue;
        json one = shown(call.world, thing);
        if (passes(filter, one)) all.push_back(std::move(one));
    }
    return paged(call, std::move(all));
}

void check_locks(Call& call) {
    if (!call.request.writes() || call.row == nullptr) return;
    if (call.row->type == "Microsoft.Authorization/locks") return;
    const std::string id = low(call.place.id);
    for (const auto& [key, lock] : call.world.things) {
        if (lock.row->type != "Microsoft.Authorization/locks") continue;
        const bool covers = id == lock.above || id.starts_with(lock.above + "/");
        const bool holds_below =
            call.request.method == net::Method::del && lock.above.starts_with(id + "/");
        if (!covers && !holds_below) continue;
        const bool is_read_only = same_word(text_at(lock.body, "/properties/level"), "ReadOnly");
        if (!is_read_only && call.request.method != net::Method::del) continue;
        throw Refusal{
            409, "ScopeLocked",
            fmt::format("The scope '{}' cannot perform {} operation because following "
                        "scope(s) are locked: '{}'. Please remove the lock and try again.",
                        call.place.id, call.request.method == net::Method::del ? "delete" : "write",
                        lock.above)};
    }
}

void check_rights(const Call& call) {
    using enum net::Method;
    const net::Method method = call.request.method;
    const std::string verb = method == put || method == patch ? "write"
                             : method == del                  ? "delete"
                             : method == post                 ? call.place.action + "/action"
                                                              : "read";
    const std::string action = proper(call.place.type) + "/" + verb;
    for (const Denied& denied : call.world.denied) {
        const std::string wanted = low(denied.action);
        const bool fits = wanted.ends_with('*')
                              ? low(action).starts_with(wanted.substr(0, wanted.size() - 1))
                              : wanted == low(action);
        if (!fits || !low(call.place.id).starts_with(low(denied.scope))) continue;
        throw Refusal{
            403, "AuthorizationFailed",
            fmt::format("The client 'driftless' with object id '{}' does not have "
                        "authorization to perform action '{}' over scope '{}' or the scope "
                        "is invalid. If access was recently granted, please refresh your "
                        "credentials.",
                        call.world.uuid_of("me"), action, call.place.id)};
    }
}

/// Its types, with the api-versions of each.
json types_of(const std::string& space) {
    json types = json::array();
    for (const Row& row : rows()) {
        if (!low(row.type).starts_with(low(space) + "/")) continue;
        json versions = json::array();
        std::istringstream all{std::string{row.versions}};
        for (std::string version; all >> version;) versions.push_back(version);
        types.push_back({{"resourceType", row.type.substr(space.size() + 1)},
                         {"apiVersions", std::move(versions)}});
    }
    return types;
}

/// What the caller may do at a scope: all, less what is denied there.
Answer permissions(const Call& call) {
    json less = json::array();
    for (const Denied& denied : call.world.denied) {
        if (low(call.place.id).starts_with(low(denied.scope))) less.push_back(denied.action);
    }
    json all = json::array();
    all.push_back({{"actions", {"*"}}, {"notActions", std::move(less)}});
    return {200, {{"value", std::move(all)}}};
}

/// /subscriptions[/S], /subscriptions/S/providers[/NS], …/NS/register
std::optional<Answer> of_subscription(Call& call) {
    const Place& place = call.place;
    if (call.request.steps.size() == 1 && same_word(call.request.steps[0], "subscriptions")) {
        json all = json::array();
        all.push_back({{"id", "/subscriptions/" + call.world.subscription},
                       {"subscriptionId", call.world.subscription},
                       {"tenantId", call.world.tenant},
                       {"displayName", "Simulated"},
                       {"state", "Enabled"}});
        return Answer{200, {{"value", std::move(all)}}};
    }
    if (same_word(place.type, "Microsoft.Authorization/permissions")) return permissions(call);
    if (place.type == "Microsoft.Resources/subscriptions") {
        return Answer{200,
                      {{"id", place.id},
                       {"subscriptionId", place.subscription},
                       {"tenantId", call.world.tenant},
                       {"displayName", "Simulated"},
                       {"state", "Enabled"}}};
    }
    const bool registers =
        call.request.steps.size() == 5 && call.request.method == net::Method::post;
    if (place.is == Place::Is::providers || registers) {
        const std::string space = call.request.steps[3];
        return Answer{200,
                      {{"id", "/subscriptions/" + place.subscription + "/providers/" + space},
                       {"namespace", space},
                       {"resourceTypes", types_of(space)},
                       {"registrationState", "Registered"}}};
    }
    return std::nullopt;
}

Answer by_place(Call& call) {
    using enum net::Method;
    if (auto answer = buried_call(call)) return *answer;
    if (call.request.method == post) {
        for (const auto way : {app_action, postgres_action, other_action}) {
            if (auto answer = way(call)) return *answer;
        }
        throw Refusal{
            404, "InvalidAction",
            fmt::format("There is no action '{}' of '{}'.", call.place.action, call.place.type)};
    }
    if (call.request.method == get) {
        if (auto answer = app_read(call)) return *answer;
        if (call.place.is == Place::Is::list) return list(call);
    }
    if (call.place.is != Place::Is::resource) {
        throw Refusal{405, "HttpMethodNotAllowed", "No such method for this address."};
    }
    if (call.row == nullptr) unknown_type(call);
    if (call.request.method == del) return removal(call);
    if (call.request.method == put || call.request.method == patch) return put_or_patch(call);
    Answer answer = read_one(call);
    if (call.request.method == head) answer = {204};
    return answer;
}

}  // namespace

bool is_poll(const Request& request) {
    const std::string path = low(request.path());
    return std::ranges::any_of(
        std::initializer_list<const char*>{"/operationresults/", "operationstatuses/",
                                           "operationresults/", "/azureasyncoperation/",
                                           "/operations/"},
        [&path](const char* word) { return path.find(word) != std::string::npos; });
}

std::string route_of(const Request& request, const World& world) {
    const std::string path = low(request.path());
    if (path.find("/oauth2/") != std::string::npos || path == "/msi/token") return "TOKEN";
    const Place place = place_of(request);
    if (request.method == net::Method::get && is_poll(request)) {
        for (const std::string& step : request.steps) {
            if (low(step).starts_with("microsoft.")) return "POLL " + step;
        }
        return "POLL Microsoft.Resources";
    }
    (void)world;
    const std::string type = proper(place.type);
    if (place.is == Place::Is::list) return "LIST " + type;
    if (place.is == Place::Is::action) return fmt::format("POST {}:{}", type, place.action);
    return fmt::format("{} {}", net::name(request.method), type);
}

Operation* operation_of(const Request& request, World& world) {
    std::string path;
    for (const std::string& step : request.steps) path += "/" + step;
    for (const std::string& key : {low(request.path()), low(path)}) {
        const auto found = world.operations.find(key);
        if (found != world.operations.end()) return &found->second;
        for (auto& [at, operation] : world.operations) {
            if (low(operation.results) == key) return &operation;
        }
    }
    return nullptr;
}

Answer routed(const Request& request, World& world) {
    Call call{request, world, place_of(request), nullptr, ""};
    try {
        call.row = row_of(call.place.type);
        check_version(call);
        if (request.method == net::Method::get && is_poll(request)) {
            Operation* operation = operation_of(request, world);
            if (operation != nullptr) return polled(request, world, *operation);
            throw Refusal{404, "OperationIdNotFound",
                          fmt::format("The operation '{}' was not found.", request.steps.back())};
        }
        check_rights(call);
        if (auto answer = of_subscription(call)) return *answer;
        check_locks(call);
        return by_place(call);
    } catch (const Refusal& refusal) {
        return refused(refusal);
    }
}

}  // namespace driftless::test::arm
