#include "config/compose/project.hpp"

#include "config/compose/check.hpp"
#include "config/compose/context.hpp"
#include "config/compose/loader.hpp"
#include "config/compose/merge.hpp"
#include "config/compose/normalise.hpp"

namespace driftless::compose {
namespace {

Error all_in_one(const Findings& findings) {
    std::string text;
    for (const Finding& finding : findings) {
        if (finding.severity != Finding::Severity::error) continue;
        text += (text.empty() ? "" : "\n") + to_string(finding);
    }
    return {Errc::invalid, std::move(text)};
}

std::optional<Project> read(Context& context) {
    const std::vector<std::string>& paths = context.input().paths;
    Loader loader{context};
    auto unit = loader.unit_of(folder_of(paths.front()), context.input().environment);
    if (!unit) return std::nullopt;
    const auto name = project_name(context, loader, *unit);
    if (!name) return std::nullopt;
    unit->variables["COMPOSE_PROJECT_NAME"] = *name;
    auto root = loader.load(paths, *unit, Place{});
    if (!root || context.failed()) return std::nullopt;
    drop_tags(*root);
    Checker{context}.check(*root, "", "");
    if (context.failed()) return std::nullopt;
    return make_project(context, *std::move(root), *name, *unit);
}

}  // namespace

Result<Project> read_project(const Input& input, Findings& findings) {
    Findings own;  // what others found before says nothing about this project
    if (input.paths.empty())
        return Error{Errc::invalid, "read a project: no compose file is named"};
    Context context{input, own};
    auto project = read(context);
    findings.insert(findings.end(), own.begin(), own.end());
    if (!project || has_errors(own)) return all_in_one(own);
    project->findings = std::move(own);
    return *std::move(project);
}

}  // namespace driftless::compose
