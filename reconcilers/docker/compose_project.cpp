#include "reconcilers/docker/compose_project.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/base/nearest.hpp"
#include "config/reading.hpp"
#include "reconcilers/docker/project_storage.hpp"
#include "reconcilers/docker/service_parts.hpp"

namespace driftless::docker {
namespace {

std::string folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

/// A path of the manifest: relative to its own folder; from the commit's root with a "/".
std::string in_commit(const Manifest& manifest, const std::string& path) {
    if (path.starts_with('/')) return clean_path(path.substr(1));
    const std::string folder = folder_of(manifest.place.file);
    return clean_path(folder.empty() ? path : folder + "/" + path);
}

/// What a ComposeProject's spec says.
struct ProjectSpec {
    compose::Input input;
    std::string working_dir;
};

/// A compose file as the manifest names it.
struct NamedFile {
    std::string written;
    std::string where;  ///< "spec.files[1]"
    Place place;
};

std::vector<NamedFile> named_files(MapReader& reader) {
    const bool single = reader.text("file").has_value();
    const bool several = !reader.texts("files").empty();
    if (single && several) reader.error(reader.place(), "give file or files, not both");
    if (!single && !several) {
        reader.error(reader.place(), reader.where("file") + ": missing; name the compose file");
        return {};
    }
    std::vector<NamedFile> files;
    if (single) {
        const Node& node = *reader.get("file");
        return {{node.text, reader.where("file"), node.place}};
    }
    for (const Node& node : reader.get("files")->items) {
        const std::string where = fmt::format("{}[{}]", reader.where("files"), files.size());
        if (node.is_scalar()) files.push_back({node.text, where, node.place});
    }
    return files;
}

/// The names of the files in one folder.
std::vector<std::string> names_in(const Files& files, const std::string& folder) {
    std::vector<std::string> names;
    const auto entries = files.list(folder);
    if (!entries) return names;
    for (const FileEntry& entry : *entries) {
        const std::size_t start = folder.empty() ? 0 : folder.size() + 1;
        if (entry.path.find('/', start) == std::string::npos)
            names.push_back(entry.path.substr(start));
    }
    return names;
}

/// Why no compose file can be read at `path`; empty when there is one.
std::string trouble_with(const NamedFile& file, const std::string& path, const ProjectSpec& spec) {
    if (path.empty()) return in_quotes(file.written) + " leaves the repository";
    if (spec.input.provided.contains(path)) return "";
    const auto found = spec.input.files->find(path);
    if (found && found->type != FileEntry::Type::folder) return "";
    if (found) return file.written + " is a folder; name the compose file in it";
    if (found.error().code != Errc::not_found) return found.error().message;
    const std::string folder = folder_of(path);
    const std::string name = path.substr(folder.empty() ? 0 : folder.size() + 1);
    std::string why = file.written + " is not in the commit";
    if (path != file.written) why += ", where it would be " + path;
    const std::string guess = did_you_mean(name, names_in(*spec.input.files, folder));
    return why + (guess.empty() ? "; add it, or name another file" : guess);
}

void read_paths(MapReader& reader, const Manifest& manifest, ProjectSpec& spec) {
    for (const NamedFile& file : named_files(reader)) {
        const std::string path = in_commit(manifest, file.written);
        const std::string why = trouble_with(file, path, spec);
        if (!why.empty()) reader.error(file.place, file.where + ": " + why);
        spec.input.paths.push_back(path);
    }
}

std::map<std::string, std::string> texts_in(MapReader& reader, const std::string& key) {
    std::map<std::string, std::string> texts;
    const Node* node = reader.get(key);
    if (node == nullptr) return texts;
    if (!node->is_map()) reader.error(node->place, reader.where(key) + ": expected a map");
    for (const Node::Entry& entry : node->entries) {
        if (!entry.value.is_scalar()) {
            reader.error(entry.value.place,
                         fmt::format("{}.{}: expected a text, or {{secret: NAME}} and the like",
                                     reader.where(key), entry.key));
            continue;
        }
        texts[entry.key] = entry.value.text;
    }
    return texts;
}

ProjectSpec read_spec(const Node& node, const Expansion& with, Findings& findings) {
    ProjectSpec spec;
    MapReader reader{node, "spec", findings};
    spec.input.files = &with.files;
    spec.input.vault = with.references.vault;
    spec.input.fallback_name = with.manifest.name;
    spec.input.project = reader.text("project").value_or("");
    spec.input.environment = texts_in(reader, "env");
    for (auto& [path, text] : texts_in(reader, "provide")) {
        spec.input.provided.emplace(in_commit(with.manifest, path), std::move(text));
    }
    read_paths(reader, with.manifest, spec);
    spec.input.profiles = reader.texts("profiles");
    spec.working_dir = clean_path(reader.text("workingDir").value_or(""));
    if (!spec.working_dir.empty() && !spec.working_dir.starts_with('/')) {
        reader.error(reader.place(), "spec.workingDir: expected an absolute path on the host");
    }
    reader.finish();
    return spec;
}

void add_was(const Manifest& manifest, const std::string& project, Declared& declared) {
    for (const std::string& earlier : manifest.was) {
        ResourceKey key = declared.key;
        key.name = earlier + key.name.text().substr(project.size());
        declared.was.push_back(std::move(key));
    }
}

}  // namespace

Expanded expand_compose_project(const Expansion& with) {
    Expanded expanded;
    Node node = with.manifest.spec;
    resolve_references(node, with.references, expanded.findings);
    if (has_errors(expanded.findings)) return expanded;
    const ProjectSpec spec = read_spec(node, with, expanded.findings);
    if (has_errors(expanded.findings)) return expanded;
    const auto project = compose::read_project(spec.input, expanded.findings);
    if (!project) return expanded;
    expanded.findings.insert(expanded.findings.end(), project->findings.begin(),
                             project->findings.end());
    AllowCheck allow{with.target, expanded.findings};
    ProjectInput input{with,
                       *project,
                       spec.input.provided,
                       folder_of(spec.input.paths.front()),
                       spec.working_dir,
                       spec.input.paths,
                       allow,
                       expanded.findings};
    expanded.resources = expand_networks(input);
    std::ranges::move(expand_volumes(input), std::back_inserter(expanded.resources));
    for (const Node::Entry& service : project->services.entries) {
        std::ranges::move(expand_service(service.key, service.value, input),
                          std::back_inserter(expanded.resources));
    }
    for (Declared& declared : expanded.resources) add_was(with.manifest, project->name, declared);
    return expanded;
}

}  // namespace driftless::docker
