#include "reconcilers/cloudflare/import_pages.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/yaml_writer.hpp"
#include "reconcilers/cloudflare/live_pages.hpp"
#include "reconcilers/cloudflare/marks.hpp"
#include "reconcilers/cloudflare/pages_manifest.hpp"

namespace driftless::cloudflare {
namespace {

constexpr const char* usual_branch = "main";

Node document_of(const PagesProject& project, const std::string& target) {
    Node document = manifest_head("PagesProject", project.name, target);
    Node& spec = document["spec"];
    if (project.production_branch != usual_branch)
        spec["productionBranch"] = text_node(project.production_branch);
    std::vector<std::string> domains = project.domains;
    std::ranges::sort(domains);
    Node list = Node::list({});
    for (const std::string& domain : domains) list.items.push_back(text_node(domain));
    if (!list.items.empty()) spec["domains"] = std::move(list);
    return document;
}

std::string comment_for(const PagesProject& project, const std::string& target) {
    const std::string begin = fmt::format("Written by `driftless import {}`. ", target);
    if (project.from_git) {
        return begin +
               "Cloudflare builds what it serves from git itself, and takes no files from here.";
    }
    return begin +
           "What it serves stays: Cloudflare doesn't give the files back.\n"
           "To publish from this repository, add `folder: PATH` to spec; what then takes the place "
           "of what is\nserved waits for your `driftless confirm` once.";
}

/// Whose it is already; "" where nobody's.
std::string keeper(const PagesProject& project, const std::string& installation) {
    const bool serves_ours = project.serving && !content_in(*project.serving, installation).empty();
    if (serves_ours || read_comment(project.mark).installation == installation)
        return "driftless looks after it already";
    if (project.mark.empty()) return "";
    return fmt::format("another looks after it: its variable DRIFTLESS says {}",
                       in_quotes(project.mark));
}

/// Why no first plan would leave it as it is; "" where one does.
std::string trouble(const PagesProject& project, const Node& document, const ImportView& view) {
    if (std::string why = keeper(project, view.installation); !why.empty()) return why;
    std::vector<std::string> texts = project.domains;
    texts.insert(texts.end(), {project.name, project.production_branch});
    for (const std::string& text : texts)
        if (std::string why = trouble_with_text(text); !why.empty()) return why;
    const Expanded made = expand_alone(document, expand_pages_project, view.installation);
    for (const Finding& finding : made.findings)
        if (finding.severity == Finding::Severity::error) return finding.message;
    return "";
}

}  // namespace

void import_pages(const std::vector<PagesProject>& projects, const ImportView& view,
                  Imported& made) {
    for (const PagesProject& project : projects) {
        const std::string what = "Pages project " + project.name;
        const Node document = document_of(project, view.target);
        if (std::string why = trouble(project, document, view); !why.empty()) {
            made.left_out.push_back({what, std::move(why)});
            continue;
        }
        ImportedManifest manifest{.name = project.name, .what = what};
        manifest.files["pages-" + project.name + ".yaml"] =
            write_yaml(document, comment_for(project, view.target));
        manifest.has_folder = false;
        made.manifests.push_back(std::move(manifest));
    }
}

}  // namespace driftless::cloudflare
