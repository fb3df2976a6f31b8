#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_azure_world.hpp"

namespace driftless::test::arm {

namespace {

json system_data_of(const World& world, const Thing& thing) {
    if (thing.row->type.starts_with("Microsoft.DBforPostgreSQL")) {
        if (thing.row->type != "Microsoft.DBforPostgreSQL/flexibleServers") return nullptr;
        return {{"createdAt", world.time_text(thing.created)}};
    }
    return {{"createdBy", "deployer@example.com"},
            {"createdByType", "User"},
            {"createdAt", world.time_text(thing.created)},
            {"lastModifiedBy", "deployer@example.com"},
            {"lastModifiedByType", "User"},
            {"lastModifiedAt", world.time_text(thing.modified)}};
}

/// The environment adds a profile that nobody asked for, and never tells the key of its logs.
void show_environment(json& properties) {
    json& profiles = properties["workloadProfiles"];
    if (!profiles.is_array()) profiles = json::array();
    const bool has_it = std::ranges::any_of(profiles, [](const json& profile) {
        return text_at(profile, "/workloadProfileType") == "Consumption";
    });
    if (!has_it) {
        profiles.push_back({{"workloadProfileType", "Consumption"}, {"name", "Consumption"}});
    }
    for (json& profile : profiles) profile.emplace("enableFips", false);
    json& logs = properties["appLogsConfiguration"];
    logs.emplace("destination", nullptr);
    if (!logs.contains("logAnalyticsConfiguration")) logs["logAnalyticsConfiguration"] = nullptr;
    if (logs["logAnalyticsConfiguration"].is_object()) {
        logs["logAnalyticsConfiguration"]["sharedKey"] = nullptr;
    }
}

void show_subnets(World& world, const Thing& thing, json& properties) {
    properties["subnets"] = json::array();
    for (const Thing* child : world.below(thing.id)) {
        if (!child->row->is(in_parent)) continue;
        properties["subnets"].push_back(shown(world, *child));
    }
}

void show_endpoint_of_group(World& world, const Thing& thing, json& properties) {
    for (json& one : properties["privateLinkServiceConnections"]) {
        one["id"] =
            fmt::format("{}/privateLinkServiceConnections/{}", thing.id, text_at(one, "/name"));
        one["properties"]["provisioningState"] = "Succeeded";
        json& connection = one["properties"]["privateLinkServiceConnectionState"];
        if (connection.is_null()) {
            connection = {{"status", "Approved"},
                          {"description", "Auto-Approved"},
                          {"actionsRequired", "None"}};
        }
    }
    properties["networkInterfaces"] = json::array();
    properties["networkInterfaces"].push_back(
        {{"id", fmt::format("/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Network/"
                            "networkInterfaces/{}.nic.{}",
                            thing.subscription, thing.group, thing.name,
                            world.uuid_of(thing.id + " nic"))}});
}

/// What particular types make of what was sent.
void by_type(World& world, const Thing& thing, json& body) {
    const std::string_view type = thing.row->type;
    json& properties = body["properties"];
    if (type == "Microsoft.App/managedEnvironments") show_environment(properties);
    if (type == "Microsoft.Network/virtualNetworks") show_subnets(world, thing, properties);
    if (type == "Microsoft.Network/privateEndpoints") {
        show_endpoint_of_group(world, thing, properties);
    }
    if (type == "Microsoft.OperationalInsights/workspaces") {
        const std::string sku = low(text_at(properties, "/sku/name"));
        if (sku == "standalone" || sku == "pernode") properties["sku"]["name"] = "PerGB2018";
    }
    if (type == "Microsoft.KeyVault/vaults") properties.erase("createMode");
    if (type == "Microsoft.KeyVault/vaults/secrets") properties.erase("value");
    if (type == "Microsoft.CognitiveServices/accounts") properties.erase("restore");
    if (type == "Microsoft.Cdn/profiles/afdEndpoints/routes") {
        for (json& domain : properties["customDomains"]) domain["isActive"] = false;
    }
    if (type == "Microsoft.App/managedEnvironments/certificates") {
        properties.erase("value");
        properties.erase("password");
    }
}

void add_etag(World& world, const Thing& thing, json& body) {
    const std::string mark = world.uuid_of(fmt::format("{} {} etag", thing.id, thing.version));
    const bool is_network = thing.row->type.starts_with("Microsoft.Network/");
    const bool is_dns = thing.row->type.find("Dns") != std::string_view::npos;
    body["etag"] = is_network && !is_dns ? fmt::format("W/\"{}\"", mark)
                   : is_network          ? mark
                                         : fmt::format("\"{}\"", mark);
}

/// Values whose letters the service writes its own way.
void settle_words(const Thing& thing, json& body) {
    const Row& row = *thing.row;
    body["type"] = row.shown_type.empty() ? row.type : row.shown_type;
    if (row.type == "Microsoft.Insights/actionGroups")
        body["type"] = "Microsoft.Insights/ActionGroups";
    if (row.is(no_location)) {
        body.erase("location");
    } else if (body.contains("location") && body["location"].is_string()) {
        const auto& location = body["location"].get_ref<const std::string&>();
        if (row.is(shows_location)) body["location"] = display_location(location);
    }
    if (row.is(no_tags)) body.erase("tags");
    if (row.is(tags_empty) && at_or_null(body, "/tags").is_null()) body["tags"] = json::object();
    if (!row.is(tags_empty) && at_or_null(body, "/tags").is_null()) body.erase("tags");
}

}  // namespace

json shown(World& world, const Thing& thing) {
    const Row& row = *thing.row;
    json body = thing.body;
    if (!body.is_object()) body = json::object();
    if (!body.contains("properties") && row.type != "Microsoft.Resources/resourceGroups") {
        body["properties"] = json::object();
    }
    by_type(world, thing, body);
    body["id"] = thing.id;
    body["name"] = thing.name;
    settle_words(thing, body);
    if (!thing.state.empty()) body["properties"]["provisioningState"] = thing.state;
    if (row.is(system_data)) {
        const json data = system_data_of(world, thing);
        if (!data.is_null()) body["systemData"] = data;
    }
    if (row.is(etags)) add_etag(world, thing, body);
    if (row.type == "Microsoft.App/containerApps") return app_body(world, thing);
    if (row.type == "Microsoft.App/jobs") return job_body(world, thing);
    if (row.type == "Microsoft.DBforPostgreSQL/flexibleServers/configurations") {
        return configuration_body(thing, std::move(body));
    }
    if (row.type.starts_with("Microsoft.DBforPostgreSQL")) {
        return postgres_body(world, thing, std::move(body));
    }
    return body;
}

}  // namespace driftless::test::arm
