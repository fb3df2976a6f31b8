#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_azure_world.hpp"

namespace driftless::test::arm {

namespace {

/// Names that are one in the world: whether somebody has them.
Answer check_name(Call& call) {
    const json body = body_of(call);
    const std::string name = text_at(body, "/name");
    const std::string space = low(call.place.type.substr(0, call.place.type.find('/')));
    const auto has_it = [&](const auto& entry) {
        return low(entry.second.row->type).starts_with(space) && same_word(entry.second.name, name);
    };
    const auto is_buried = [&](const auto& entry) {
        return low(entry.second.thing.row->type).starts_with(space) &&
               same_word(entry.second.thing.name, name);
    };
    const bool taken = std::ranges::any_of(call.world.things, has_it) ||
                       std::ranges::any_of(call.world.buried, is_buried);
    json answer = {{"name", name}, {"nameAvailable", !taken}, {"message", taken ? "Taken." : ""}};
    if (taken) answer["reason"] = "AlreadyExists";
    return {200, std::move(answer)};
}

Answer keys_of(const World& world, const Thing& thing, const std::string& action) {
    const std::string one = world.hex_of(thing.id + "key1", 44);
    const std::string other = world.hex_of(thing.id + "key2", 44);
    if (action == "sharedkeys") {
        return {200, {{"primarySharedKey", one}, {"secondarySharedKey", other}}};
    }
    if (action == "listcredentials") {
        json passwords = json::array();
        passwords.push_back({{"name", "password"}, {"value", one}});
        passwords.push_back({{"name", "password2"}, {"value", other}});
        return {200, {{"username", thing.name}, {"passwords", std::move(passwords)}}};
    }
    return {200, {{"key1", one}, {"key2", other}}};
}

}  // namespace

std::optional<Answer> other_action(Call& call) {
    const std::string action = low(call.place.action);
    if (action == "checknameavailability") return check_name(call);
    if (action == "register") {
        return Answer{200, {{"namespace", call.place.name}, {"registrationState", "Registered"}}};
    }
    const bool lists =
        action == "sharedkeys" || action == "listkeys" || action == "listcredentials";
    if (!lists) return std::nullopt;
    const Thing* thing = call.world.find(call.place.id);
    if (thing == nullptr) {
        throw Refusal{
            404, "ResourceNotFound",
            fmt::format("The Resource '{}/{}' was not found.", call.place.type, call.place.name)};
    }
    return keys_of(call.world, *thing, action);
}

}  // namespace driftless::test::arm
