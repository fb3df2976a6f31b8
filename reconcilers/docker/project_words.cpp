#include "reconcilers/docker/project_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/yaml_writer.hpp"
#include "reconcilers/docker/container_state.hpp"
#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/marks.hpp"
#include "reconcilers/docker/service_words.hpp"
#include "reconcilers/docker/storage_words.hpp"

namespace driftless::docker {
namespace {

/// A container in the words of its file.
struct Instance {
    const ProjectContainer* container;
    json spec;
    bool runs;
};

/// By service, each by number.
using Services = std::map<std::string, std::vector<Instance>>;

std::string label_in(const json& container, std::string_view label) {
    const json& value = in(at(container, "/Config/Labels"), label);
    return value.is_string() ? value.get<std::string>() : "";
}

std::string state_of(const json& container) {
    Live live;
    tell_state(container, live);
    const std::string status = shown_text(container, "/State/Status");
    return live.detail.empty() ? status : live.detail;
}

/// The profile that its creator sent as text; a file of the folder takes its place.
std::string seccomp_of(const json& container) {
    constexpr std::string_view begin = "seccomp=";
    const json& options = at(container, "/HostConfig/SecurityOpt");
    if (!options.is_array()) return "";
    for (const json& option : options) {
        std::string text = option.is_string() ? option.get<std::string>() : "";
        if (text.starts_with("seccomp:")) text[begin.size() - 1] = '=';
        if (text.starts_with("seccomp={")) return text.substr(begin.size());
    }
    return "";
}

Instance instance_of(const ProjectContainer& one, const EngineView& view) {
    const Seen seen{one.container, one.image, view.engine, view.names};
    json spec = as_declared(seen);
    spec["compose"]["depends_on"] = label_in(one.container, marks::depends_on);
    const std::string profile = seccomp_of(one.container);
    if (!profile.empty()) spec["seccomp_profile"] = profile;
    const bool runs = spec["running"] == true;
    return {&one, std::move(spec), runs};
}

class ProjectWriter {
public:
    ProjectWriter(const LiveProject& project, const EngineView& view, const ImportWish& wish)
        : project_(project), view_(view), texts_(project.name, wish.plain) {}

    Result<ImportedManifest> write();

private:
    std::string unsayable() const;
    void hide_values();
    ProjectWords words() const;
    Result<Node> service(const std::string& name, const std::vector<Instance>& instances,
                         const ProjectWords& words);
    void note_what_rests(const std::string& name, const std::vector<Instance>& instances,
                         std::size_t scale);
    Node compose_file(Node services) const;
    Node manifest() const;

