#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "config/base/nearest.hpp"
#include "config/compose/nodes.hpp"
#include "config/compose/service.hpp"

namespace driftless::compose {
namespace {

std::vector<std::string> names_in(const Node* section) {
    std::vector<std::string> names;
    if (section == nullptr) return names;
    for (const Node::Entry& entry : section->entries) names.push_back(entry.key);
    return names;
}

/// Goes along depends_on, and reports the first way that comes back to where it was.
class Cycles {
public:
    Cycles(Context& context, const Project& project) : context_(context), project_(project) {}

    void find() {
        for (const Node* side : {&project_.services, &project_.disabled}) {
            for (const Node::Entry& entry : side->entries) {
                if (visit(entry.key)) return;
            }
        }
    }

private:
    /// Without recursion: a project may be one long chain.
    bool visit(const std::string& first) {
        std::vector<std::pair<std::string, std::size_t>> way{{first, 0}};
        on_way_ = {first};
        while (!way.empty()) {
            auto& [name, next] = way.back();
            const Node* needs = done_.contains(name) ? nullptr : needs_of(name);
            if (needs == nullptr || next == needs->entries.size()) {
                done_.insert(name);
                on_way_.erase(name);
                way.pop_back();
                continue;
            }
            const Node::Entry& need = needs->entries[next++];
            if (on_way_.contains(need.key)) return report(way, need);
            on_way_.insert(need.key);
            way.emplace_back(need.key, 0);
        }
        return false;
    }

    const Node* needs_of(const std::string& name) const {
        const Node* service = project_.services.find(name);
        if (service == nullptr) service = project_.disabled.find(name);
        return service == nullptr ? nullptr : service->find("depends_on");
    }

    bool report(const std::vector<std::pair<std::string, std::size_t>>& way,
                const Node::Entry& back) {
        std::string text;
        bool inside = false;
        for (const auto& [name, next] : way) {
            inside = inside || name == back.key;
            if (inside) text += name + " -> ";
        }
        context_.error(back.key_place, below(below("services", way.back().first), "depends_on"),
                       "cycle: " + text + back.key);
        return true;
    }

    Context& context_;
    const Project& project_;
    std::set<std::string> done_;
    std::set<std::string> on_way_;
};

class References {
public:
    References(Context& context, Project& project, const Node& root)
        : context_(context), project_(project), root_(root) {}

    void check() {
        Cycles{context_, project_}.find();
        for (auto& [name, place, service] : project_.services.entries) {
            const std::string where = below("services", name);
            check_dependencies(service, where);
            check_namespaces(service, where);
            check_networks(service, where);
            check_mounts(service, where);
            for (const char* section : {"configs", "secrets"})
                check_grants(service, section, where);
            check_container_name(service, name, where);
        }
    }

private:
    void undeclared(const Node& at, const std::string& where, const std::string& section,
                    const std::string& name) {
        context_.error(at.place, where,
                       in_quotes(name) + " is not declared; add it to `" + section +
                           "` at the end of the file" +
                           did_you_mean(name, names_in(root_.find(section))));
    }

    [[nodiscard]] bool is_declared(const std::string& section, const std::string& name) const {
        const Node* all = root_.find(section);
        return all != nullptr && all->find(name) != nullptr;
    }

    void check_dependencies(Node& service, const std::string& where) {
        Node* all = service.find("depends_on");
        if (all == nullptr) return;
        std::erase_if(all->entries, [&](const Node::Entry& need) {
            return !keep(need, below(where, "depends_on"));
        });
    }

    bool keep(const Node::Entry& need, const std::string& where) {
        if (project_.services.find(need.key) != nullptr) return true;
        const bool off = project_.disabled.find(need.key) != nullptr;
        if (text_at(need.value, "required") == "false") {
            context_.note(need.key_place, where,
                          "service " + in_quotes(need.key) + " is not there; not waited for");
            return false;
        }
        const std::string name = "service " + in_quotes(need.key);
        context_.error(need.key_place, where,
                       off ? name + " is off, by its profiles; turn one on, or say required: false"
                           : "no " + name + did_you_mean(need.key, names_in(&project_.services)));
        return false;
    }

