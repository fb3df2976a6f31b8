#include "reconcilers/cloudflare/pages_project.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reconcilers/cloudflare/live_tunnels.hpp"
#include "reconcilers/cloudflare/marks.hpp"
#include "reconcilers/one_by_one.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::size_t most_dropped_at_once = 50;  // of its deployments; the next look goes on

PagesWish wish_of(const json& spec) {
    return {spec.at("name"), spec.at("production_branch"), spec.at("mark")};
}

const PagesProject* find(const std::vector<PagesProject>& all, const std::string& id) {
    const auto found = std::ranges::find(all, id, &PagesProject::id);
    return found == all.end() ? nullptr : &*found;
}

}  // namespace

KindRules PagesProjectReconciler::rules() const {
    KindRules rules;
    rules.fields = {{.path = "/name", .replaces = true}};
    rules.data = true;
    rules.ready_when_done = true;
    return rules;
}

asio::awaitable<void> PagesProjectReconciler::resolve(Run& run, Scope scope) {
    const bool any = looks_at(pages_project_kind, run.facts, scope) ||
                     looks_at(pages_domain_kind, run.facts, scope) ||
                     looks_at(pages_deployment_kind, run.facts, scope);
    if (!any) co_return;
    const auto listed = co_await pages_seen(access_, run.id, true);
    static_cast<void>(listed);  // observe tells what came of it
}

asio::awaitable<Reads> PagesProjectReconciler::observe(Run& run, Scope scope) {
    Reads reads;
    if (!looks_at(pages_project_kind, run.facts, scope)) co_return reads;
    auto listed = co_await pages_seen(access_, run.id, scope.fresh);
    if (!listed) {
        reads.emplace(pages_projects_collection, std::move(listed).error().in("observe Pages"));
        co_return reads;
    }
    LiveState state;
    for (const PagesProject& project : *listed) state.push_back(live_of(project, run.facts));
    reads.emplace(pages_projects_collection, Complete<LiveState>::vouched(std::move(state)));
    co_return reads;
}

Live PagesProjectReconciler::live_of(const PagesProject& project, const Facts& facts) const {
    const CommentMark mark = read_comment(project.mark);
    Live live;
    live.key = {access_.target, std::string{pages_project_kind}, project.name};
    live.id = project.id;
    live.owner = owner_of(project, access_, facts);
    live.version = project.production_branch + " " + project.mark;
    if (project.serving) live.version += " " + project.serving->id;
    live.spec = {{"name", project.name},
                 {"production_branch", project.production_branch},
                 {"mark", project.mark}};
    if (needs_no_mark(project, access_, facts))
        live.spec["mark"] = declared_in(facts, live.key)->spec.at("mark");
    live.claims = {pages_project_claim(project.name)};
    live.manifest = "PagesProject/" + project.name;
    live.protect = mark.installation == access_.installation && mark.protect;
    live.outputs = {{"id", project.id}, {"subdomain", project.subdomain}};
    return live;
}

/// A person said so: what is attached to it, and deployments beyond what goes with it at once, go
/// first.
asio::awaitable<Result<Done>> PagesProjectReconciler::remove(Run& run, const Action& action) {
    const auto listed = co_await pages_seen(access_, run.id, false);
    if (!listed) co_return listed.error();
    const PagesProject* project = find(*listed, action.have->id);
    Done done;
    if (project == nullptr) co_return done;
    Pages pages{access_.account};
    for (const std::string& domain : project->domains) {
        auto gone = co_await pages.detach(project->name, domain);
        const bool is_gone = gone || gone.error().code == Errc::not_found;
        if (!is_gone) co_return std::move(gone).error();
    }
    auto removed = co_await pages.remove(project->name);
    if (removed || removed.error().code == Errc::not_found) co_return done;
    if (removed.error().code != Errc::conflict) co_return std::move(removed).error();
    const std::string serving = project->serving ? project->serving->id : "";
    const auto dropped = co_await pages.drop_old(project->name, serving, most_dropped_at_once);
    if (!dropped) co_return dropped.error();
    if (*dropped == 0) co_return std::move(removed).error();
    done.done = false;
    done.id = project->id;
    done.why = fmt::format(
        "{} of its deployments are deleted; with as many as it has, Cloudflare "
        "deletes no project",
        *dropped);
    co_return done;
}

asio::awaitable<Result<Done>> PagesProjectReconciler::apply_one(Run& run, const Action& action) {
    if (action.verb == Verb::remove || !action.want) co_return co_await remove(run, action);
    Done done;
    if (action.have) done.id = action.have->id;
    if (action.verb == Verb::adopt) co_return done;
    const auto spec = opened(action.want->spec, run.vault, run.facts.board);
    if (!spec) co_return spec.error();
    Pages pages{access_.account};
    PagesWish wish = wish_of(*spec);
    if (action.verb != Verb::create) {
        auto changed = co_await pages.change(std::move(wish));
        if (!changed) co_return std::move(changed).error();
        co_return done;
    }
    auto made = co_await pages.create(std::move(wish));
    if (!made) co_return std::move(made).error();
    done.id = made->id;
    co_return done;
}

asio::awaitable<Results> PagesProjectReconciler::apply(Run& run, Step step) {
    ApplyOne one = [this, &run](const Action& action) { return apply_one(run, action); };
    Results results = co_await one_by_one(step, std::move(one));
    access_.pages.run.clear();
    co_return results;
}

}  // namespace driftless::cloudflare
