// Files in containers and volumes, and what containers print.
#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_engine_archive.hpp"
#include "tests/support/fake_engine_world.hpp"

namespace driftless::test {

namespace {

std::string without_end_slash(std::string path) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return path;
}
bool is_below(const std::string& path, const std::string& folder) {
    return folder == "/" || path == folder || path.starts_with(folder + "/");
}
std::string below(const std::string& folder, const std::string& path) {
    return folder == "/" ? "/" + path : folder + "/" + path;
}
bool is_usual_folder(const std::string& path) {  // what every image has
    const std::vector<std::string> usual{"/",    "/etc",  "/tmp", "/run", "/var",
                                         "/usr", "/root", "/srv", "/opt", "/bin"};
    return std::ranges::find(usual, path) != usual.end();
}
EngineAnswer no_such_file(const std::string& path, const std::string& id) {
    return refusal(404, fmt::format("Could not find the file {} in container {}", path, id));
}

}  // namespace

/// The part of a volume that a mount shows, as "/etc/a.conf"; "/": all of it.
std::string EngineWorld::shown_part(const FakeContainer& container, const std::string& target) {
    for (const json& mount : value_or(container.host_config, "Mounts", json::array())) {
        if (value_or(mount, "Target", "") != target) continue;
        const json options = value_or(mount, "VolumeOptions", json::object());
        const std::string part = value_or(options, "Subpath", "");
        return "/" + part;
    }
    return "/";
}

/// A part that is mounted and isn't there: no start, and no look at the files.
std::string EngineWorld::missing_part(const FakeContainer& container) const {
    for (const json& mount : container.mounts) {
        if (mount["Type"] != "volume") continue;
        const std::string part = shown_part(container, mount["Destination"]);
        if (part == "/") continue;
        const auto& files = volumes_.at(mount["Name"].get<std::string>()).files;
        const bool there = std::ranges::any_of(
            files, [&](const auto& file) { return is_below(file.first, part); });
        if (!there) {
            return fmt::format("cannot access path {0}{1}: lstat {0}{1}: no such file or directory",
                               mount["Source"].get<std::string>(), part);
        }
    }
    return "";
}

/// Where the bytes of `path` live: the container's own layer, a volume, or the host.
/// @param inside  gets the folder there that stands for `path`
std::map<std::string, std::string>* EngineWorld::files_at(FakeContainer& container,
                                                          const std::string& path,
                                                          std::string& inside, bool& read_only) {
    const json* best = nullptr;
    for (const json& mount : container.mounts) {
        const std::string at = without_end_slash(mount["Destination"].get<std::string>());
        if (!is_below(path, at)) continue;
        if (best == nullptr || at.size() > (*best)["Destination"].get<std::string>().size())
            best = &mount;
    }
    inside = path;
    read_only = container.host_config["ReadonlyRootfs"] == true;
    if (best == nullptr) return &container.files;
    read_only = (*best)["RW"] == false;
    const std::string at = without_end_slash((*best)["Destination"].get<std::string>());
    const std::string rest = path.size() > at.size() ? path.substr(at.size()) : "";
    if ((*best)["Type"] == "volume") {
        const std::string part = shown_part(container, (*best)["Destination"]);
        inside = rest.empty() ? part : part == "/" ? rest : part + rest;
        return &volumes_.at((*best)["Name"].get<std::string>()).files;
    }
    inside = (*best)["Source"].get<std::string>() + rest;
    return (*best)["Type"] == "bind" ? &host_files : nullptr;
}

EngineAnswer EngineWorld::put_archive(const EngineRequest& request, const std::string& id) {
    FakeContainer* container = find_container(id);
    if (container == nullptr) return refusal(404, fmt::format("No such container: {}", id));
    if (const auto missing = missing_part(*container); !missing.empty())
        return refusal(500, missing);
    const std::string user = value_or(container->config, "User", "");
    if (request.flag("copyUIDGID") && !user.empty() && user != "root") {  // looked up on the host
        return refusal(500,
                       fmt::format("getent unable to find entry \"{}\" in passwd database", user));
    }
    const std::string path = without_end_slash(request.query_or("path", ""));
    std::string inside;
    bool read_only = false;
    auto* files = files_at(*container, path, inside, read_only);
    if (files == nullptr) return no_such_file(path, id);
    const bool known =
        is_usual_folder(path) || files != &container->files ||
        std::ranges::any_of(*files, [&](const auto& file) { return is_below(file.first, path); });
    if (!known) return no_such_file(path, id);
    if (read_only) {
        return refusal(500, files == &container->files ? "container rootfs is marked read-only"
                                                       : "mounted volume is marked read-only");
    }
    for (const auto& [name, bytes] : untar(request.body)) (*files)[below(inside, name)] = bytes;
    return {200, "", {}, {}};
}

EngineAnswer EngineWorld::get_archive(const EngineRequest& request, const std::string& id) {
    FakeContainer* container = find_container(id);
    if (container == nullptr) return refusal(404, fmt::format("No such container: {}", id));
    if (const auto missing = missing_part(*container); !missing.empty())
        return refusal(500, missing);
    const std::string path = without_end_slash(request.query_or("path", ""));
    const std::string name = path.substr(path.rfind('/') + 1);
    std::string inside;
    bool read_only = false;
    const auto* files = files_at(*container, path, inside, read_only);
    std::map<std::string, std::string> found;
    if (files != nullptr) {
        for (const auto& [at, bytes] : *files) {
            if (is_below(at, inside))
                found[name + at.substr(inside == "/" ? 0 : inside.size())] = bytes;
        }
    }
    if (found.empty() && !is_usual_folder(path)) return no_such_file(path, id);
    const bool is_file = found.size() == 1 && found.begin()->first == name;
    const json stat{{"name", name},
                    {"size", is_file ? found.begin()->second.size() : 4096},
                    {"mode", is_file ? 0644U : 0x80000000U + 0755U},
                    {"mtime", "1970-01-01T00:00:00Z"},
                    {"linkTarget", ""}};
    EngineAnswer given{200, "", {{"X-Docker-Container-Path-Stat", base64(stat.dump())}}, {}};
    if (request.method == net::Method::get) given.body = tar_of(found);
    return given;
}

EngineAnswer EngineWorld::container_logs(const EngineRequest& request, const std::string& id) {
    FakeContainer* container = find_container(id);
    if (container == nullptr) return refusal(404, fmt::format("No such container: {}", id));
    const std::string& log = images_.at(container->image_id).log;
    if (!container->started || log.empty() || !request.flag("stdout")) return {200, "", {}, {}};
    if (container->config["Tty"] == true) return {200, log, {}, {}};
    std::string frame{"\x01\0\0\0\0\0\0\0", 8};  // one frame: stream, length
    frame[6] = static_cast<char>(log.size() >> 8 & 255);
    frame[7] = static_cast<char>(log.size() & 255);
    return {200, frame + log, {}, {}};
}

}  // namespace driftless::test