    void check_namespaces(const Node& service, const std::string& where) {
        constexpr std::array<const char*, 5> keys{"network_mode", "ipc", "pid", "uts", "cgroup"};
        for (const char* key : keys) {
            const Node* value = service.find(key);
            if (value == nullptr || !value->text.starts_with("service:")) continue;
            const std::string name = value->text.substr(8);
            if (project_.services.find(name) != nullptr) continue;
            context_.error(
                value->place, below(where, key),
                "no service " + in_quotes(name) + did_you_mean(name, names_in(&project_.services)));
        }
    }

    void check_networks(const Node& service, const std::string& where) {
        const Node* networks = service.find("networks");
        if (networks == nullptr) return;
        for (const Node::Entry& entry : networks->entries) {
            if (entry.key == "default" || is_declared("networks", entry.key)) continue;
            Node at = entry.value;
            at.place = entry.key_place;
            undeclared(at, below(where, "networks"), "networks", entry.key);
        }
    }

    void check_mounts(const Node& service, const std::string& where) {
        const Node* volumes = service.find("volumes");
        if (volumes == nullptr) return;
        for (const Node& mount : volumes->items) {
            const std::string source = text_at(mount, "source");
            if (text_at(mount, "type") != "volume" || source.empty()) continue;
            if (is_declared("volumes", source)) continue;
            if (source.find('/') == std::string::npos) {
                undeclared(mount, below(where, "volumes"), "volumes", source);
            } else {
                context_.error(mount.place, below(where, "volumes"),
                               in_quotes(source) + " is not a volume's name; for a path write " +
                                   in_quotes("./" + source));
            }
        }
    }

    void check_grants(const Node& service, const std::string& section, const std::string& where) {
        const Node* grants = service.find(section);
        if (grants == nullptr) return;
        for (const Node& grant : grants->items) {
            const std::string source = text_at(grant, "source");
            if (!is_declared(section, source))
                undeclared(grant, below(where, section), section, source);
        }
    }

    void check_container_name(const Node& service, const std::string& name,
                              const std::string& where) {
        const Node* given = service.find("container_name");
        if (given == nullptr) return;
        const auto [other, is_new] = container_names_.emplace(given->text, name);
        if (is_new) return;
        context_.error(given->place, below(where, "container_name"),
                       in_quotes(given->text) + " is the name of service " +
                           in_quotes(other->second) + " too");
    }

    Context& context_;
    Project& project_;
    const Node& root_;
    std::map<std::string, std::string> container_names_;
};

/// `external` means that somebody else made it: nothing else can be said about it.
void check_external(Context& context, const Node& resource, const std::string& where) {
    if (!is_true(resource, "external")) return;
    for (const auto& [key, place, value] : resource.entries) {
        if (key == "external" || key == "name") continue;
        context.error(place, below(where, key), "cannot be set for something external; remove it");
    }
}

/// A local volume that is a bind in disguise: its path is on the host.
void check_volume(Context& context, const Node& volume, const std::string& where) {
    check_external(context, volume, where);
    const Node* device = find_at(volume, "driver_opts/device");
    const Node* options = find_at(volume, "driver_opts/o");
    if (device == nullptr || options == nullptr) return;
    const bool bind = ("," + options->text + ",").find(",bind,") != std::string::npos;
    if (!bind || device->text.starts_with('/') || has_marks(device->text)) return;
    context.error(device->place, below(where, "driver_opts.device"),
                  in_quotes(device->text) + " is not an absolute path of the host");
}

/// Exactly one of the ways to say what is in it.
void check_source(Context& context, const Node::Entry& entry, const std::string& section) {
    int ways = 0;
    for (const char* key : {"file", "content", "environment"}) {
        if (entry.value.find(key) != nullptr) ++ways;
    }
    if (ways == 1) return;
    const char* which =
        section == "secrets" ? "`file` or `environment`" : "`file`, `content` or `environment`";
    context.error(entry.key_place, below(section, entry.key),
                  fmt::format("needs exactly one of {}", which));
}

}  // namespace

void check_references(Context& context, Project& project, const Node& root) {
    References{context, project, root}.check();
}

void check_resources(Context& context, const Project& project) {
    for (const Node::Entry& entry : project.networks.entries) {
        check_external(context, entry.value, below("networks", entry.key));
    }
    for (const Node::Entry& entry : project.volumes.entries) {
        check_volume(context, entry.value, below("volumes", entry.key));
    }
    for (const Node::Entry& entry : project.configs.entries)
        check_source(context, entry, "configs");
    for (const Node::Entry& entry : project.secrets.entries)
        check_source(context, entry, "secrets");
}

}  // namespace driftless::compose
