#include "config/compose/service.hpp"

#include <array>

#include "config/compose/dotenv.hpp"
#include "config/compose/nodes.hpp"
#include "config/compose/short_forms.hpp"

namespace driftless::compose {
namespace {

void add_all(Node& map, const Pairs& pairs, const Place& place) {
    for (const auto& [name, value] : pairs) put_text(map, name, value, place);
}

/// Lays the map below `key` of the service on `base`, and puts the result in its place.
void lay_on(Node& service, const std::string& key, Node base) {
    if (const Node* own = service.find(key)) {
        for (const Node::Entry& entry : own->entries) put(base, entry.key, entry.value);
    }
    if (!base.entries.empty()) put(service, key, std::move(base));
}

bool is_outside(Context& context, const Node& path, const std::string& where) {
    if (!path.text.starts_with('/')) return false;
    context.error(path.place, where,
                  in_quotes(path.text) +
                      " is outside of the repository; move it "
                      "in, or give it by `provide`");
    return true;
}

/// What `environment` gives, then the files' variables below it.
void read_environment(Context& context, Node& service, const Variables& variables,
                      const std::string& where) {
    Variables known = variables;
    if (Node* environment = service.find("environment")) {
        for (auto& [name, place, value] : environment->entries) {
            const auto outside = variables.find(name);
            if (value.is_null() && outside != variables.end()) {
                value = Node::scalar(outside->second, place);
            }
            if (!value.is_null()) known.emplace(name, value.text);
        }
    }
    Node from_files = Node::map(service.place);
    const Node* files = service.find("env_file");
    const std::string at = below(where, "env_file");
    for (const Node& file : files == nullptr ? std::vector<Node>{} : files->items) {
        const Node& path = *file.find("path");
        if (is_outside(context, path, at)) continue;
        if (text_at(file, "required") == "false" && !context.has_file(path.text)) continue;
        const bool raw = text_at(file, "format") == "raw";
        const auto pairs = read_env_file(context, path.text, known, raw, path.place, at);
        if (!pairs) continue;
        add_all(from_files, *pairs, path.place);
        for (const auto& [name, value] : *pairs) known.emplace(name, value);
    }
    lay_on(service, "environment", std::move(from_files));
    service.erase("env_file");
}

void read_labels(Context& context, Node& service, const Variables& variables,
                 const std::string& where) {
    Node from_files = Node::map(service.place);
    const Node* files = service.find("label_file");
    const std::string at = below(where, "label_file");
    for (const Node& path : files == nullptr ? std::vector<Node>{} : files->items) {
        if (is_outside(context, path, at)) continue;
        const auto pairs = read_env_file(context, path.text, variables, false, path.place, at);
        if (pairs) add_all(from_files, *pairs, path.place);
    }
    lay_on(service, "labels", std::move(from_files));
    service.erase("label_file");
}

/// Whose namespaces it joins, it needs; what it lists, it needs fully told.
void fill_dependencies(Node& service) {
    constexpr std::array<const char*, 5> namespaces{"network_mode", "ipc", "pid", "uts", "cgroup"};
    for (const char* key : namespaces) {
        const std::string whose = text_at(service, key);
        if (!whose.starts_with("service:")) continue;
        const Place place = service.find(key)->place;
        Node* all = service.find("depends_on");
        if (all == nullptr) all = &put(service, "depends_on", Node::map(place));
        const std::string name = whose.substr(8);
        if (all->find(name) != nullptr) continue;
        Node& one = put(*all, name, Node::map(place));
        put_text(one, "condition", "service_started", place);
        put_plain(one, "restart", "true", place);
    }
    Node* all = service.find("depends_on");
    if (all == nullptr) return;
    for (auto& [name, place, one] : all->entries) {
        if (one.find("required") == nullptr) put_plain(one, "required", "true", place);
        if (one.find("restart") == nullptr) put_plain(one, "restart", "false", place);
    }
}

void fill_healthcheck(Context& context, Node& service, const std::string& where) {
    Node* check = service.find("healthcheck");
    if (check == nullptr) return;
    const std::string at = below(where, "healthcheck");
    if (is_true(*check, "disable")) {
        const Place place = check->find("disable")->place;
        Node none = Node::map(check->place);
        Node& test = put(none, "test", Node::list(place));
        test.items.push_back(Node::scalar("NONE", place));
        *check = std::move(none);
        return;
    }
    check->erase("disable");
    if (const Node* test = check->find("test")) {
        const std::string first = test->items.empty() ? "" : test->items.front().text;
        if (first != "NONE" && first != "CMD" && first != "CMD-SHELL") {
            context.error(test->place, below(at, "test"),
                          "a list begins with \"CMD\", \"CMD-SHELL\" or \"NONE\"");
        }
    }
    if (check->find("start_interval") != nullptr && check->find("start_period") == nullptr) {
        context.error(check->find("start_interval")->place, below(at, "start_interval"),
                      "needs `start_period`, in which it is used");
    }
}

void expand_exposed(Context& context, Node& service, const std::string& where) {
    Node* list = service.find("expose");
    if (list == nullptr) return;
    Node expanded = Node::list(list->place);
    for (const Node& item : list->items) {
        const auto ports = read_exposed(item.text);
        if (!ports) {
            context.error(item.place, where,
                          context.quoted(item) + ": expected a port as in \"80\" or \"80-90/udp\"");
            continue;
        }
        if (!context.count_ports(ports->size(), item.place, where)) return;
        for (const std::string& port : *ports) {
            expanded.items.push_back(Node::scalar(port, item.place));
        }
    }
    *list = std::move(expanded);
}

/// `count: all` as -1; without count and device_ids it means all.
void fill_device_requests(Context& context, Node* list, bool gpus, const std::string& where) {
    if (list == nullptr) return;
    for (Node& request : list->items) {
        const Place place = request.place;
        const bool by_id = request.find("device_ids") != nullptr;
        const std::string count = text_at(request, "count");
        if (by_id && !count.empty()) {
            context.error(place, where, "`count` and `device_ids` exclude each other");
        } else if (count.find_first_not_of("0123456789-") != std::string::npos && count != "all") {
            context.error(request.find("count")->place, where,
                          "expected a whole number or \"all\"");
        } else if (!by_id) {
            put_plain(request, "count", count.empty() || count == "all" ? "-1" : count, place);
        }
        if (!gpus) continue;
        Node* abilities = request.find("capabilities");
        if (abilities == nullptr) abilities = &put(request, "capabilities", Node::list(place));
        bool there = false;
        for (const Node& item : abilities->items) there = there || item.text == "gpu";
        if (!there) abilities->items.push_back(Node::scalar("gpu", place));
    }
}

/// How many containers: `scale`, else deploy.replicas, else one.
void fill_scale(Context& context, Node& service, const std::string& where) {
    const Node* scale = service.find("scale");
    const Node* replicas = find_at(service, "deploy/replicas");
    const Node* mode = find_at(service, "deploy/mode");
    if (scale != nullptr && replicas != nullptr && scale->text != replicas->text) {
        context.error(
            scale->place, below(where, "scale"),
            "differs from deploy.replicas at " + to_string(replicas->place) + "; keep one");
        return;
    }
    const bool global = mode != nullptr && mode->text == "global";  // one a node, and here is one
    const Node* given = scale != nullptr ? scale : global ? nullptr : replicas;
    const Place place = given != nullptr ? given->place : service.place;
    put_plain(service, "scale", given != nullptr ? given->text : "1", place);
    if (global) service.find("deploy")->erase("replicas");
}

}  // namespace

void normalise_service(Context& context, Node& service, const Variables& variables,
                       const std::string& where) {
    if (const Node* deploy = service.find("deploy"); deploy != nullptr && deploy->is_null()) {
        service.erase("deploy");
    }
    read_environment(context, service, variables, where);
    read_labels(context, service, variables, where);
    fill_dependencies(service);
    fill_healthcheck(context, service, where);
    expand_exposed(context, service, below(where, "expose"));
    fill_device_requests(context, service.find("gpus"), true, below(where, "gpus"));
    const Node* reserved = find_at(service, "deploy/resources/reservations/devices");
    if (reserved != nullptr) {
        Node& reservations = *service.find("deploy")->find("resources")->find("reservations");
        fill_device_requests(context, reservations.find("devices"), false,
                             below(where, "deploy.resources.reservations.devices"));
    }
    fill_scale(context, service, where);
    check_service(context, service, where);
}

}  // namespace driftless::compose
