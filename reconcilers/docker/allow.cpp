#include "reconcilers/docker/allow.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "reconcilers/docker/marks.hpp"
#include "reconcilers/docker/plain_fields.hpp"

namespace driftless::docker {
namespace {

bool holds(const std::vector<std::string>& list, const std::string& text) {
    return std::ranges::find(list, text) != list.end();
}

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts;
    std::istringstream stream{text};
    for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
    return parts;
}

bool is_socket(const std::string& path) {
    return path == "/run/docker.sock" || path == "/var/run/docker.sock";
}

/// Would a mount of `path` show the engine's socket?
bool reaches_socket(const std::string& path) {
    return is_below("/run/docker.sock", path) || is_below("/var/run/docker.sock", path);
}

bool is_network_mount(const std::map<std::string, std::string>& options) {
    static const std::vector<std::string> types{"nfs", "nfs4", "cifs", "smb3", "tmpfs"};
    const auto type = options.find("type");
    if (type == options.end() || !holds(types, type->second)) return false;
    const auto flags = options.find("o");  // with MS_BIND the kernel ignores the type
    if (flags == options.end()) return true;
    return std::ranges::none_of(split(flags->second, ','), [](const std::string& flag) {
        return flag == "bind" || flag == "rbind" || flag == "move" || flag == "remount";
    });
}

}  // namespace

std::string clean_path(std::string_view path) {
    const bool rooted = path.starts_with('/');
    std::vector<std::string> kept;
    for (const std::string& part : split(std::string{path}, '/')) {
        if (part.empty() || part == ".") continue;
        if (part != "..") {
            kept.push_back(part);
        } else if (!kept.empty()) {
            kept.pop_back();
        } else if (!rooted) {
            return {};
        }
    }
    return (rooted ? "/" : "") + fmt::format("{}", fmt::join(kept, "/"));
}

bool is_below(std::string_view path, std::string_view folder) {
    if (path == folder || folder == "/") return true;
    return path.starts_with(folder) && path.substr(folder.size()).starts_with('/');
}

void AllowCheck::refuse(const Place& place, std::string_view where, const std::string& what,
                        const std::string& line) {
    if (allow_.everything) return;
    findings_.push_back({Finding::Severity::error, place,
                         fmt::format("{}: {} is not allowed on target {}; add \"allow: {{{}}}\" to "
                                     "targets.{} in driftless.yaml",
                                     where, what, target_, line, target_)});
}

std::optional<std::pair<std::string, std::string>> allow_line(const Finding& finding) {
    constexpr std::string_view before = "; add \"allow: {";
    const std::string& text = finding.message;
    const auto begin = text.rfind(before);
    const auto end = text.rfind("}\" to targets.");  // as `refuse` writes it
    if (begin == std::string::npos || end == std::string::npos || end < begin) return std::nullopt;
    const std::string line = text.substr(begin + before.size(), end - begin - before.size());
    const auto colon = line.find(": ");
    if (colon == std::string::npos) return std::nullopt;
    std::string value = line.substr(colon + 2);
    if (value.starts_with('[') && value.ends_with(']')) value = value.substr(1, value.size() - 2);
    return std::pair{line.substr(0, colon), std::move(value)};
}

void AllowCheck::host_path(const Place& place, std::string_view where, const std::string& path) {
    const std::string clean = clean_path(path);
    if (reaches_socket(clean) && !allow_.docker_socket) {
        refuse(place, where, "the path " + in_quotes(clean) + ", which shows the Docker socket,",
               "dockerSocket: true");
    }
    if (is_socket(clean)) return;
    const bool allowed = std::ranges::any_of(allow_.host_paths, [&](const std::string& folder) {
        return is_below(clean, clean_path(folder));
    });
    if (!allowed) {
        refuse(place, where, "the host path " + in_quotes(clean),
               fmt::format("hostPaths: [{}]", clean));
    }
}

void AllowCheck::device(const Place& place, std::string_view where, const std::string& path) {
    if (holds(allow_.devices, "*") || holds(allow_.devices, path)) return;
    refuse(place, where, "the device " + in_quotes(path), fmt::format("devices: [{}]", path));
}

void AllowCheck::device_driver(const Place& place, std::string_view where) {
    if (!allow_.gpus) refuse(place, where, "a GPU, or another device of a driver,", "gpus: true");
}

