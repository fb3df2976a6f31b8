// Pages: projects and their domains.
#include "tests/support/fake_cloudflare_pages.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace driftless::test {

namespace {

constexpr PageLimits list_limits{1, 25, 10, 8000024};
constexpr std::size_t most_deployments = 100;  // of a project that is deleted

json usual_deployment_config() {
    return {{"always_use_latest_compatibility_date", false},
            {"build_image_major_version", 3},
            {"compatibility_date", "2026-01-01"},
            {"compatibility_flags", json::array()},
            {"env_vars", nullptr},
            {"fail_open", true},
            {"usage_model", "standard"}};
}

/// A merge: members that are null go.
void merge(json& into, const json& changes) {
    for (const auto& [key, value] : changes.items()) {
        if (value.is_object() && member_or(into, key, json::object()).is_object()) {
            if (!into.contains(key) || into[key].is_null()) into[key] = json::object();
            merge(into[key], value);
        } else if (value.is_null() && key != "env_vars") {
            into.erase(key);
        } else {
            into[key] = value;
        }
    }
}

/// Values of secrets are never shown.
void hide_secrets(json& configs) {
    for (json& config : configs) {
        json& variables = config["env_vars"];
        for (json& variable : variables) {
            if (text_or(variable, "type", "") == "secret_text") variable["value"] = "";
        }
        if (variables.is_object() && variables.empty()) variables = nullptr;
    }
}

json latest_of(const CloudflareWorld& world, const json& project) {
    const json& all = project.at("_deployments");
    return all.empty() ? json(nullptr) : deployment_shown(world, all.back());
}

json project_shown(const CloudflareWorld& world, const json& project) {
    json shown = visible(project);
    hide_secrets(shown["deployment_configs"]);
    shown["domains"] = json::array({project.at("subdomain")});
    for (const json& domain : project.at("_domains")) shown["domains"].push_back(domain["name"]);
    shown["canonical_deployment"] = canonical_of(world, project);
    shown["latest_deployment"] = latest_of(world, project);
    return shown;
}

bool is_label(const std::string& name) {
    return !name.empty() && name.size() <= 58 && name.front() != '-' && name.back() != '-' &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

json new_project(CloudflareWorld& world, const json& body) {
    const std::string name = text_or(body, "name", "");
    const std::string branch = text_or(body, "production_branch", "");
    if (!is_label(name)) throw CloudflareRefusal{400, 8000004, "The project name is invalid"};
    if (branch.empty()) throw CloudflareRefusal{400, 8000003, "production_branch is required"};
    const bool taken = world.habits.taken_pages_labels.contains(name);
    const std::string label = taken ? name + "-" + net::random_hex(world.random, 2) : name;
    json project = {
        {"id", world.uuid()},
        {"name", name},
        {"subdomain", label + ".pages.dev"},
        {"production_branch", branch},
        {"created_on", world.now()},
        {"framework", ""},
        {"framework_version", ""},
        {"uses_functions", false},
        {"preview_script_name", fmt::format("pages-worker--{}-preview", name)},
        {"production_script_name", fmt::format("pages-worker--{}-production", name)},
        {"build_config",
         {{"build_command", ""},
          {"destination_dir", ""},
          {"root_dir", ""},
          {"web_analytics_tag", nullptr},
          {"web_analytics_token", nullptr}}},
        {"deployment_configs",
         {{"preview", usual_deployment_config()}, {"production", usual_deployment_config()}}},
        {"_domains", json::array()},
        {"_deployments", json::array()}};
    for (const char* part : {"build_config", "deployment_configs"}) {
        merge(project[part], member_or(body, part, json::object()));
    }
    if (body.contains("source")) project["source"] = body["source"];
    return project;
}

// ---- projects

CloudflareAnswer list_projects(CloudflareCall& call) {
    std::vector<json> all;
    for (const auto& [name, project] : call.world.state.projects) {
        all.push_back(project_shown(call.world, project));
    }
    return paged_answer(call.request, all, list_limits);
}

CloudflareAnswer create_project(CloudflareCall& call) {
    json project = new_project(call.world, body_of(call.request));
    auto& all = call.world.state.projects;
    const std::string name = project["name"];
    if (all.contains(name)) {
        throw CloudflareRefusal{409, 8000002, "A project with this name already exists"};
    }
    if (all.size() >= 100) {
        throw CloudflareRefusal{400, 8000011, "The limit of 100 projects is reached"};
    }
    all[name] = project;
    return cloudflare_answer(project_shown(call.world, project));
}

CloudflareAnswer get_project(CloudflareCall& call) {
    return cloudflare_answer(project_shown(call.world, project_of(call)));
}

CloudflareAnswer patch_project(CloudflareCall& call) {
    json& project = project_of(call);
    const json body = body_of(call.request);
    for (const char* part : {"build_config", "deployment_configs"}) {
        merge(project[part], member_or(body, part, json::object()));
    }
    project["production_branch"] = text_or(body, "production_branch", project["production_branch"]);
    return cloudflare_answer(project_shown(call.world, project));
}

CloudflareAnswer delete_project(CloudflareCall& call) {
    const json& project = project_of(call);
    if (!project["_domains"].empty()) {
        throw CloudflareRefusal{400, 8000028,
                                "This project has custom domains attached; delete those first"};
    }
    if (project["_deployments"].size() > most_deployments) {
        throw CloudflareRefusal{400, 8000076,
                                "This project has too many deployments to be deleted"};
    }
    const std::string name = project["name"];
    call.world.state.projects.erase(name);
    return cloudflare_answer(nullptr);
}

// ---- domains

const CloudflareZone* zone_with(const CloudflareWorld& world, const std::string& name) {
    for (const auto& [id, zone] : world.state.zones) {
        if (name == zone.name || name.ends_with("." + zone.name)) return &zone;
    }
    return nullptr;
}

/// Whether the DNS of this account sends the name to the project.
bool points_to(const CloudflareWorld& world, const std::string& name, const json& project) {
    const CloudflareZone* zone = zone_with(world, name);
    if (zone == nullptr) return false;
    const auto ids = zone->by_name.find(name);
    if (ids == zone->by_name.end()) return false;
    return std::ranges::any_of(ids->second, [&](const std::string& id) {
        const CloudflareRecord& record = *zone->records.at(id);
        return record.type == "CNAME" && project.at("subdomain") == record.content;
    });
}

json domain_shown(const CloudflareWorld& world, const json& project, const json& domain) {
    json shown = visible(domain);
    const std::chrono::milliseconds since{domain.at("_since_ms").get<std::int64_t>()};
    const bool points = points_to(world, domain.at("name"), project);
    const bool done = world.clock.now().time_since_epoch() - since >= world.habits.domain_takes;
    const std::string status = !done ? "initializing" : points ? "active" : "pending";
    shown["status"] = status;
    shown["validation_data"] = {{"status", done ? status : "initializing"}, {"method", "http"}};
    shown["verification_data"] = {{"status", points && done ? "active" : "pending"}};
    const CloudflareZone* zone = zone_with(world, domain.at("name"));
    shown["zone_tag"] = zone == nullptr ? "" : zone->id;
    return shown;
}

void restart(const CloudflareWorld& world, json& domain) {
    domain["_since_ms"] =
        std::chrono::duration_cast<std::chrono::milliseconds>(world.clock.now().time_since_epoch())
            .count();
}

json& domain_of(CloudflareCall& call, json& project) {
    for (json& domain : project["_domains"]) {
        if (domain["name"] == lower(call.ids.at(2))) return domain;
    }
    throw CloudflareRefusal{404, 8000021, "The domain was not found in this project"};
}

CloudflareAnswer list_domains(CloudflareCall& call) {
    const json& project = project_of(call);
    json all = json::array();
    for (const json& domain : project["_domains"]) {
        all.push_back(domain_shown(call.world, project, domain));
    }
    return cloudflare_answer(std::move(all));
}

CloudflareAnswer create_domain(CloudflareCall& call) {
    json& project = project_of(call);
    const std::string name = lower(text_or(body_of(call.request), "name", ""));
    if (name.find('.') == std::string::npos) {
        throw CloudflareRefusal{400, 8000017, "The domain name is invalid"};
    }
    for (const auto& [other_name, other] : call.world.state.projects) {
        for (const json& domain : other["_domains"]) {
            if (domain["name"] != name) continue;
            throw CloudflareRefusal{409, 8000018, "You have already added this custom domain"};
        }
    }
    json domain = {{"id", call.world.uuid()},
                   {"domain_id", call.world.uuid()},
                   {"name", name},
                   {"certificate_authority", "google"},
                   {"created_on", call.world.now()}};
    restart(call.world, domain);
    project["_domains"].push_back(domain);
    return cloudflare_answer(domain_shown(call.world, project, domain));
}

CloudflareAnswer get_domain(CloudflareCall& call) {
    json& project = project_of(call);
    return cloudflare_answer(domain_shown(call.world, project, domain_of(call, project)));
}

CloudflareAnswer patch_domain(CloudflareCall& call) {
    json& project = project_of(call);
    json& domain = domain_of(call, project);
    restart(call.world, domain);
    return cloudflare_answer(domain_shown(call.world, project, domain));
}

CloudflareAnswer delete_domain(CloudflareCall& call) {
    json& project = project_of(call);
    const std::string name = domain_of(call, project)["name"];
    json left = json::array();
    for (const json& domain : project["_domains"]) {
        if (domain["name"] != name) left.push_back(domain);
    }
    project["_domains"] = left;
    return cloudflare_answer(nullptr);
}

}  // namespace

json& project_of(CloudflareCall& call) {
    auto& all = call.world.state.projects;
    const auto found = all.find(call.ids.at(1));
    if (found == all.end()) {
        throw CloudflareRefusal{
            404, 8000007,
            "Project not found. The specified project name does not match any of "
            "your existing projects."};
    }
    return found->second;
}

std::vector<CloudflareRoute> pages_routes() {
    using net::Method;
    const std::string projects = "/accounts/{}/pages/projects";
    const std::string domains = projects + "/{}/domains";
    std::vector<CloudflareRoute> routes = deployment_routes();
    const std::vector<CloudflareRoute> more{
        {Method::get, projects, "pages", list_projects},
        {Method::post, projects, "pages", create_project},
        {Method::get, projects + "/{}", "pages", get_project},
        {Method::patch, projects + "/{}", "pages", patch_project},
        {Method::del, projects + "/{}", "pages", delete_project},
        {Method::get, domains, "pages", list_domains},
        {Method::post, domains, "pages", create_domain},
        {Method::get, domains + "/{}", "pages", get_domain},
        {Method::patch, domains + "/{}", "pages", patch_domain},
        {Method::del, domains + "/{}", "pages", delete_domain},
    };
    routes.insert(routes.end(), more.begin(), more.end());
    return routes;
}

}  // namespace driftless::test
