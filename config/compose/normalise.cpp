#include "config/compose/normalise.hpp"

#include <algorithm>
#include <set>

#include "config/compose/dotenv.hpp"
#include "config/compose/nodes.hpp"
#include "config/compose/scalars.hpp"
#include "config/compose/service.hpp"

namespace driftless::compose {
namespace {

constexpr const char* name_variable = "COMPOSE_PROJECT_NAME";

/// Lower case, [a-z0-9_-] only, beginning with a letter or digit: as Compose does it, silently.
std::string normal_name(const std::string& text) {
    std::string name;
    for (char c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        const bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (fits || (!name.empty() && (c == '_' || c == '-'))) name += c;
    }
    return name;
}

/// The names below `key` of every service: "networks" used, "volumes" mounted.
std::set<std::string> used_by(const Node& services, const std::string& section) {
    std::set<std::string> used;
    for (const auto& [name, place, service] : services.entries) {
        const Node* there = service.find(section);
        if (there == nullptr) continue;
        for (const Node::Entry& entry : there->entries) used.insert(entry.key);
        for (const Node& item : there->items) {
            if (section != "volumes" || text_at(item, "type") == "volume")
                used.insert(text_at(item, "source"));
        }
    }
    return used;
}

/// The resources of a section that enabled services use.
Node take_section(Node& root, const Node& services, const std::string& section) {
    Node* all = root.find(section);
    Node kept = Node::map(all != nullptr ? all->place : services.place);
    if (all == nullptr) return kept;
    const auto used = used_by(services, section);
    for (Node::Entry& entry : all->entries) {
        if (used.contains(entry.key)) kept.entries.push_back(std::move(entry));
    }
    return kept;
}

/// `external: {name: X}`, the old form, as `external: true` and `name: X`.
void open_external(Context& context, Node& resource, const std::string& where) {
    Node* external = resource.find("external");
    if (external == nullptr) return;
    if (external->is_map()) {
        const std::string name = text_at(*external, "name");
        const Place place = external->place;
        const std::string given = text_at(resource, "name");
        if (!given.empty() && given != name) {
            context.error(place, where, "`name` and `external.name` differ; keep one");
        }
        if (!name.empty()) put_text(resource, "name", name, place);
        put_plain(resource, "external", "true", place);
    } else if (external->text == "false") {
        resource.erase("external");
    }
}

void fill_names(Context& context, Node& section, const std::string& project,
                const std::string& what) {
    for (auto& [key, place, resource] : section.entries) {
        if (resource.is_null()) resource = Node::map(place);
        open_external(context, resource, below(what, key));
        if (!text_at(resource, "name").empty()) continue;
        const bool external = is_true(resource, "external");
        put_text(resource, "name", external ? key : fmt::format("{}_{}", project, key), place);
    }
}

/// What a config or secret `environment: VAR` holds, as `content`.
void fill_content(Context& context, Node& section, const Unit& unit, const std::string& what) {
    for (auto& [key, place, resource] : section.entries) {
        const Node* variable = resource.find("environment");
        if (variable == nullptr) continue;
        const auto value = unit.variables.find(variable->text);
        if (value == unit.variables.end()) {
            context.error(variable->place, below(below(what, key), "environment"),
                          "variable " + in_quotes(variable->text) +
                              " is not set; give it by `env` "
                              "or in the .env file");
            continue;
        }
        Place there = variable->place;
        put_text(resource, "content", value->second, there);
        resource.erase("environment");
    }
}

bool is_enabled(const Node& service, const std::vector<std::string>& active) {
    const Node* profiles = service.find("profiles");
    if (profiles == nullptr || profiles->items.empty()) return true;
    return std::ranges::any_of(profiles->items, [&](const Node& profile) {
        return std::ranges::any_of(
            active, [&](const std::string& name) { return name == "*" || name == profile.text; });
    });
}

std::vector<std::string> active_profiles(Context& context, const Unit& unit) {
    if (!context.input().profiles.empty()) return context.input().profiles;
    const auto given = unit.variables.find("COMPOSE_PROFILES");
    if (given == unit.variables.end()) return {};
    const auto text = context.opened(given->second, Place{}, "COMPOSE_PROFILES").value_or("");
    std::vector<std::string> names;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find(',', at), text.size());
        if (end > at) names.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return names;
}

/// A network `default` where a service names none.
void add_default_network(Node& root, Node& services) {
    bool used = false;
    for (auto& [key, place, service] : services.entries) {
        if (service.find("network_mode") != nullptr) continue;
        const Node* networks = service.find("networks");
        if (networks == nullptr || networks->entries.empty()) {
            Node none;
            none.place = place;
            Node map = Node::map(place);
            put(map, "default", std::move(none));
            put(service, "networks", std::move(map));
        }
        used = used || service.find("networks")->find("default") != nullptr;
    }
    if (!used) return;
    Node* networks = root.find("networks");
    if (networks == nullptr) networks = &put(root, "networks", Node::map(services.place));
    if (networks->find("default") == nullptr) put(*networks, "default", Node::map(services.place));
}

}  // namespace

