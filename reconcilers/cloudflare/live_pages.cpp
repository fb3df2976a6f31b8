#include "reconcilers/cloudflare/live_pages.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reconcilers/cloudflare/marks.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::string_view content_word = "content ";

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

bool is_ours(const PagesProject& project, const AccountAccess& access, const Facts& facts) {
    const ResourceKey key{access.target, std::string{pages_project_kind}, project.name};
    const auto entry = facts.inventory.find(key);
    if (entry != facts.inventory.end() && entry->second.id == project.id) return true;
    if (read_comment(project.mark).installation == access.installation) return true;
    return project.serving && !content_in(*project.serving, access.installation).empty();
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
