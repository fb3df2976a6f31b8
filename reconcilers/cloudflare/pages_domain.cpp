#include "reconcilers/cloudflare/pages_domain.hpp"

#include "reconcilers/one_by_one.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace driftless::cloudflare {
namespace {

constexpr std::chrono::minutes active_holds{15};  // then it is looked at again
constexpr std::chrono::seconds next_glance{30};   // at one that is being set up

std::string key_name(const std::string& project, const std::string& domain) {
    return project + "/" + domain;
}

bool is_declared(const Facts& facts, const std::string& project) {
    if (!facts.desired) return false;
    return std::ranges::any_of((*facts.desired)->resources, [&](const Declared& declared) {
        return declared.key.kind == pages_domain_kind && declared.spec.at("project") == project;
    });
}

bool is_settled(const KnownDomains& known, const std::vector<std::string>& domains) {
    return !domains.empty() && std::ranges::all_of(domains, [&](const std::string& domain) {
        const auto found = std::ranges::find(known.domains, domain, &PagesDomain::name);
        return found != known.domains.end() && found->status == "active";
    });
}

std::string what_lacks(const PagesDomain& domain, const PagesProject& project) {
    std::string text = domain.status;
    if (!domain.why.empty()) text += ": " + domain.why;
    if (domain.status != "pending" && domain.status != "deactivated") return text;
    return text + fmt::format("; it takes a CNAME {} to {}, proxied, in the DNS of its zone",
                              domain.name, project.subdomain);
}

}  // namespace

KindRules PagesDomainReconciler::rules() const {
    KindRules rules;
    rules.ready_when_done = true;
    return rules;
}

asio::awaitable<Reads> PagesDomainReconciler::observe(Run& run, Scope scope) {
    Reads reads;
    if (!looks_at(pages_domain_kind, run.facts, scope)) co_return reads;
    auto listed = co_await pages_seen(access_, run.id, scope.fresh);
    if (!listed) {
        reads.emplace(pages_domains_collection, std::move(listed).error().in("observe Pages"));
        co_return reads;
    }
    LiveState state;
    for (const PagesProject& project : *listed) {
        const bool is_others = owner_of(project, access_, run.facts) == Owner::foreign;
        const bool is_wanted = !is_others && is_declared(run.facts, project.name);
        if (is_wanted) co_await look_at_statuses(run, project, scope.renew);
        for (const std::string& domain : project.domains) {
            Live live;
            live.key = {access_.target, std::string{pages_domain_kind},
                        key_name(project.name, domain)};
            live.id = key_name(project.id, domain);
            live.version = live.id;
            live.owner = is_others ? Owner::foreign : Owner::kin;
            live.spec = {{"project", project.name}, {"domain", domain}};
            live.claims = {pages_domain_claim(domain)};
            live.completed = true;  // all that can be done here: the record may well wait for it
            if (is_wanted) add_status(run, project, live);
            state.push_back(std::move(live));
        }
    }
    reads.emplace(pages_domains_collection, Complete<LiveState>::vouched(std::move(state)));
    co_return reads;
}

/// That a domain is attached the list of projects tells; how far it is takes a call of its own,
/// which a quiet round spares.
asio::awaitable<void> PagesDomainReconciler::look_at_statuses(Run& run, PagesProject project,
                                                              bool renew) {
    KnownDomains& known = access_.pages.domains[project.id];
    const bool holds = is_settled(known, project.domains) &&
                       run.clock.now() - known.asked < active_holds && !renew;
    if (project.domains.empty() || holds) co_return;
    Pages pages{access_.account};
    auto domains = co_await pages.domains(project.name);
    known.why = domains ? "" : domains.error().message;
    if (!domains) co_return;
    known.domains = *std::move(domains);
    known.asked = run.clock.now();
}

void PagesDomainReconciler::add_status(const Run& run, const PagesProject& project,
                                       Live& live) const {
    const auto known = access_.pages.domains.find(project.id);
    if (known == access_.pages.domains.end()) return;
    const std::string domain = live.spec.at("domain");
    const auto& all = known->second.domains;
    const auto found = std::ranges::find(all, domain, &PagesDomain::name);
    if (!known->second.why.empty()) live.detail = "how far it is: " + known->second.why;
    if (found == all.end()) return;
    if (found->status == "initializing") {
        live.unfinished = "Cloudflare sets it up";
        live.idle_until = run.clock.wall() + next_glance;
    } else if (found->status != "active") {
        live.health = Health::unhealthy;
        live.detail = what_lacks(*found, project);
    }
}

asio::awaitable<Result<Done>> PagesDomainReconciler::apply_one(Run& run, const Action& action) {
    Done done;
    if (action.have) done.id = action.have->id;
    if (action.verb == Verb::adopt) co_return done;
    Pages pages{access_.account};
    if (action.have) {
        const json& have = action.have->spec;
        auto gone = co_await pages.detach(have.at("project"), have.at("domain"));
        if (!gone && gone.error().code != Errc::not_found) {
            co_return std::move(gone).error();
        }
    }
    if (!action.want) co_return done;
    const json& want = action.want->spec;
    const std::string name = want.at("project");
    const auto listed = co_await pages_seen(access_, run.id, false);
    if (!listed) co_return listed.error();
    const auto project = std::ranges::find(*listed, name, &PagesProject::name);
    if (project == listed->end()) co_return Error{Errc::conflict, "its project is not there"};
    done.id = key_name(project->id, want.at("domain"));
    access_.pages.domains.erase(project->id);
    auto attached = co_await pages.attach(name, want.at("domain"));
    if (!attached) co_return std::move(attached).error();
    co_return done;
}

asio::awaitable<Results> PagesDomainReconciler::apply(Run& run, Step step) {
    ApplyOne one = [this, &run](const Action& action) { return apply_one(run, action); };
    Results results = co_await one_by_one(step, std::move(one));
    access_.pages.run.clear();
    co_return results;
}

}  // namespace driftless::cloudflare
