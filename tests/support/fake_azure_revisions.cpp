#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_azure_world.hpp"

namespace driftless::test::arm {

namespace {

[[noreturn]] void absent(const std::string& what, const std::string& name) {
    throw Refusal{404, "ResourceNotFound", fmt::format("{} '{}' was not found.", what, name)};
}

int weight_of(const Thing& app, const Revision& revision, const Apps& apps) {
    const json traffic = at_or_null(app.wanted, "/properties/configuration/ingress/traffic");
    const bool is_latest = revision.name == apps.revisions.back().name;
    if (!traffic.is_array() || traffic.empty()) return is_latest ? 100 : 0;
    int sum = 0;
    for (const json& part : traffic) {
        const bool by_name = text_at(part, "/revisionName") == revision.name;
        const bool by_latest = is_latest && part.value("latestRevision", json(false)) == json(true);
        if (!by_name && !by_latest) continue;
        const json weight = part.value("weight", json(0));
        sum += weight.is_string() ? std::stoi(weight.get<std::string>()) : weight.get<int>();
    }
    return sum;
}

json revision_template(const Revision& revision) {
    json shown = revision.body_template;
    for (const char* field :
         {"terminationGracePeriodSeconds", "initContainers", "volumes", "serviceBinds", "scale"}) {
        shown.emplace(field, nullptr);
    }
    shown["revisionSuffix"] = nullptr;
    if (!shown["scale"].is_object()) shown["scale"] = json::object();
    shown["scale"].emplace("minReplicas", nullptr);
    shown["scale"].emplace("maxReplicas", 10);
    shown["scale"].emplace("rules", nullptr);
    for (json& container : shown["containers"]) {
        json& resources = container["resources"];
        if (resources.is_null()) resources = {{"cpu", 0.5}, {"memory", "1Gi"}};
        resources.erase("ephemeralStorage");
        container.erase("imageType");
        container.emplace("probes", json::array());
    }
    return shown;
}

json shown_revision(World& world, const Thing& app, const Revision& revision) {
    const net::SteadyTime now = world.clock.now();
    const Apps& apps = world.apps[low(app.id)];
    const bool is_provisioned = revision.provisioned <= now;
    const bool is_ready = revision.was_ready;
    json properties = {{"createdTime", world.time_text(revision.created)},
                       {"template", revision_template(revision)},
                       {"active", revision.active},
                       {"replicas", revision.active && !is_asleep(world, revision) ? 1 : 0},
                       {"trafficWeight", weight_of(app, revision, apps)}};
    const json whole = app_body(world, app);
    if (!at_or_null(whole, "/properties/configuration/ingress").is_null()) {
        std::string host = text_at(whole, "/properties/configuration/ingress/fqdn");
        host.replace(0, std::min(app.name.size(), host.size()), revision.name);
        properties["fqdn"] = host;
    }
    if (!revision.active) {
        properties["provisioningState"] = "Provisioned";
        properties["runningState"] = "Stopped";
        properties["healthState"] = "None";
    } else if (!revision.trouble.empty()) {
        properties["provisioningState"] = is_provisioned ? "Failed" : "Provisioning";
        properties["runningState"] = is_provisioned ? "Failed" : "Degraded";
        properties["healthState"] = "Unhealthy";
        properties["provisioningError"] = revision.trouble;
        properties["runningStateDetails"] = revision.trouble;
    } else if (is_asleep(world, revision)) {
        properties["provisioningState"] = "Provisioned";
        properties["runningState"] = "ScaledToZero";
        properties["healthState"] = "None";
    } else {
        properties["provisioningState"] = is_provisioned ? "Provisioned" : "Provisioning";
        properties["runningState"] = is_ready         ? "Running"
                                     : is_provisioned ? "Activating"
                                                      : "Processing";
        properties["healthState"] = is_ready ? "Healthy" : "None";
    }
    std::string parent = app.asked;
    return {{"id", parent + "/revisions/" + revision.name},
            {"name", revision.name},
            {"type", "Microsoft.App/containerapps/revisions"},
            {"properties", std::move(properties)}};
}

json replicas_of(const World& world, const Thing& app, const Revision& revision) {
    json replicas = json::array();
    if (!revision.active || is_asleep(world, revision)) return replicas;
    const bool is_ready = revision.was_ready;
    json containers = json::array();
    for (const json& container : revision.body_template.value("containers", json::array())) {
        containers.push_back({{"name", text_at(container, "/name")},
                              {"containerId", "containerd://" + world.hex_of(revision.name, 64)},
                              {"ready", is_ready},
                              {"started", is_ready},
                              {"restartCount", revision.trouble.empty() ? 0 : 5},
                              {"runningState", is_ready ? "Running" : "Waiting"},
                              {"runningStateDetails", revision.trouble}});
    }
    const std::string name = revision.name + "-" + world.hex_of(revision.name, 10) + "-" +
                             world.hex_of(revision.name + std::to_string(revision.restarts), 5);
    replicas.push_back({{"id", app.asked + "/revisions/" + revision.name + "/replicas/" + name},
                        {"name", name},
                        {"type", "Microsoft.App/containerapps/revisions/replicas"},
                        {"properties",
                         {{"createdTime", world.time_text(revision.replicas_since)},
                          {"runningState", is_ready ? "Running" : "NotRunning"},
                          {"runningStateDetails", revision.trouble},
                          {"containers", std::move(containers)},
                          {"initContainers", json::array()}}}});
    return replicas;
}

json shown_execution(World& world, const Thing& job, const Execution& execution) {
    const bool is_over = execution.stopped || execution.ends <= world.clock.now();
    const std::string status = execution.stopped ? "Stopped"
                               : is_over         ? execution.outcome
                                                 : "Running";
    json properties = {{"status", status},
                       {"startTime", world.time_text(execution.started)},
                       {"template", execution.body_template}};
    if (is_over && !execution.stopped) properties["endTime"] = world.time_text(execution.ended);
    return {{"id", job.id + "/executions/" + execution.name},
            {"name", execution.name},
            {"type", "Microsoft.App/jobs/executions"},
            {"properties", std::move(properties)}};
}

Revision& revision_of(World& world, const Thing& app, const std::string& name) {
    for (Revision& revision : world.apps[low(app.id)].revisions) {
        if (same_word(revision.name, name)) return revision;
    }
    absent("Revision", name);
}

/// "…/revisions/NAME": the app that it is of.
Thing& owner(World& world, const std::string& id, const std::string& what) {
    Thing* found = world.find(id);
    if (found == nullptr) absent(what, id);
    return *found;
}

Answer listed(json items) {
    return {200, {{"value", std::move(items)}}};
}

std::string parent_of(const std::string& id) {
    const std::size_t last = id.rfind('/');
    return id.substr(0, id.rfind('/', last - 1));
}

/// What every execution gets to know of itself.
void add_environment(json& container, const std::string& job) {
    json& env = container["env"];
    if (!env.is_array()) env = json::array();
    for (const char* name : {"CONTAINER_APP_JOB_NAME", "CONTAINER_APP_JOB_EXECUTION_NAME",
                             "CONTAINER_APP_REPLICA_NAME"}) {
        const bool is_job = name == std::string_view{"CONTAINER_APP_JOB_NAME"};
        env.push_back({{"name", name}, {"value", is_job ? job : ""}});
    }
    if (!container["resources"].is_object()) container["resources"] = json::object();
    container["resources"].emplace("ephemeralStorage", "");
}

Answer start_job(Call& call, Thing& job) {
    World& world = call.world;
    Execution execution;
    execution.name = job.name + "-" + world.hex_of(world.new_uuid(), 7);
    execution.started = world.clock.wall();
    execution.ends = world.clock.now() + world.habits.execution_takes;
    execution.ended = execution.started + world.habits.execution_takes;
    const json given = body_of(call);
    const json usual = at_or_null(job.wanted, "/properties/template");
    execution.body_template = given.contains("containers") ? given : usual;
    execution.body_template.emplace("initContainers", json::array());
    for (json& container : execution.body_template["containers"]) {
        add_environment(container, job.name);
        if (world.broken_images.contains(text_at(container, "/image")))
            execution.outcome = "Failed";
    }
    world.executions[low(job.id)].push_back(execution);
    return {200, {{"id", job.id + "/executions/" + execution.name}, {"name", execution.name}}};
}

Answer stop_job(Call& call, Thing& job, const std::string& name) {
    for (Execution& execution : call.world.executions[low(job.id)]) {
        const bool runs = execution.ends > call.world.clock.now();
        if ((name.empty() || execution.name == name) && runs) execution.stopped = true;
    }
    return {200};
}

}  // namespace

std::optional<Answer> app_read(Call& call) {
    World& world = call.world;
    const std::string type = low(call.place.type);
    const bool is_list = call.place.is == Place::Is::list;
    if (type == "microsoft.app/containerapps/revisions") {
        const Thing& app = owner(world, call.place.above, "Container app");
        if (!is_list) {
            return Answer{200,
                          shown_revision(world, app, revision_of(world, app, call.place.name))};
        }
        json all = json::array();
        for (const Revision& one : world.apps[low(app.id)].revisions) {
            all.push_back(shown_revision(world, app, one));
        }
        return listed(std::move(all));
    }
    if (type == "microsoft.app/containerapps/revisions/replicas") {
        const std::string revision = is_list ? call.place.id : call.place.above;
        const Thing& app = owner(world, parent_of(revision), "Container app");
        const std::string name = revision.substr(revision.rfind('/') + 1);
        json all = replicas_of(world, app, revision_of(world, app, name));
        if (is_list) return listed(std::move(all));
        for (const json& replica : all) {
            if (text_at(replica, "/name") == call.place.name) return Answer{200, replica};
        }
        absent("Replica", call.place.name);
    }
    if (type == "microsoft.app/jobs/executions") {
        const Thing& job = owner(world, call.place.above, "Job");
        json all = json::array();
        for (const Execution& one : world.executions[low(job.id)]) {
            all.push_back(shown_execution(world, job, one));
            if (!is_list && one.name == call.place.name) return Answer{200, all.back()};
        }
        if (is_list) return listed(std::move(all));
        absent("Execution", call.place.name);
    }
    return std::nullopt;
}

std::optional<Answer> app_action(Call& call) {
    World& world = call.world;
    const std::string type = low(call.place.type);
    const std::string action = low(call.place.action);
    if (type == "microsoft.app/jobs/stop") {
        Thing& job = owner(world, parent_of(call.place.id), "Job");
        return stop_job(call, job, call.place.name);
    }
    if (type == "microsoft.app/jobs" && (action == "start" || action == "stop")) {
        Thing& job = owner(world, call.place.id, "Job");
        return action == "start" ? start_job(call, job) : stop_job(call, job, "");
    }
    const bool lists = action == "listsecrets";
    if (lists && (type == "microsoft.app/containerapps" || type == "microsoft.app/jobs")) {
        const Thing& app = owner(world, call.place.id, "Container app");
        json secrets = at_or_null(app.wanted, "/properties/configuration/secrets");
        if (!secrets.is_array()) secrets = json::array();
        return listed(std::move(secrets));
    }
    if (type == "microsoft.app/containerapps/revisions") {
        const Thing& app = owner(world, call.place.above, "Container app");
        Revision& revision = revision_of(world, app, call.place.name);
        if (action == "activate") {
            revision.active = true;
            if (revision.trouble.empty() && !revision.was_ready) {
                revision.ready = world.clock.now() + world.habits.ready_lag;
            }
        }
        if (action == "deactivate") revision.active = false;
        if (action == "restart") {  // new replicas take the place of the old ones
            ++revision.restarts;
            revision.replicas_since = world.clock.wall();
            revision.secrets = at_or_null(app.wanted, "/properties/configuration/secrets");
        }
        return Answer{200};
    }
    return std::nullopt;
}

json job_body(World& world, const Thing& thing) {
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
    json properties = at_or_null(thing.wanted, "/properties");
    properties["provisioningState"] = thing.state;
    if (text_at(properties, "/workloadProfileName").empty())
        properties["workloadProfileName"] = "Consumption";
    json& configuration = properties["configuration"];
    for (const char* field : {"secrets", "manualTriggerConfig", "scheduleTriggerConfig",
                              "eventTriggerConfig", "registries", "dapr"}) {
        configuration.emplace(field, nullptr);
    }
    configuration.emplace("identitySettings", json::array());
    std::string trigger = text_at(configuration, "/triggerType");
    if (!trigger.empty() && trigger.front() >= 'a')
        trigger.front() = static_cast<char>(trigger.front() - 32);
    configuration["triggerType"] = trigger;
    if (configuration["secrets"].is_array()) {
        json names = json::array();
        for (json secret : configuration["secrets"]) {
            secret.erase("value");
            names.push_back(std::move(secret));
        }
        configuration["secrets"] = std::move(names);
    }
    json& body_template = properties["template"];
    body_template.emplace("initContainers", nullptr);
    body_template.emplace("volumes", nullptr);
    for (const char* list : {"containers", "initContainers"}) {
        if (!body_template[list].is_array()) continue;
        for (json& container : body_template[list]) {
            json& resources = container["resources"];
            if (resources.is_object()) continue;
            resources = {{"cpu", 0.5}, {"memory", "1Gi"}};
            if (thing.version == 1) resources["ephemeralStorage"] = "";
        }
    }
    if (is_done) properties["runningStatus"] = "Ready";
    properties["eventStreamEndpoint"] = fmt::format(
        "https://{}.azurecontainerapps.dev/subscriptions/{}/resourceGroups/{}/"
        "containerApps/{}/eventstream",
        low(text_at(thing.wanted, "/location")), thing.subscription, thing.group, thing.name);
    body["properties"] = std::move(properties);
    const json identity = at_or_null(thing.wanted, "/identity");
    body["identity"] = identity.is_object() ? identity : json{{"type", "None"}};
    (void)world;
    return body;
}

}  // namespace driftless::test::arm
