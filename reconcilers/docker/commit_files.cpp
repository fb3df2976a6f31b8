#include "reconcilers/docker/commit_files.hpp"

#include <fmt/format.h>

#include "reconcilers/docker/digests.hpp"
#include "reconcilers/docker/marks.hpp"

namespace driftless::docker {
namespace {

std::string in_folder(const std::string& folder) {  // what the paths below it begin with
    return folder.empty() || folder == "." ? "" : folder + "/";
}

/// Plain bytes stand in the spec by their digest, so that it stays small; a text with marks stands
/// there itself, since it becomes a seal.
json content_of(const std::string& bytes, json blob, ServiceParts& parts) {
    if (has_marks(bytes)) return bytes;
    std::string digest = sha256_of(bytes);
    parts.blobs[digest] = std::move(blob);
    return digest;
}

/// A config or a secret of the project, as a service asks for it.
struct Grant {
    const Node& node;        ///< {source, target, uid, gid, mode}
    const Node& definition;  ///< {file | content}
    std::string where;
    std::string target;
};

json file_entry(json content, int mode) {
    return {{"content", std::move(content)}, {"mode", mode}, {"uid", 0}, {"gid", 0}};
}

void add_granted(ProjectInput& input, ServiceParts& parts, const Grant& grant) {
    if (const Node* file = grant.definition.find("file"); file != nullptr && !file->is_null()) {
        if (file->text.starts_with('/')) {  // a file of the host, mounted as Compose does
            input.allow.host_path(file->place, grant.where, file->text);
            parts.spec["mounts"].push_back({{"target", grant.target},
                                            {"type", "bind"},
                                            {"source", clean_path(file->text)},
                                            {"read_only", true},
                                            {"create_host_path", false}});
            return;
        }
        if (!is_file(input, file->text)) {
            return add_error(input.findings, file->place,
                             fmt::format("{}: the commit holds no file {}; add it, or provide it",
                                         grant.where, in_quotes(file->text)));
        }
        return add_commit_file(input, parts,
                               {file->text, grant.target, grant.node.place, grant.where});
    }
    const Node* content = grant.definition.find("content");  // an `environment:` has become one
    const std::string text = content == nullptr ? "" : content->text;
    json blob{{"text", text}};
    parts.spec["files"][grant.target] = file_entry(content_of(text, std::move(blob), parts), 0444);
}

void set_owner(const Grant& grant, ServiceParts& parts) {
    const auto file = parts.spec["files"].find(grant.target);
    if (file == parts.spec["files"].end()) return;
    for (const char* key : {"uid", "gid", "mode"}) {
        const Node* node = grant.node.find(key);
        if (node != nullptr && !node->is_null()) (*file)[key] = number_of(*node);
    }
}

void read_grants(const Node* grants, const Node& definitions, const std::string& folder,
                 ProjectInput& input, ServiceParts& parts) {
    if (grants == nullptr) return;
    const std::string where =
        fmt::format("services.{}.{}", parts.service, folder == "/" ? "configs" : "secrets");
    for (const Node& node : grants->items) {
        const Node* source = node.find("source");
        const Node* definition = source == nullptr ? nullptr : definitions.find(source->text);
        if (definition == nullptr) {
            add_error(input.findings, node.place, where + ": not declared in this project");
            continue;
        }
        const Node* target = node.find("target");
        std::string path = target == nullptr || target->text.empty() ? source->text : target->text;
        if (!path.starts_with('/')) path = folder + path;
        const Grant grant{node, *definition, where, clean_path(path)};
        add_granted(input, parts, grant);
        set_owner(grant, parts);
    }
}

}  // namespace

bool is_file(const ProjectInput& input, const std::string& path) {
    if (input.provided.contains(path)) return true;
    const auto entry = input.with.files.find(path);
    return entry && entry->type != FileEntry::Type::folder;
}

bool is_folder(const ProjectInput& input, const std::string& path) {
    const std::string below = in_folder(path);
    const auto provided = input.provided.lower_bound(below);
    if (provided != input.provided.end() && provided->first.starts_with(below)) return true;
    if (below.empty()) return true;
    const auto entry = input.with.files.find(path);
    return entry && entry->type == FileEntry::Type::folder;
}

Result<std::string> read_commit_file(const ProjectInput& input, const std::string& path) {
    const std::string clean =
        path.starts_with('/') ? "" : clean_path(in_folder(input.folder) + path);
    if (clean.empty()) {
        return Error{Errc::invalid, in_quotes(path) + " is outside of the repository"};
    }
    const auto provided = input.provided.find(clean);
    if (provided == input.provided.end()) return input.with.files.read(clean);
    if (!has_marks(provided->second)) return provided->second;
    return Error{Errc::invalid, in_quotes(path) + " holds a secret, which can't stand here"};
}

void add_commit_file(ProjectInput& input, ServiceParts& parts, const CommitPath& file) {
    const auto provided = input.provided.find(file.path);
    if (provided != input.provided.end()) {
        json content = content_of(provided->second, {{"text", provided->second}}, parts);
        parts.spec["files"][file.target] = file_entry(std::move(content), 0444);
        return;
    }
    const auto entry = input.with.files.find(file.path);
    const auto bytes = input.with.files.read(file.path);
    if (!bytes) {
        return add_error(input.findings, file.place, file.where + ": " + bytes.error().message);
    }
    const bool executable = entry && entry->executable;
    json content = content_of(*bytes, {{"path", file.path}}, parts);
    parts.spec["files"][file.target] = file_entry(std::move(content), executable ? 0555 : 0444);
}

std::string add_commit_folder(ProjectInput& input, ServiceParts& parts, const CommitPath& folder) {
    const std::string below = in_folder(folder.path);
    std::string listing = input.with.installation + "\n";
    const auto entries = input.with.files.list(folder.path == "." ? "" : folder.path);
    for (const FileEntry& entry : entries ? *entries : std::vector<FileEntry>{}) {
        if (entry.type != FileEntry::Type::file) {
            add_error(input.findings, folder.place,
                      fmt::format("{}: {} is a link or a submodule; only files can be mounted",
                                  folder.where, in_quotes(entry.path)));
            return {};
        }
        listing +=
            fmt::format("{} {} {}\n", entry.path.substr(below.size()), entry.executable, entry.id);
    }
    json provided = json::object();
    for (const auto& [path, text] : input.provided) {
        if (!path.starts_with(below)) continue;
        if (is_late(text)) {
            add_error(input.findings, folder.place,
                      fmt::format("{}: {} is known too late for a folder; mount the file by itself",
                                  folder.where, in_quotes(path)));
            return {};
        }
        provided[path.substr(below.size())] = text;
        listing += fmt::format("{} provided {}\n", path, sha256_of(text));
    }
    const std::string name = std::string{marks::content_volume} + sha256_of(listing).substr(7, 32);
    parts.blobs[name] = {{"folder", folder.path}, {"provided", std::move(provided)}};
    return name;
}

void read_files(MapReader& service, ProjectInput& input, ServiceParts& parts) {
    if (!parts.spec.contains("files")) parts.spec["files"] = json::object();
    read_grants(service.get("configs"), input.project.configs, "/", input, parts);
    read_grants(service.get("secrets"), input.project.secrets, "/run/secrets/", input, parts);
}

}  // namespace driftless::docker
