#include <fmt/format.h>

#include <algorithm>

#include "reconcilers/docker/commit_files.hpp"
#include "reconcilers/docker/marks.hpp"
#include "reconcilers/docker/service_parts.hpp"

namespace driftless::docker {
namespace {

const Node* part(const Node& node, const char* outer, const char* inner) {
    const Node* below = node.find(outer);
    const Node* value = below == nullptr ? nullptr : below->find(inner);
    return value == nullptr || value->is_null() ? nullptr : value;
}

std::string text_in(const Node& map, const char* key) {
    const Node* value = map.find(key);
    return value == nullptr ? "" : value->text;
}

bool flag(const Node* node) {
    return node != nullptr && is_true(*node);
}

/// One entry of `volumes`, and where it goes.
struct Mount {
    const Node& node;
    std::string where;  ///< "services.web.volumes"
    std::string target;
    bool read_only;
};

json base_of(const Mount& mount, const char* type, const std::string& source) {
    return {{"target", mount.target},
            {"type", type},
            {"source", source},
            {"read_only", mount.read_only}};
}

/// The engine reads them where it makes the volume itself, and nowhere else.
void read_volume_labels(const Mount& mount, const std::string& name, ProjectInput& input,
                        json& value) {
    const Node* labels = part(mount.node, "volume", "labels");
    if (labels == nullptr || labels->entries.empty()) return;
    const std::string where = mount.where + ".volume.labels";
    if (!name.empty()) {
        return add_error(input.findings, labels->place,
                         where +
                             ": a declared volume has its labels below `volumes`; move them "
                             "there");
    }
    for (const Node::Entry& entry : labels->entries) {
        input.allow.label(entry.key_place, where, entry.key);
    }
    value["labels"] = text_map_of(labels);
}

void add_volume(const Mount& mount, ProjectInput& input, ServiceParts& parts) {
    const std::string key = text_in(mount.node, "source");
    std::string name;
    if (!key.empty()) {
        const Node* volume = input.project.volumes.find(key);
        if (volume == nullptr) {
            return add_error(input.findings, mount.node.place,
                             mount.where + ": no volume " + in_quotes(key) + " is declared");
        }
        name = text_in(*volume, "name");
        if (flag(volume->find("external"))) {
            input.allow.foreign_volume(volume->place, "volumes." + key, name);
        } else {
            const ResourceKey need{input.with.manifest.target, std::string{marks::volume_kind},
                                   input.project.name + "." + key};
            parts.needs.push_back({need, Until::exists, true});
        }
    }
    json value = base_of(mount, "volume", name);
    read_volume_labels(mount, name, input, value);
    if (flag(part(mount.node, "volume", "nocopy"))) value["nocopy"] = true;
    if (const Node* subpath = part(mount.node, "volume", "subpath"))
        value["subpath"] = subpath->text;
    parts.spec["mounts"].push_back(std::move(value));
}

void add_host_path(const Mount& mount, const std::string& path, ProjectInput& input,
                   ServiceParts& parts) {
    input.allow.host_path(mount.node.place, mount.where, path);
    json value = base_of(mount, "bind", clean_path(path));
    const Node* create = part(mount.node, "bind", "create_host_path");
    value["create_host_path"] = create == nullptr || is_true(*create);
    for (const char* option : {"propagation", "selinux", "recursive"}) {
        if (const Node* node = part(mount.node, "bind", option)) value[option] = node->text;
    }
    parts.spec["mounts"].push_back(std::move(value));
}

/// A relative folder or file that the commit does not hold lies below `workingDir` on the host.
void add_working_path(const Mount& mount, const std::string& path, ProjectInput& input,
                      ServiceParts& parts) {
    const std::string folder = input.folder.empty() ? "" : input.folder + "/";
    const bool inside = path == input.folder || path == "." || path.starts_with(folder);
    if (input.working_dir.empty() || !inside) {
        const char* what = is_folder(input, path) ? "a folder of the commit is read-only"
                                                  : "the commit holds no such path";
        return add_error(
            input.findings, mount.node.place,
            fmt::format("{}: {}: {}; add \":ro\" to a folder of the commit, add the file, or set "
                        "spec.workingDir, the folder on the host where it lies",
                        mount.where, in_quotes(path), what));
    }
    const std::string rest = path == input.folder || path == "." ? "" : path.substr(folder.size());
    add_host_path(mount, clean_path(input.working_dir + "/" + rest), input, parts);
}

void add_bind(const Mount& mount, ProjectInput& input, ServiceParts& parts) {
    const std::string source = text_in(mount.node, "source");
    if (source.starts_with('/')) return add_host_path(mount, source, input, parts);
    if (is_file(input, source)) {
        return add_commit_file(input, parts, {source, mount.target, mount.node.place, mount.where});
    }
    if (!mount.read_only || !is_folder(input, source)) {
        return add_working_path(mount, source, input, parts);
    }
    const std::string volume =
        add_commit_folder(input, parts, {source, mount.target, mount.node.place, mount.where});
    if (!volume.empty()) parts.spec["mounts"].push_back(base_of(mount, "volume", volume));
}

void add_tmpfs(const Mount& mount, ServiceParts& parts) {
    std::vector<std::string> options;
    if (const Node* size = part(mount.node, "tmpfs", "size"))
        options.push_back("size=" + size->text);
    if (const Node* mode = part(mount.node, "tmpfs", "mode")) {
        const json number = number_of(*mode);
        if (number.is_number()) options.push_back(fmt::format("mode={:o}", number.get<int>()));
    }
    if (mount.read_only) options.emplace_back("ro");
    std::ranges::sort(options);
    parts.spec["tmpfs"][mount.target] = fmt::format("{}", fmt::join(options, ","));
}

void add_short_tmpfs(const Node* list, ServiceParts& parts) {
    for (const json& item : texts_of(list)) {
        const std::string text = item;
        const auto colon = text.find(':');
        const std::string options = colon == std::string::npos ? "" : text.substr(colon + 1);
        parts.spec["tmpfs"][clean_path(text.substr(0, colon))] = normal_tmpfs(options);
    }
}

/// Two things on one path: the engine would take one of them, without a word.
void check_targets(const Node* volumes, const Node* tmpfs, ProjectInput& input,
                   const ServiceParts& parts) {
    std::map<std::string, Place> taken;
    const auto check = [&](const std::string& target, const Place& place) {
        const auto [first, is_new] = taken.emplace(clean_path(target), place);
        if (is_new) return;
        add_error(input.findings, place,
                  fmt::format("services.{}: {} is mounted twice, at {} too", parts.service,
                              in_quotes(target), to_string(first->second)));
    };
    if (volumes != nullptr) {
        for (const Node& item : volumes->items) check(text_in(item, "target"), item.place);
    }
    if (tmpfs != nullptr) {
        for (const Node& item : tmpfs->items)
            check(item.text.substr(0, item.text.find(':')), item.place);
    }
}

}  // namespace

std::string normal_tmpfs(const std::string& options) {
    std::vector<std::string> parts;
    std::string part;
    for (const char letter : options + ",") {
        if (letter != ',') {
            part += letter;
            continue;
        }
        if (!part.empty() && part != "rw") parts.push_back(part);
        part.clear();
    }
    std::ranges::sort(parts);
    return fmt::format("{}", fmt::join(parts, ","));
}

void read_mounts(MapReader& service, ProjectInput& input, ServiceParts& parts) {
    parts.spec["mounts"] = json::array();
    parts.spec["tmpfs"] = json::object();
    const Node* volumes = service.get("volumes");
    const Node* tmpfs = service.get("tmpfs");
    check_targets(volumes, tmpfs, input, parts);
    for (const Node& node : volumes == nullptr ? std::vector<Node>{} : volumes->items) {
        const Mount mount{node, "services." + parts.service + ".volumes",
                          clean_path(text_in(node, "target")), flag(node.find("read_only"))};
        const std::string type = text_in(node, "type");
        if (type == "volume") add_volume(mount, input, parts);
        if (type == "bind") add_bind(mount, input, parts);
        if (type == "tmpfs") add_tmpfs(mount, parts);
    }
    add_short_tmpfs(tmpfs, parts);
}

}  // namespace driftless::docker