std::optional<std::string> project_name(Context& context, Loader& loader, const Unit& unit) {
    std::string given = context.input().project;
    const auto variable = unit.variables.find(name_variable);
    if (given.empty() && variable != unit.variables.end()) {
        const auto text = context.opened(variable->second, Place{}, name_variable);
        if (!text) return std::nullopt;
        given = *text;
    }
    const Place place{context.input().paths.front(), 0, 0};
    if (!given.empty()) {
        if (given == normal_name(given)) return given;
        context.error(place, "",
                      "project name " + in_quotes(given) +
                          " must consist of lower-case "
                          "letters, digits, \"-\" and \"_\", beginning with a letter or digit");
        return std::nullopt;
    }
    const auto in_files = loader.name_in(context.input().paths, unit);
    if (!in_files) return std::nullopt;
    const std::string& text =
        in_files->text.empty() ? context.input().fallback_name : in_files->text;
    std::string name = normal_name(text);
    if (!name.empty()) return name;
    context.error(in_files->place.file.empty() ? place : in_files->place, "name",
                  in_quotes(text) + " has no letter or digit that a project's name may hold");
    return std::nullopt;
}

std::optional<Project> make_project(Context& context, Node root, const std::string& name,
                                    const Unit& unit) {
    Node* services = root.find("services");
    if (services == nullptr || services->entries.empty()) {
        const Place whole{context.input().paths.front(), 0, 0};
        context.error(services != nullptr ? services->place : whole, "services", "there is none");
        return std::nullopt;
    }
    Project project;
    project.name = name;
    project.services = Node::map(services->place);
    project.disabled = Node::map(services->place);
    const auto active = active_profiles(context, unit);
    for (auto& [key, place, service] : services->entries) {
        normalise_service(context, service, unit.variables, below("services", key));
        Node& side = is_enabled(service, active) ? project.services : project.disabled;
        side.entries.push_back({key, place, std::move(service)});
    }
    add_default_network(root, project.services);
    check_references(context, project, root);
    if (context.failed()) return std::nullopt;
    project.networks = take_section(root, project.services, "networks");
    project.volumes = take_section(root, project.services, "volumes");
    project.configs = take_section(root, project.services, "configs");
    project.secrets = take_section(root, project.services, "secrets");
    fill_names(context, project.networks, name, "networks");
    fill_names(context, project.volumes, name, "volumes");
    fill_names(context, project.configs, name, "configs");
    fill_names(context, project.secrets, name, "secrets");
    check_resources(context, project);
    fill_content(context, project.configs, unit, "configs");
    fill_content(context, project.secrets, unit, "secrets");
    if (context.failed()) return std::nullopt;
    return project;
}

}  // namespace driftless::compose
