#include "reconcilers/cloudflare/live_pages.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reconcilers/cloudflare/live_tunnels.hpp"
#include "reconcilers/cloudflare/marks.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::string_view content_word = "content ";

ResourceKey key_of(const PagesProject& project, const AccountAccess& access) {
    return {access.target, std::string{pages_project_kind}, project.name};
}

bool is_ours(const PagesProject& project, const AccountAccess& access, const Facts& facts) {
    const auto entry = facts.inventory.find(key_of(project, access));
    if (entry != facts.inventory.end() && entry->second.id == project.id) return true;
    if (read_comment(project.mark).installation == access.installation) return true;
    return project.serving && !content_in(*project.serving, access.installation).empty();
}

/// Does git want something in it that it doesn't have?
bool adds_to(const PagesProject& project, const Facts& facts) {
    return std::ranges::any_of((*facts.desired)->resources, [&](const Declared& declared) {
        if (declared.key.kind == pages_deployment_kind) return declared.key.name == project.name;
        if (declared.key.kind != pages_domain_kind) return false;
        return declared.spec.at("project") == project.name &&
               std::ranges::find(project.domains, declared.spec.at("domain").get<std::string>()) ==
                   project.domains.end();
    });
}

}  // namespace

std::string pages_project_claim(const std::string& name) {
    return "Pages project " + name;
}

std::string pages_domain_claim(const std::string& domain) {
    return "Pages domain " + domain;
}

std::string deployment_message(const std::string& installation, const std::string& content) {
    return write_comment({installation, false, std::string{content_word} + content});
}

std::string content_in(const Deployment& deployment, const std::string& installation) {
    const CommentMark mark = read_comment(deployment.message);
    const bool is_ours = mark.installation == installation && mark.text.starts_with(content_word);
    return is_ours ? mark.text.substr(content_word.size()) : "";
}

Owner owner_of(const PagesProject& project, const AccountAccess& access, const Facts& facts) {
    if (is_ours(project, access, facts)) return Owner::ours;
    const Declared* declared = declared_in(facts, key_of(project, access));
    const bool is_as_declared =
        declared != nullptr && project.mark.empty() &&
        declared->spec.at("production_branch") == project.production_branch &&
        !adds_to(project, facts);
    return is_as_declared ? Owner::kin : Owner::foreign;
}

bool needs_no_mark(const PagesProject& project, const AccountAccess& access, const Facts& facts) {
    const ResourceKey key = key_of(project, access);
    const Declared* declared = declared_in(facts, key);
    if (declared == nullptr || declared->protect || !project.mark.empty()) return false;
    const auto entry = facts.inventory.find(key);
    const bool is_known = entry != facts.inventory.end() && entry->second.id == project.id;
    const bool is_adopted =
        is_known ? entry->second.adopted : owner_of(project, access, facts) == Owner::kin;
    return is_adopted && !adds_to(project, facts);
}

asio::awaitable<Result<std::vector<PagesProject>>> pages_seen(AccountAccess& access,
                                                              std::string run, bool fresh) {
    KnownPages& known = access.pages;
    if (!fresh && !run.empty() && known.run == run) co_return known.listed;
    Pages pages{access.account};
    auto listed = co_await pages.list();
    known.listed = listed;
    known.run = std::move(run);
    co_return listed;
}

}  // namespace driftless::cloudflare
