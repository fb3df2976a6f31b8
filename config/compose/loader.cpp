#include "config/compose/loader.hpp"

#include <algorithm>

#include "config/base/nearest.hpp"
#include "config/compose/dotenv.hpp"
#include "config/compose/merge.hpp"
#include "config/compose/nodes.hpp"
#include "config/compose/scalars.hpp"
#include "config/compose/shape.hpp"

namespace driftless::compose {
namespace {

constexpr int max_loads = 500;         // files of one project, each time that it is named
constexpr std::size_t max_chain = 32;  // of `extends`

bool is_remote(const std::string& path) {
    return path.find("://") != std::string::npos || path.starts_with("git@") ||
           path.starts_with("oci:");
}

std::string chain_text(const std::vector<std::string>& chain, const std::string& last) {
    return fmt::format("{} -> {}", fmt::join(chain, " -> "), last);
}

}  // namespace

const std::vector<Node>* Loader::parse(const std::string& path, const Place& asked,
                                       const std::string& where) {
    const auto known = parsed_.find(path);
    if (known != parsed_.end()) return &known->second;
    const auto text = context_.read_file(path, asked, where);
    if (!text) return nullptr;
    auto documents = read_yaml(*text, path, context_.findings());
    if (!documents) return nullptr;
    std::erase_if(*documents, [](const Node& document) { return document.is_null(); });
    return &parsed_.emplace(path, *std::move(documents)).first->second;
}

bool Loader::interpolate(Node& node, Template& variables, const std::string& where) {
    bool good = true;
    if (!node.tag.empty() && node.tag != "!reset" && node.tag != "!override") {
        context_.error(
            node.place, where,
            "unknown tag " + in_quotes(node.tag) + "; compose files have !reset and !override");
        good = false;
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        good = interpolate(node.items[i], variables, below(where, std::to_string(i))) && good;
    }
    for (Node::Entry& entry : node.entries) {
        good = interpolate(entry.value, variables, below(where, entry.key)) && good;
    }
    if (!node.is_scalar() || node.text.find('$') == std::string::npos) return good;
    auto text = variables.fill(node.text);
    if (!text) {
        context_.error(node.place, where, text.error().message);
        return false;
    }
    node.text = *std::move(text);
    node.plain = false;  // what a variable gives is a text
    for (const std::string& name : variables.take_unset()) {
        context_.note(node.place, where, "variable " + name + " is not set, so it is empty");
    }
    return good;
}

std::optional<std::vector<Node>> Loader::shaped(const std::string& path, const Unit& unit,
                                                const Place& asked, const std::string& where) {
    if (++loads_ > max_loads) {
        context_.error(asked, where, fmt::format("more than {} files in one project", max_loads));
        return std::nullopt;
    }
    const std::vector<Node>* parsed = parse(path, asked, where);
    if (parsed == nullptr) return std::nullopt;
    std::vector<Node> documents = *parsed;
    Template variables{unit.variables};
    Shaper shaper{context_, unit.folder};
    for (Node& document : documents) {
        if (!interpolate(document, variables, "")) return std::nullopt;
        shaper.shape(document, "", "");
        if (!document.is_map()) return std::nullopt;
    }
    return documents;
}

std::optional<Node> Loader::name_in(const std::vector<std::string>& paths, const Unit& unit) {
    Node name = Node::scalar("", {});
    for (const std::string& path : paths) {
        const std::vector<Node>* documents = parse(path, Place{path, 0, 0}, "");
        if (documents == nullptr) return std::nullopt;
        for (const Node& document : *documents) {
            const Node* given = document.find("name");
            if (given != nullptr && given->is_scalar()) name = *given;
        }
    }
    Template variables{unit.variables};
    if (!interpolate(name, variables, "name") || !context_.open(name, "name")) return std::nullopt;
    return name;
}

bool Loader::add_variables(Variables& variables, const std::vector<std::string>& files,
                           const Place& asked, const std::string& where) {
    Variables below_them;  // a later file wins over an earlier one, what was there over all
    for (const std::string& file : files) {
        auto pairs = read_env_file(context_, file, variables, false, asked, where);
        if (!pairs) return false;
        for (auto& [name, value] : *pairs) below_them.insert_or_assign(name, std::move(value));
    }
    variables.merge(below_them);
    return true;
}

std::optional<Unit> Loader::unit_of(const std::string& folder, const Variables& above) {
    Unit unit{folder, above};
    const std::string file = folder.empty() ? ".env" : folder + "/.env";
    if (!context_.has_file(file)) return unit;
    if (!add_variables(unit.variables, {file}, Place{file, 0, 0}, "")) return std::nullopt;
    return unit;
}

std::optional<Node> Loader::load(const std::vector<std::string>& paths, const Unit& unit,
                                 const Place& asked) {
    Node all = Node::map(asked);
    for (const std::string& path : paths) {
        if (std::ranges::find(open_, path) != open_.end()) {
            context_.error(asked, "include", "cycle: " + chain_text(open_, path));
            return std::nullopt;
        }
        const Place from = asked.file.empty() ? Place{path, 0, 0} : asked;
        auto documents = shaped(path, unit, from, "");
        if (!documents) return std::nullopt;
        open_.push_back(path);
        for (Node& document : *documents) {
            auto whole = with_includes(std::move(document), unit);
            if (!whole || !extend_all(*whole, unit)) return std::nullopt;
            merge_into(context_, all, *std::move(whole), "", "");
        }
        open_.pop_back();
    }
    return all;
}

std::optional<Node> Loader::with_includes(Node document, const Unit& unit) {
    const Node* include = document.find("include");
    if (include == nullptr) return document;
    if (!include->is_list()) return document;  // shaping has said so
    Node all = Node::map(document.place);
    for (std::size_t i = 0; i < include->items.size(); ++i) {
        const std::string where = below("include", std::to_string(i));
        auto part = included(include->items[i], unit, where);
        if (!part) return std::nullopt;
        drop_tags(*part);
        merge_into(context_, all, *std::move(part), "", "");
    }
    document.erase("include");
    merge_into(context_, all, std::move(document), "", "");
    return all;
}

std::optional<Node> Loader::included(const Node& item, const Unit& unit, const std::string& where) {
    const Node* path = item.is_map() ? item.find("path") : &item;
    if (path == nullptr || path->is_map() || path->is_null()) {
        context_.error(item.place, where, "expected a path, or a map with `path`");
        return std::nullopt;
    }
    for (const Node::Entry& entry : item.entries) {
        if (entry.key == "path" || entry.key == "project_directory" || entry.key == "env_file")
            continue;
        context_.error(entry.key_place, where,
                       "unknown key " + in_quotes(entry.key) +
                           did_you_mean(entry.key, {"path", "project_directory", "env_file"}));
        return std::nullopt;
    }
    const auto paths = local_paths(*path, unit.folder, where);
    if (!paths || paths->empty()) return std::nullopt;
    Unit own{folder_of(paths->front()), unit.variables};
    if (const Node* folder = item.find("project_directory")) {
        const auto folders = local_paths(*folder, unit.folder, where);
        if (!folders || folders->empty()) return std::nullopt;
        own.folder = folders->front() == "." ? "" : folders->front();
    }
    if (const Node* files = item.find("env_file")) {
        const auto env_files = local_paths(*files, unit.folder, where);
        if (!env_files || !add_variables(own.variables, *env_files, files->place, where))
            return std::nullopt;
    } else if (auto with_env = unit_of(own.folder, unit.variables)) {
        own = *std::move(with_env);
    } else {
        return std::nullopt;
    }
    auto part = load(*paths, own, item.place);
    if (part) part->erase("name");
    return part;
}

std::optional<std::vector<std::string>> Loader::local_paths(const Node& node,
                                                            const std::string& folder,
                                                            const std::string& where) {
    std::vector<std::string> paths;
    const std::vector<Node> items = node.is_list() ? node.items : std::vector<Node>{node};
    for (Node item : items) {
        if (!item.is_scalar() || !context_.open(item, where)) return std::nullopt;
        if (is_remote(item.text)) {
            context_.error(item.place, where,
                           in_quotes(item.text) +
                               " is not in this repository; copy the file in and name its path");
            return std::nullopt;
        }
        auto path = resolve_path(folder, item.text);
        const bool absolute = path && path->starts_with('/');
        if (!path || absolute) {
            context_.error(
                item.place, where,
                absolute ? "expected a path inside the repository" : path.error().message);
            return std::nullopt;
        }
        paths.push_back(*std::move(path));
    }
    return paths;
}

bool Loader::extend_all(Node& document, const Unit& unit) {
    Node* services = document.find("services");
    if (services == nullptr || !services->is_map()) return true;
    Node whole = *services;
    for (Node::Entry& entry : whole.entries) {
        std::vector<std::string> chain{entry.key};
        if (!extend(entry.value, *services, unit, below("services", entry.key), chain))
            return false;
    }
    *services = std::move(whole);
    return true;
}

bool Loader::extend(Node& service, const Node& services, const Unit& unit, const std::string& where,
                    std::vector<std::string>& chain) {
    if (!service.is_map()) return true;
    const Node* extends = service.find("extends");
    if (extends == nullptr || !extends->is_map()) return true;
    const std::string at = below(where, "extends");
    const Place place = extends->place;
    const std::string name = text_at(*extends, "service");
    std::string file;
    if (const Node* given = extends->find("file")) {
        const auto paths = local_paths(*given, unit.folder, at);
        if (!paths) return false;
        file = paths->front();
    }
    const std::string& in_file = file.empty() ? unit.file : file;
    const std::string step = in_file.empty() ? name : name + " in " + in_file;
    if (std::ranges::find(chain, step) != chain.end() || chain.size() > max_chain) {
        context_.error(place, at, "cycle: " + chain_text(chain, step));
        return false;
    }
    const Unit base_unit = file.empty() ? unit : Unit{folder_of(file), unit.variables, file};
    const Node* from = file.empty() ? &services : services_of(file, base_unit, place, at);
    if (from == nullptr) return false;
    const Node* found = from->find(name);
    if (found == nullptr || !found->is_map()) {
        context_.error(
            place, at,
            "no service " + in_quotes(name) + " in " + (file.empty() ? "this file" : file));
        return false;
    }
    Node base = *found;
    chain.push_back(step);
    if (!extend(base, *from, base_unit, at, chain)) return false;
    chain.pop_back();
    drop_tags(base);
    service.erase("extends");
    merge_into(context_, base, std::move(service), "services/*", where);
    service = std::move(base);
    return true;
}

const Node* Loader::services_of(const std::string& file, const Unit& unit, const Place& asked,
                                const std::string& where) {
    const std::pair key{file, unit.variables};
    auto known = extended_files_.find(key);
    if (known == extended_files_.end()) {
        auto documents = shaped(file, unit, asked, where);
        if (!documents) return nullptr;
        Node all = Node::map(asked);
        for (Node& document : *documents) merge_into(context_, all, std::move(document), "", "");
        known = extended_files_.emplace(key, std::move(all)).first;
    }
    const Node* services = known->second.find("services");
    if (services == nullptr || !services->is_map()) {
        context_.error(asked, where, in_quotes(file) + " has no services");
        return nullptr;
    }
    return services;
}

}  // namespace driftless::compose
