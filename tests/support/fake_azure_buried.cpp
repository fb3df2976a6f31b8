#include <fmt/format.h>

#include "tests/support/fake_azure_world.hpp"

namespace driftless::test::arm {

namespace {

std::string key_of(std::string_view type, const std::string& name) {
    return low(std::string{type} + " " + name);
}

bool is_vault(const Row& row) {
    return row.type == "Microsoft.KeyVault/vaults";
}

json shown_buried(World& world, const Buried& buried) {
    const Thing& thing = buried.thing;
    const std::string location = text_at(thing.wanted, "/location");
    const std::string id =
        is_vault(*thing.row)
            ? fmt::format(
                  "/subscriptions/{}/providers/Microsoft.KeyVault/locations/{}/"
                  "deletedVaults/{}",
                  thing.subscription, location, thing.name)
            : fmt::format(
                  "/subscriptions/{}/providers/Microsoft.CognitiveServices/locations/{}/"
                  "resourceGroups/{}/deletedAccounts/{}",
                  thing.subscription, location, thing.group, thing.name);
    const bool vault = is_vault(*thing.row);
    json properties = vault ? json::object() : shown(world, thing)["properties"];
    const auto purged = buried.deleted + std::chrono::hours{vault ? 24 * 90 : 48};
    properties["deletionDate"] = world.time_text(buried.deleted);
    properties["scheduledPurgeDate"] = world.time_text(purged);
    if (vault) {
        properties["vaultId"] = thing.id;
        properties["location"] = location;
        properties["tags"] = thing.wanted.value("tags", json::object());
        const json protection = at_or_null(thing.wanted, "/properties/enablePurgeProtection");
        if (protection == json(true)) properties["purgeProtectionEnabled"] = true;
    }
    json body = vault ? json::object() : shown(world, thing);  // an account is shown as it was
    body["id"] = id;
    body["name"] = thing.name;
    body["type"] =
        vault ? "Microsoft.KeyVault/deletedVaults" : "Microsoft.CognitiveServices/deletedAccounts";
    body["properties"] = std::move(properties);
    return body;
}

Answer purge(Call& call, Buried& buried) {
    World& world = call.world;
    const bool vault = is_vault(*buried.thing.row);
    const json protection = at_or_null(buried.thing.wanted, "/properties/enablePurgeProtection");
    if (protection == json(true)) {
        throw Refusal{
            400, "MethodNotAllowed",
            fmt::format("Operation \"DeletedVaultPurge\" is not allowed: purge protection "
                        "of '{}' is on.",
                        buried.thing.name)};
    }
    const Move move = vault ? Move{202, "L", 5, 5} : Move{202, "AL", -1, 30};
    Operation& operation = begin(call, buried.thing, move, true);
    const std::string key = key_of(buried.thing.row->type, buried.thing.name);
    operation.answer = {{"createdDateTime", world.time_text(operation.started)},
                        {"lastActionDateTime", world.time_text(operation.started)},
                        {"status", "Succeeded"}};
    operation.end = [&world, key](Operation&) { world.buried.erase(key); };
    Answer answer{202};
    announce(world, operation, answer);
    return answer;
}

}  // namespace

void bury(World& world, Thing& thing) {
    Buried buried{thing, world.clock.wall(), {}};
    buried.thing.is_going = false;
    for (const Thing* child : world.below(thing.id)) buried.children.push_back(*child);
    if (buried.thing.state == "Deleting") buried.thing.state = "Succeeded";
    world.buried[key_of(thing.row->type, thing.name)] = std::move(buried);
}

bool unbury(Call& call, const json& body) {
    if (!call.row->is(soft)) return false;
    World& world = call.world;
    const auto found = world.buried.find(key_of(call.row->type, call.place.name));
    const bool vault = is_vault(*call.row);
    const std::string mode = text_at(body, "/properties/createMode");
    const bool wants =
        vault ? same_word(mode, "recover") : at_or_null(body, "/properties/restore") == json(true);
    if (world.find(call.place.id) != nullptr) return false;
    if (found == world.buried.end()) {
        if (!wants) return false;
        throw Refusal{404, vault ? "DeletedVaultNotFound" : "CanNotRestoreANonExistingResource",
                      fmt::format("There is no deleted '{}' to bring back.", call.place.name)};
    }
    if (!wants) {
        if (vault) {
            throw Refusal{
                409, "ConflictError",
                fmt::format("A vault with the same name already exists in deleted state. "
                            "You need to either recover or purge existing key vault '{}'.",
                            call.place.name)};
        }
        throw Refusal{
            409, "FlagMustBeSetForRestore",
            fmt::format("An existing resource with ID '{}' has been soft-deleted. To "
                        "restore the resource, you must specify 'restore' to be 'true' in "
                        "the property. If you don't want to restore existing resource, "
                        "please purge it first.",
                        found->second.thing.id)};
    }
    Buried buried = std::move(found->second);
    world.buried.erase(found);
    buried.thing.state = "Succeeded";
    buried.thing.modified = world.clock.wall();
    for (Thing& child : buried.children) {
        const std::string id = low(child.id);
        world.things[id] = std::move(child);
    }
    world.things[low(call.place.id)] = std::move(buried.thing);
    return true;
}

std::optional<Answer> buried_call(Call& call) {
    const std::string type = low(call.place.type);
    const bool vault = type == "microsoft.keyvault/locations/deletedvaults" ||
                       type == "microsoft.keyvault/deletedvaults";
    const bool account = type ==
                             "microsoft.cognitiveservices/locations/resourcegroups/"
                             "deletedaccounts" ||
                         type == "microsoft.cognitiveservices/deletedaccounts";
    if (!vault && !account) return std::nullopt;
    World& world = call.world;
    const std::string of =
        vault ? "Microsoft.KeyVault/vaults" : "Microsoft.CognitiveServices/accounts";
    if (call.place.is == Place::Is::list) {
        json all = json::array();
        for (const auto& [key, buried] : world.buried) {
            if (key.starts_with(low(of))) all.push_back(shown_buried(world, buried));
        }
        return Answer{200, {{"value", std::move(all)}}};
    }
    const auto found = world.buried.find(key_of(of, call.place.name));
    if (found == world.buried.end()) {
        throw Refusal{404, vault ? "DeletedVaultNotFound" : "ResourceNotFound",
                      fmt::format("The specified deleted {} '{}' does not exist.",
                                  vault ? "vault" : "account", call.place.name)};
    }
    const bool purges =
        vault ? same_word(call.place.action, "purge") : call.request.method == net::Method::del;
    if (purges) return purge(call, found->second);
    return Answer{200, shown_buried(world, found->second)};
}

}  // namespace driftless::test::arm
