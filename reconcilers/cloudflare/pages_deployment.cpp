#include "reconcilers/cloudflare/pages_deployment.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reconcilers/cloudflare/pages_upload.hpp"
#include "reconcilers/one_by_one.hpp"

namespace driftless::cloudflare {
namespace {

using namespace std::chrono_literals;

constexpr auto next_glance = 3s;  // at one that is under way

/// The latest of production, which may be newer than what is served. The list shows the latest of
/// all, so that only a newer preview takes a call.
asio::awaitable<Result<std::optional<Deployment>>> latest_of(Account& account,
                                                             PagesProject project) {
    if (!project.latest || project.latest->production) co_return project.latest;
    Pages pages{account};
    co_return co_await pages.latest_production(project.name);
}

/// Did this content fail already, and was noted so? Then what is served is all there is to see.
bool is_noted(const Facts& facts, const Declared& want) {
    const auto entry = facts.inventory.find(want.key);
    return entry != facts.inventory.end() && !entry->second.bad_digest.empty() &&
           entry->second.bad_digest == want.digest;
}

std::string how_it_failed(const Deployment& deployment, bool serves_another) {
    return fmt::format("its deployment ended with {} in stage {}; {}; {} has its log",
                       in_quotes(deployment.status), in_quotes(deployment.stage),
                       serves_another ? "the one before stays in service" : "nothing is served",
                       deployment.url.empty() ? "the dashboard" : deployment.url);
}

const PagesProject* named(const std::vector<PagesProject>& all, const std::string& name) {
    const auto found = std::ranges::find(all, name, &PagesProject::name);
    return found == all.end() ? nullptr : &*found;
}

}  // namespace

KindRules PagesDeploymentReconciler::rules() const {
    return {};
}

asio::awaitable<Reads> PagesDeploymentReconciler::observe(Run& run, Scope scope) {
    Reads reads;
    if (!looks_at(pages_deployment_kind, run.facts, scope)) co_return reads;
    const auto listed = co_await pages_seen(access_, run.id, scope.fresh);
    Result<Complete<LiveState>> state = Complete<LiveState>::vouched({});
    if (!listed) state = Error{listed.error()}.in("observe Pages");
    LiveState all;
    if (listed && run.facts.desired) {
        for (const Declared& want : (*run.facts.desired)->resources) {
            if (want.key.kind != pages_deployment_kind || !state) continue;
            const PagesProject* project = named(*listed, want.key.name);
            if (project == nullptr) continue;  // it comes and goes with its project
            auto live = co_await seen(run, *project, want);
            if (!live) {
                state = std::move(live).error();
            } else if (*live) {
                all.push_back(**std::move(live));
            }
        }
    }
    if (state) state = Complete<LiveState>::vouched(std::move(all));
    reads.emplace(pages_deployments_collection, std::move(state));
    co_return reads;
}

asio::awaitable<Result<std::optional<Live>>> PagesDeploymentReconciler::seen(Run& run,
                                                                             PagesProject project,
                                                                             const Declared& want) {
    const std::string& us = access_.installation;
    const std::optional<Deployment>& serving = project.serving;
    const std::string wanted = want.spec.at("content");
    const bool is_served = serving && content_in(*serving, us) == wanted;
    std::optional<Deployment> newer;
    if (!is_served) {
        auto latest = co_await latest_of(access_.account, project);
        if (!latest) co_return std::move(latest).error();
        const bool is_newer = *latest && (!serving || (*latest)->id != serving->id) &&
                              !content_in(**latest, us).empty();
        if (is_newer) newer = **latest;
    }
    const bool fails = newer && newer->failed();
    const bool tells = fails && content_in(*newer, us) == wanted && !is_noted(run.facts, want);
    if (fails && !tells) newer.reset();
    const std::optional<Deployment>& shown = newer ? newer : serving;
    if (!shown) co_return std::optional<Live>{};
    Live live;
    live.key = want.key;
    live.id = shown->id;
    live.version = shown->id + " " + shown->status;
    live.spec = {{"content", content_in(*shown, us)}};
    live.owner = live.spec["content"] == "" ? Owner::kin : Owner::ours;
    live.outputs = {{"url", shown->url}};
    if (project.from_git) {
        live.left_alone = "Cloudflare builds its project from git, and takes no files for it";
    } else if (newer && tells) {
        live.unfinished = how_it_failed(*newer, serving.has_value());
    } else if (newer && !newer->succeeded()) {
        live.unfinished = fmt::format("deploying: stage {} is {}", newer->stage, newer->status);
        live.idle_until = run.clock.wall() + next_glance;
    }
    co_return std::optional<Live>{std::move(live)};
}

asio::awaitable<Result<Done>> PagesDeploymentReconciler::deploy(Run& run, const Action& action) {
    const auto listed = co_await pages_seen(access_, run.id, false);
    if (!listed) co_return listed.error();
    const PagesProject* project = named(*listed, action.key.name);
    if (project == nullptr) co_return Error{Errc::conflict, "its project is not there"};
    auto made = co_await upload_site(access_, run, *action.want);
    if (!made) co_return std::move(made).error();
    made->branch = project->production_branch;
    Pages pages{access_.account};
    const auto deployment = co_await pages.deploy(action.key.name, *std::move(made));
    if (!deployment) co_return deployment.error();
    Done done;
    done.id = deployment->id;
    done.done = deployment->succeeded();
    done.look_again = next_glance;
    done.why = fmt::format("deploying: stage {} is {}", deployment->stage, deployment->status);
    co_return done;
}

/// It failed: that is noted once, and then what serves is what counts.
asio::awaitable<Result<Done>> PagesDeploymentReconciler::finish(Run& run, const Action& action) {
    Done done;
    done.id = action.have->id;
    done.done = false;
    if (action.have->idle_until) co_return done;  // it ends by itself
    const auto listed = co_await pages_seen(access_, run.id, false);
    if (!listed) co_return listed.error();
    const PagesProject* project = named(*listed, action.key.name);
    const bool serves = project != nullptr && project->serving;
    if (serves) done.id = project->serving->id;
    done.done = true;
    done.content_failed = true;
    done.why = action.have->unfinished;
    co_return done;
}

asio::awaitable<Result<Done>> PagesDeploymentReconciler::apply_one(Run& run, const Action& action) {
    if (action.verb == Verb::finish) co_return co_await finish(run, action);
    if (action.want && action.verb != Verb::adopt) co_return co_await deploy(run, action);
    Done done;
    if (action.have) done.id = action.have->id;
    co_return done;
}

asio::awaitable<Results> PagesDeploymentReconciler::apply(Run& run, Step step) {
    ApplyOne one = [this, &run](const Action& action) { return apply_one(run, action); };
    Results results = co_await one_by_one(step, std::move(one));
    access_.pages.run.clear();
    co_return results;
}

}  // namespace driftless::cloudflare
