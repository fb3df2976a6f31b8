#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_azure_world.hpp"

namespace driftless::test::arm {

namespace {

/// Every field of an answer is there, null where nothing was said.
json with_fields(const json& from, std::initializer_list<const char*> fields) {
    json all = from.is_object() ? from : json::object();
    for (const char* field : fields) all.emplace(field, nullptr);
    return all;
}

/// Secrets without what is secret.
json shown_secrets(const json& secrets) {
    if (!secrets.is_array() || secrets.empty()) return nullptr;
    json names = json::array();
    for (const json& secret : secrets) {
        json one = {{"name", text_at(secret, "/name")}};
        for (const char* key : {"keyVaultUrl", "identity"}) {
            if (!text_at(secret, std::string{"/"} + key).empty()) one[key] = secret.at(key);
        }
        names.push_back(std::move(one));
    }
    return names;
}

/// "1.0Gi" is "1Gi".
std::string plain_quantity(const std::string& text) {
    const std::size_t unit = std::min(text.find_first_not_of("0123456789."), text.size());
    std::string number = text.substr(0, unit);
    if (number.find('.') != std::string::npos) {
        number.erase(number.find_last_not_of('0') + 1);
        if (number.ends_with('.')) number.pop_back();
    }
    return number + text.substr(unit);
}

json filled_containers(json containers, bool is_done) {
    if (!containers.is_array()) return nullptr;
    for (json& container : containers) {
        if (!is_done) continue;
        json& resources = container["resources"];
        if (!resources.is_object()) resources = json::object();
        if (resources.value("cpu", json{}).is_null()) resources["cpu"] = 0.5;
        const std::string memory = text_at(resources, "/memory");
        resources["memory"] = memory.empty() ? "1Gi" : plain_quantity(memory);
        const double cpu = resources["cpu"].is_number() ? resources["cpu"].get<double>() : 0.5;
        resources["ephemeralStorage"] = cpu <= 0.25  ? "1Gi"
                                        : cpu <= 0.5 ? "2Gi"
                                        : cpu <= 1   ? "4Gi"
                                                     : "8Gi";
        for (const char* noise : {"env", "probes"}) {
            if (container.contains(noise) && container[noise].is_null()) container.erase(noise);
        }
    }
    return containers;
}

std::string domain_of(World& world, const Thing& app) {
    std::string environment = text_at(app.wanted, "/properties/environmentId");
    if (environment.empty()) environment = text_at(app.wanted, "/properties/managedEnvironmentId");
    const Thing* found = world.find(environment);
    return found == nullptr ? "" : text_at(found->body, "/properties/defaultDomain");
}

std::string host_of(World& world, const Thing& app, const std::string& label) {
    const json external = at_or_null(app.wanted, "/properties/configuration/ingress/external");
    const bool is_external = external.is_boolean() && external.get<bool>();
    return fmt::format("{}{}.{}", label, is_external ? "" : ".internal", domain_of(world, app));
}

json shown_ingress(World& world, const Thing& app, bool is_done) {
    const json said = at_or_null(app.wanted, "/properties/configuration/ingress");
    if (said.is_null()) return nullptr;
    json ingress =
        with_fields(said, {"fqdn", "external", "targetPort", "exposedPort", "transport", "traffic",
                           "customDomains", "allowInsecure", "ipSecurityRestrictions", "corsPolicy",
                           "clientCertificateMode", "stickySessions", "additionalPortMappings"});
    if (ingress["external"].is_null()) ingress["external"] = false;
    if (ingress["allowInsecure"].is_null()) ingress["allowInsecure"] = false;
    if (!is_done) return ingress;
    ingress["fqdn"] = host_of(world, app, app.name);
    if (ingress["exposedPort"].is_null()) ingress["exposedPort"] = 0;
    std::string transport = text_at(ingress, "/transport");
    if (transport.empty()) transport = "auto";
    transport.front() =
        static_cast<char>(transport.front() >= 'a' ? transport.front() - 32 : transport.front());
    ingress["transport"] = transport;
    if (!ingress["traffic"].is_array() || ingress["traffic"].empty()) {
        ingress["traffic"] = json::array({{{"weight", 100}, {"latestRevision", true}}});
    }
    for (json& part : ingress["traffic"]) {
        if (part.value("weight", json{}).is_string()) {
            part["weight"] = std::stoi(part["weight"].get<std::string>());
        }
        if (part.value("latestRevision", json{}) == json(false)) part.erase("latestRevision");
        if (part.contains("label") && part["label"].is_null()) part.erase("label");
    }
    return ingress;
}

json shown_template(const json& said, bool is_done) {
    json shown = with_fields(said, {"revisionSuffix", "terminationGracePeriodSeconds", "containers",
                                    "initContainers", "scale", "volumes", "serviceBinds"});
    shown["containers"] = filled_containers(shown["containers"], is_done);
    shown["initContainers"] = filled_containers(shown["initContainers"], is_done);
    if (!is_done) return shown;
    if (shown["revisionSuffix"].is_null()) shown["revisionSuffix"] = "";
    json& scale = shown["scale"];
    scale = with_fields(scale, {"minReplicas", "maxReplicas", "rules"});
    if (scale["maxReplicas"].is_null()) scale["maxReplicas"] = 10;
    scale.emplace("cooldownPeriod", 300);
    scale.emplace("pollingInterval", 30);
    return shown;
}

bool is_single(const Thing& app) {
    const std::string mode = text_at(app.wanted, "/properties/configuration/activeRevisionsMode");
    return mode.empty() || same_word(mode, "Single");
}

/// A template as it is compared: its suffix aside.
json essence(const json& body_template) {
    json plain = shown_template(body_template, true);
    plain.erase("revisionSuffix");
    return plain;
}

std::string trouble_of(const World& world, const json& body_template) {
    for (const json& container : body_template.value("containers", json::array())) {
        const auto broken = world.broken_images.find(text_at(container, "/image"));
        if (broken != world.broken_images.end()) return broken->second;
    }
    return "";
}

}  // namespace

std::string app_id(std::string id) {
    const std::string word = "/containerapps/";
    const std::size_t at = low(id).rfind(word);
    if (at != std::string::npos) id.replace(at, word.size(), word);
    return id;
}

json app_body(World& world, const Thing& thing) {
    const bool is_done = thing.state != "InProgress";
    json body = {{"id", thing.id}, {"name", thing.name}, {"type", thing.row->type}};
    body["location"] = display_location(text_at(thing.wanted, "/location"));
    const json tags = at_or_null(thing.wanted, "/tags");
    if (tags.is_object()) body["tags"] = tags;
    body["systemData"] = {{"createdBy", "deployer@example.com"},
                          {"createdByType", "User"},
                          {"createdAt", world.time_text(thing.created)},
                          {"lastModifiedBy", "deployer@example.com"},
                          {"lastModifiedByType", "User"},
                          {"lastModifiedAt", world.time_text(thing.modified)}};
    const json said = at_or_null(thing.wanted, "/properties");
    json& properties = body["properties"];
    properties["provisioningState"] = thing.state;
    std::string environment = text_at(said, "/environmentId");
    if (environment.empty()) environment = text_at(said, "/managedEnvironmentId");
    properties["managedEnvironmentId"] = properties["environmentId"] = environment;
    const std::string profile = text_at(said, "/workloadProfileName");
    properties["workloadProfileName"] = profile.empty() ? "Consumption" : profile;
    properties["outboundIpAddresses"] = json::array({"20.115.194.124", "20.115.194.128"});
    properties["customDomainVerificationId"] =
        text_at(world.find(environment) == nullptr ? json{} : world.find(environment)->body,
                "/properties/customDomainConfiguration/customDomainVerificationId");
    json configuration = with_fields(at_or_null(said, "/configuration"),
                                     {"secrets", "activeRevisionsMode", "ingress", "registries",
                                      "dapr", "maxInactiveRevisions", "service"});
    configuration["secrets"] = shown_secrets(configuration["secrets"]);
    configuration["ingress"] = shown_ingress(world, thing, is_done);
    if (is_done) configuration["activeRevisionsMode"] = is_single(thing) ? "Single" : "Multiple";
    properties["configuration"] = std::move(configuration);
    properties["template"] = shown_template(at_or_null(said, "/template"), is_done);
    properties["delegatedIdentities"] = json::array();
    const json identity = at_or_null(thing.wanted, "/identity");
    body["identity"] = identity.is_object() ? identity : json{{"type", "None"}};
    if (text_at(body, "/identity/type").find("SystemAssigned") != std::string::npos) {
        body["identity"]["principalId"] = world.uuid_of(thing.id + " system identity");
        body["identity"]["tenantId"] = world.tenant;
    }
    const json assigned = at_or_null(body, "/identity/userAssignedIdentities");
    for (const auto& [id, value] : assigned.items()) {
        const Thing* found = world.find(id);
        body["identity"]["userAssignedIdentities"][id] = {
            {"principalId",
             found == nullptr ? "" : text_at(found->body, "/properties/principalId")},
            {"clientId", found == nullptr ? "" : text_at(found->body, "/properties/clientId")}};
    }
    if (!is_done) return body;
    properties["runningStatus"] = "Running";
    properties["eventStreamEndpoint"] = fmt::format(
        "https://{}.azurecontainerapps.dev/subscriptions/{}/resourceGroups/{}/"
        "containerApps/{}/eventstream",
        low(text_at(thing.wanted, "/location")), thing.subscription, thing.group, thing.name);
    const Apps& apps = world.apps[low(thing.id)];
    if (apps.revisions.empty()) return body;
    const Revision& latest = apps.revisions.back();
    properties["latestRevisionName"] = latest.name;
    properties["latestRevisionFqdn"] = host_of(world, thing, latest.name);
    for (const Revision& revision : apps.revisions) {
        if (revision.was_ready) properties["latestReadyRevisionName"] = revision.name;
    }
    return body;
}

/// A changed template is a new revision.
void begin_app(World& world, Thing& thing, Operation& operation) {
    Apps& apps = world.apps[low(thing.id)];
    if (apps.revisions.empty()) {  // of a creation alone: a PUT that leaves it out later is null
        json& most = thing.wanted["properties"]["configuration"]["maxInactiveRevisions"];
        if (most.is_null()) most = 100;
    }
    const json wanted = at_or_null(thing.wanted, "/properties/template");
    const std::string suffix = text_at(wanted, "/revisionSuffix");
    if (!suffix.empty() && std::ranges::any_of(apps.revisions, [&](const Revision& revision) {
            return revision.name == thing.name + "--" + suffix;
        })) {
        return;  // a silent no-op
    }
    const bool is_same = suffix.empty() && !apps.revisions.empty() &&
                         essence(apps.revisions.back().body_template) == essence(wanted);
    if (is_same) return;
    Revision revision;
    std::string end = suffix;
    if (end.empty() && apps.revisions.empty()) end = world.hex_of(thing.id + world.new_uuid(), 7);
    if (end.empty()) end = fmt::format("{:07}", ++apps.numbered);
    revision.name = thing.name + "--" + end;
    revision.body_template = wanted;
    revision.created = revision.replicas_since = world.clock.wall();
    revision.secrets = at_or_null(thing.wanted, "/properties/configuration/secrets");
    revision.trouble = trouble_of(world, wanted);
    if (!revision.trouble.empty()) operation.ends = world.clock.now() + world.habits.broken_takes;
    revision.provisioned = operation.ends;
    revision.ready = net::SteadyTime::max();  // until the operation's end says when
    apps.revisions.push_back(std::move(revision));
}

void end_app(World& world, Thing& thing, Operation& operation) {
    Apps& apps = world.apps[low(thing.id)];
    if (!apps.revisions.empty()) {
        Revision& latest = apps.revisions.back();
        const bool is_new =
            latest.provisioned == operation.ends || latest.provisioned > world.clock.now();
        if (is_new && latest.trouble.empty()) {
            // The first one is ready as soon as the app is.
            const bool is_first = apps.revisions.size() == 1;
            latest.provisioned = operation.ends;
            latest.ready = operation.ends + (is_first ? seconds{0} : world.habits.ready_lag);
            if (world.habits.begins_asleep && is_idle_at_zero(latest)) {
                latest.ready = net::SteadyTime::max();
            }
        }
    }
    const bool is_broken = !apps.revisions.empty() && !apps.revisions.back().trouble.empty();
    if (!is_broken) return;
    thing.state = "Failed";
    operation.status = "Failed";
    operation.code = "ContainerAppOperationError";
    operation.message = fmt::format(
        "Failed to provision revision for container app '{}'. Error details: Operation expired.",
        thing.name);
}

/// May it run without a replica?
bool is_idle_at_zero(const Revision& revision) {
    const json least = at_or_null(revision.body_template, "/scale/minReplicas");
    return least.is_null() || least == 0;
}

bool is_asleep(const World& world, const Revision& revision) {
    if (!revision.trouble.empty() || !revision.active || !is_idle_at_zero(revision)) return false;
    const bool never_woke = world.habits.begins_asleep && !revision.was_ready;
    if (never_woke) return revision.provisioned <= world.clock.now();
    const auto idle = world.habits.scales_down_after;
    return idle.count() > 0 && revision.was_ready && revision.ready + idle <= world.clock.now();
}

void settle_app(World& world, Thing& app) {
    Apps& apps = world.apps[low(app.id)];
    const net::SteadyTime now = world.clock.now();
    for (std::size_t at = 0; at < apps.revisions.size(); ++at) {
        Revision& revision = apps.revisions[at];
        if (revision.was_ready || revision.ready > now || !revision.active) continue;
        revision.was_ready = true;
        if (!is_single(app)) continue;
        for (std::size_t before = 0; before < at; ++before) apps.revisions[before].active = false;
    }
}

}  // namespace driftless::test::arm