    const LiveProject& project_;
    const EngineView& view_;
    FileTexts texts_;
    Services services_;
    StorageWords storage_;
    ImportedManifest made_;
};

std::string ProjectWriter::unsayable() const {
    for (const ProjectContainer& one : project_.containers) {
        const std::string field = beyond_words(one.container);
        if (field.empty()) continue;
        return fmt::format(
            "container {} has {}, which no key of a compose file that driftless takes "
            "can say",
            in_quotes(one.name), field);
    }
    return "";
}

void ProjectWriter::hide_values() {
    for (const auto& [name, instances] : services_) {
        for (const auto& [variable, value] : instances.front().spec["env"].items()) {
            if (value.is_null()) texts_.reserve(variable);
        }
    }
    for (const auto& [name, instances] : services_) {
        for (const auto& [variable, value] : instances.front().spec["env"].items()) {
            if (value.is_string()) texts_.hide(name, variable, value);
        }
    }
    hide_passwords(storage_, texts_);
}

ProjectWords ProjectWriter::words() const {
    ProjectWords words{project_.name, storage_.network_keys, storage_.volume_keys, {}, {}, texts_};
    for (const auto& [name, instances] : services_) {
        words.services.insert(name);
        if (instances.front().container->number == 1)
            words.firsts[instances.front().container->name] = name;
    }
    return words;
}

void ProjectWriter::note_what_rests(const std::string& name, const std::vector<Instance>& instances,
                                    std::size_t scale) {
    for (std::size_t i = scale; i < instances.size(); ++i) {
        made_.notes.push_back(fmt::format(
            "service {} is written with scale: {}, since container {} does not run ({}); with a "
            "higher scale it is started",
            name, scale, instances[i].container->name,
            state_of(instances[i].container->container)));
    }
}

/// Numbers from 1 on that run and are alike are the service's scale; what doesn't run after them
/// stays as it is, undeclared.
Result<Node> ProjectWriter::service(const std::string& name, const std::vector<Instance>& instances,
                                    const ProjectWords& words) {
    std::size_t scale = 0;
    Node said = service_of(instances.front().spec, name, words);
    const std::string first = write_yaml(said, "");
    for (const Instance& one : instances) {
        if (!one.runs) continue;
        const bool in_order =
            one.container->number == static_cast<int>(scale) + 1 && &one == &instances[scale];
        if (!in_order) {
            return Error{
                Errc::invalid,
                fmt::format("container {} is number {} of service {} and others before it "
                            "are missing or don't run; driftless counts from 1 on: `docker "
                            "compose up -d --force-recreate --scale {}=N` numbers them anew",
                            in_quotes(one.container->name), one.container->number, name, name)};
        }
        if (write_yaml(service_of(one.spec, name, words), "") != first) {
            return Error{Errc::invalid,
                         fmt::format("the containers {} and {} of service {} are not alike",
                                     in_quotes(instances.front().container->name),
                                     in_quotes(one.container->name), name)};
        }
        ++scale;
    }
    note_what_rests(name, instances, scale);
    const std::string image = instances.front().spec["image"];
    if (image.starts_with("sha256:")) {
        made_.notes.push_back(fmt::format(
            "service {} has an image that is known by its id alone, {}: no registry can give it; "
            "push it and name it",
            name, image.substr(0, 19)));
    }
    const json& profile = in(instances.front().spec, "seccomp_profile");
    if (profile.is_string()) made_.files["seccomp-" + name + ".json"] = profile;
    if (scale != 1) said["scale"] = number_node(static_cast<std::int64_t>(scale));
    return said;
}

Node ProjectWriter::compose_file(Node services) const {
    Node file = map_node();
    file["name"] = FileTexts::name(project_.name);
    file["services"] = std::move(services);
    Node networks = networks_node(storage_, project_.name, texts_);
    if (!networks.entries.empty()) file["networks"] = std::move(networks);
    Node volumes = volumes_node(storage_, project_.name, texts_);
    if (!volumes.entries.empty()) file["volumes"] = std::move(volumes);
    return file;
}

Node ProjectWriter::manifest() const {
    Node node = map_node();
    node["apiVersion"] = FileTexts::name("driftless/v1");
    node["kind"] = FileTexts::name("ComposeProject");
    map_at(node, "metadata")["name"] = FileTexts::name(project_.name);
    node["target"] = FileTexts::name(view_.target);
    Node& spec = map_at(node, "spec");
    spec["file"] = FileTexts::name("compose.yaml");
    for (const auto& [variable, secret] : texts_.variables())
        map_at(map_at(spec, "env"), variable)["secret"] = FileTexts::name(secret);
    return node;
}

Result<ImportedManifest> ProjectWriter::write() {
    if (const std::string why = unsayable(); !why.empty()) return Error{Errc::invalid, why};
    std::vector<json> specs;
    for (const ProjectContainer& one : project_.containers) {
        Instance instance = instance_of(one, view_);
        specs.push_back(instance.spec);
        services_[one.service].push_back(std::move(instance));
    }
    storage_ = storage_of(project_.name, specs, view_);
    hide_values();
    const ProjectWords known = words();
    Node services = map_node();
    for (const auto& [name, instances] : services_) {
        auto said = service(name, instances, known);
        if (!said) return std::move(said).error();
        services[name] = *std::move(said);
    }
    made_.name = project_.name;
    made_.what = "project " + project_.name;
    made_.secrets = texts_.secrets();
    const std::string written = fmt::format("Written by `driftless import {}`.", view_.target);
    made_.files["driftless.yaml"] = write_yaml(manifest(), written);
    std::string comment =
        written +
        " It says what differs from what images and engine give.\n"
        "What was put into a container as a file (`configs:` with `content:`) doesn't show, and is "
        "not here.";
    for (const std::string& note : made_.notes) comment += "\n" + note;
    made_.files["compose.yaml"] = write_yaml(compose_file(std::move(services)), comment);
    return std::move(made_);
}

}  // namespace

Result<ImportedManifest> manifest_of(const LiveProject& project, const EngineView& view,
                                     const ImportWish& wish) {
    return ProjectWriter{project, view, wish}.write();
}

}  // namespace driftless::docker