void AllowCheck::cgroup_parent(const Place& place, std::string_view where,
                               const std::string& parent) {
    if (parent.empty() || holds(allow_.cgroup_parents, parent)) return;
    refuse(place, where, "the control group " + in_quotes(parent),
           fmt::format("cgroupParents: [{}]", parent));
}

void AllowCheck::runtime(const Place& place, std::string_view where, const std::string& name) {
    if (name.empty() || holds(allow_.runtimes, name)) return;
    refuse(place, where, "the runtime " + in_quotes(name), fmt::format("runtimes: [{}]", name));
}

void AllowCheck::capability(const Place& place, std::string_view where, const std::string& name) {
    const json wanted = normal_value(FieldType::capabilities, json::array({name}));
    const json allowed = normal_value(FieldType::capabilities, allow_.cap_add);
    const auto has = [&](const json& one) {
        return std::ranges::find(allowed, one) != allowed.end();
    };
    if (has(wanted.front()) || has("ALL")) return;
    refuse(place, where, "the capability " + in_quotes(name), fmt::format("capAdd: [{}]", name));
}

void AllowCheck::security_option(const Place& place, std::string_view where,
                                 const std::string& option) {
    const json normal = normal_value(FieldType::options, json::array({option}));
    if (normal.front() == "no-new-privileges=true" || holds(allow_.security_opt, option)) return;
    refuse(place, where, "the security option " + in_quotes(option),
           fmt::format("securityOpt: [\"{}\"]", option));
}

void AllowCheck::namespace_mode(const Place& place, std::string_view where, std::string_view key,
                                const std::string& mode) {
    constexpr std::string_view of_container = "container:";
    if (mode.starts_with(of_container)) {
        const std::string name = mode.substr(of_container.size());
        if (holds(allow_.namespaces_of, name)) return;
        return refuse(place, where, "a namespace of the container " + in_quotes(name),
                      fmt::format("namespacesOf: [{}]", name));
    }
    if (mode != "host") return;
    struct Row {
        std::string_view key;
        bool allowed;
        std::string_view line;
    };
    const Row rows[] = {
        {"network_mode", allow_.host_network, "hostNetwork: true"},
        {"pid", allow_.host_pid, "hostPid: true"},
        {"ipc", allow_.host_ipc, "hostIpc: true"},
        {"userns_mode", allow_.host_userns, "hostUserns: true"},
        {"uts", allow_.host_network, "hostNetwork: true"},  // it can set the host's name
        {"cgroup", allow_.host_pid, "hostPid: true"},
    };
    for (const Row& row : rows) {
        if (row.key == key && !row.allowed) {
            refuse(place, where, "the host's namespace", std::string{row.line});
        }
    }
}

void AllowCheck::privileged(const Place& place, std::string_view where) {
    if (!allow_.privileged) refuse(place, where, "a privileged container", "privileged: true");
}

void AllowCheck::sysctls(const Place& place, std::string_view where) {
    if (!allow_.sysctls) refuse(place, where, "setting kernel parameters", "sysctls: true");
}

void AllowCheck::foreign_network(const Place& place, std::string_view where,
                                 const std::string& name) {
    if (holds(allow_.networks, name)) return;
    refuse(place, where, "the network " + in_quotes(name) + " of others",
           fmt::format("networks: [{}]", name));
}

void AllowCheck::foreign_volume(const Place& place, std::string_view where,
                                const std::string& name) {
    if (holds(allow_.volumes, name)) return;
    refuse(place, where, "the volume " + in_quotes(name) + " of others",
           fmt::format("volumes: [{}]", name));
}

void AllowCheck::volume_options(const Place& place, std::string_view where,
                                const std::map<std::string, std::string>& options) {
    if (options.empty() || is_network_mount(options)) return;
    const auto device = options.find("device");
    if (device != options.end() && device->second.starts_with('/')) {
        return host_path(place, where, device->second);
    }
    findings_.push_back({Finding::Severity::error, place,
                         fmt::format("{}: these options could mount any path of the host; use type "
                                     "nfs, cifs or tmpfs, or a bind with an absolute device",
                                     where)});
}

void AllowCheck::label(const Place& place, std::string_view where, const std::string& name) {
    if (!name.starts_with(marks::ours) && !name.starts_with(marks::compose)) return;
    findings_.push_back({Finding::Severity::error, place,
                         fmt::format("{}: the label {} is set by driftless alone; remove it", where,
                                     in_quotes(name))});
}

}  // namespace driftless::docker
