#include "reconcilers/cloudflare/pages_manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/reading.hpp"
#include "reconcilers/cloudflare/dns_name.hpp"
#include "reconcilers/cloudflare/live_pages.hpp"
#include "reconcilers/cloudflare/marks.hpp"
#include "reconcilers/cloudflare/pages_site.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::size_t longest_name = 58;
constexpr std::size_t most_domains = 500;  // of an Enterprise zone's owner; others have fewer
constexpr const char* usual_branch = "main";

/// Why this is no name of a project, which is a label of DNS too; "" when it is one.
std::string trouble_with_name(const std::string& name) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    if (name.size() > longest_name) {
        return fmt::format("it has {} characters; Pages takes {} at most", name.size(),
                           longest_name);
    }
    const bool is_label = !name.empty() && std::ranges::all_of(name, fits) && name.front() != '-' &&
                          name.back() != '-';
    return is_label ? "" : "Pages takes a to z, 0 to 9 and hyphens inside, as in bnx-site";
}

std::string trouble_with_domain(const std::string& domain) {
    if (domain.find('*') != domain.npos) return "Pages takes no wildcards; name each hostname";
    if (domain.find('.') == domain.npos) return "it is not whole; write it as www.example.com";
    const bool is_pages = domain == "pages.dev" || domain.ends_with(".pages.dev");
    return is_pages ? "a project has its name below pages.dev anyway; leave it out" : "";
}

class PagesReader {
public:
    PagesReader(const Expansion& with, Findings& findings) : with_(with), findings_(findings) {}

    std::vector<Declared> read(const Node& spec) {
        read_name();
        MapReader reader{spec, "spec", findings_};
        read_branch(reader);
        read_domains(reader);
        if (const Node* folder = reader.get("folder")) read_folder(*folder);
        reader.finish();
        return std::move(all_);
    }

private:
    void read_name();
    void read_branch(MapReader& reader);
    void read_domains(MapReader& reader);
    void read_domain(const Node& node, const std::string& where);
    void read_folder(const Node& node);
    [[nodiscard]] Declared resource(std::string_view kind, const Place& place) const;
    [[nodiscard]] Need project() const {
        return {
            .key = {with_.manifest.target, std::string{pages_project_kind}, with_.manifest.name}};
    }
    void error(const Place& place, std::string message) {
        findings_.push_back({Finding::Severity::error, place, std::move(message)});
    }

    const Expansion& with_;
    Findings& findings_;
    std::set<std::string> domains_;
    std::vector<Declared> all_;
};

void PagesReader::read_name() {
    const Manifest& manifest = with_.manifest;
    const std::string why = trouble_with_name(manifest.name);
    if (!why.empty()) {
        error(manifest.place, fmt::format("metadata.name: {}: {}", in_quotes(manifest.name), why));
    }
    if (manifest.was.empty()) return;
    error(manifest.place,
          fmt::format("metadata.was: a Pages project can't be renamed; keep the name {}, or leave "
                      "`was` out: then this is a new one, and the one before is removed",
                      manifest.was.front()));
}

void PagesReader::read_branch(MapReader& reader) {
    const std::string branch = reader.text("productionBranch").value_or(usual_branch);
    if (branch.empty() || has_marks(branch)) {
        error(reader.get("productionBranch")->place,
              "spec.productionBranch: expected a branch's name, such as main");
    }
    const Manifest& manifest = with_.manifest;
    Declared declared = resource(pages_project_kind, manifest.place);
    declared.collection = pages_projects_collection;
    declared.spec = {{"name", manifest.name},
                     {"production_branch", branch},
                     {"mark", write_comment({with_.installation, manifest.protect, ""})}};
    declared.claims = {pages_project_claim(manifest.name)};
    declared.data = true;
    all_.push_back(std::move(declared));
}

void PagesReader::read_domains(MapReader& reader) {
    const Node* domains = reader.get("domains");
    if (domains == nullptr) return;
    if (!domains->is_list()) return error(domains->place, "spec.domains: expected a list");
    for (std::size_t at = 0; at < domains->items.size(); ++at) {
        read_domain(domains->items[at], fmt::format("spec.domains[{}]", at));
    }
    if (domains_.size() <= most_domains) return;
    error(domains->place, fmt::format("spec.domains: {} domains; a Pages project takes {} at most",
                                      domains_.size(), most_domains));
}

void PagesReader::read_domain(const Node& node, const std::string& where) {
    if (!node.is_scalar() || has_marks(node.text)) {
        return error(node.place, where + ": expected a hostname, such as www.example.com");
    }
    const auto domain = canonical_host(node.text);
    const std::string why =
        domain ? trouble_with_domain(*domain) : std::string{domain.error().message};
    if (!why.empty()) {
        return error(node.place, fmt::format("{}: {}: {}", where, in_quotes(node.text), why));
    }
    if (!domains_.insert(*domain).second) {
        return error(node.place, fmt::format("{}: {} stands in the list already", where, *domain));
    }
    Declared declared = resource(pages_domain_kind, node.place);
    declared.key.name += "/" + *domain;
    declared.collection = pages_domains_collection;
    declared.spec = {{"project", with_.manifest.name}, {"domain", *domain}};
    declared.claims = {pages_domain_claim(*domain)};
    declared.needs = {project()};
    all_.push_back(std::move(declared));
}

void PagesReader::read_folder(const Node& node) {
    if (!node.is_scalar() || has_marks(node.text)) {
        return error(node.place, "spec.folder: expected a folder of this repository");
    }
    std::string folder = node.text == "." || node.text == "./" ? "" : node.text;
    if (folder.starts_with("./")) folder.erase(0, 2);
    if (folder.ends_with('/')) folder.pop_back();
    const auto entries = with_.files.list(folder);
    if (!entries) {
        return error(node.place,
                     fmt::format("spec.folder: {}; it is a folder of this repository, as in "
                                 "site/public",
                                 entries.error().message));
    }
    check_site(with_.files, *entries, folder, node.place, findings_);
    const std::string content = content_of(site_of(*entries, folder));
    Declared declared = resource(pages_deployment_kind, node.place);
    declared.collection = pages_deployments_collection;
    declared.spec = {{"content", content}};
    declared.blobs[content] = {{"folder", folder}};
    declared.needs = {project()};
    all_.push_back(std::move(declared));
}

Declared PagesReader::resource(std::string_view kind, const Place& place) const {
    Declared declared;
    declared.key = {with_.manifest.target, std::string{kind}, with_.manifest.name};
    declared.origin = {with_.files.commit(), place, with_.manifest.key()};
    declared.protect = with_.manifest.protect;
    return declared;
}

}  // namespace

Expanded expand_pages_project(const Expansion& with) {
    Expanded expanded;
    Node node = with.manifest.spec;
    resolve_references(node, with.references, expanded.findings);
    if (has_errors(expanded.findings)) return expanded;
    expanded.resources = PagesReader{with, expanded.findings}.read(node);
    return expanded;
}

}  // namespace driftless::cloudflare
