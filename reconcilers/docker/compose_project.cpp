#include "reconcilers/docker/compose_project.hpp"

#include <fmt/format.h>

#include <algorithm>

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

void read_paths(MapReader& reader, const Manifest& manifest, ProjectSpec& spec) {
    const auto file = reader.text("file");
    std::vector<std::string> files = reader.texts("files");
    if (file && !files.empty()) reader.error(reader.place(), "give file or files, not both");
    if (file) files = {*file};
    if (files.empty()) {
        reader.error(reader.place(), reader.where("file") + ": missing; name the compose file");
    }
    for (const std::string& path : files) {
        const std::string clean = in_commit(manifest, path);
        if (clean.empty()) {
            reader.error(reader.place(), fmt::format("{}: {} leaves the repository",
                                                     reader.where("file"), in_quotes(path)));
        }
        spec.input.paths.push_back(clean);
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
    read_paths(reader, with.manifest, spec);
    spec.input.project = reader.text("project").value_or("");
    spec.input.environment = texts_in(reader, "env");
    for (auto& [path, text] : texts_in(reader, "provide")) {
        spec.input.provided.emplace(in_commit(with.manifest, path), std::move(text));
    }
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
        key.name = earlier + key.name.substr(project.size());
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
