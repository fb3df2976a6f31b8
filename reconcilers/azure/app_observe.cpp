// What a look at a container app finds beside its body: how its newest revision does, and what is
// left to be done for it.
#include <fmt/format.h>

#include "config/base/lower_case.hpp"
#include "providers/azure/body_text.hpp"
#include "reconcilers/azure/app_memory.hpp"
#include "reconcilers/azure/app_revision.hpp"
#include "reconcilers/azure/app_template.hpp"
#include "reconcilers/azure/app_traffic.hpp"
#include "reconcilers/azure/forms.hpp"
#include "reconcilers/azure/resource.hpp"
#include "reconcilers/seals.hpp"

namespace driftless::azure {
namespace {

using Is = RevisionState::Is;

/// The traffic waits for the newest revision: as long as that isn't ready, no share is drift.
void let_traffic_wait(const json& want, const std::string& newest, const json& body, Live& live) {
    if (newest.empty() || !want.is_object() || !shares_traffic(want)) return;
    const bool has_any = live.spec.contains(json::json_pointer{traffic_path});
    if (!has_any || !gives_traffic(want, newest, newest)) return;
    const std::string serves = ready_revision(body);
    const bool told = !live.detail.empty() && !serves.empty();
    if (told && serves != newest && !gives_traffic(body, newest, newest)) {
        live.detail += fmt::format("; the traffic stays with {}", serves);
    }
    live.spec[json::json_pointer{traffic_path}] = shares_of(want);
}

/// One that somebody deactivated matters only where git sends traffic to it.
void tell_inactive(const json& want, const std::string& newest, Live& live) {
    const bool matters =
        !want.is_object() || !shares_traffic(want) || gives_traffic(want, newest, newest);
    if (!matters) {
        live.ready = true;
        live.detail.clear();
        return;
    }
    live.health = Health::unhealthy;
    live.detail += fmt::format(
        "; activate it (az containerapp revision activate --revision {}), or push a change",
        newest);
}

/// Its newest revision serves, or can.
void tell_what_is_left(const json& want, const AppMemory& memory, const json& body, Live& live) {
    const bool hands_over =
        memory.hands_over && want.is_object() && shares_of(want) != shares_of(live.spec);
    if (hands_over) {
        live.unfinished =
            fmt::format("revision {} is ready: its traffic goes to it", newest_revision(body));
    } else if (memory.restarts) {
        live.unfinished = "replicas that run with the secrets of before are restarted";
    }
}

/// Is it told already that its content doesn't work?
bool is_told(const Run& run, const KnownResources::One& one) {
    const auto entry = run.facts.inventory.find(one.key);
    return entry != run.facts.inventory.end() && one.sealed.is_object() &&
           !entry->second.bad_digest.empty() && entry->second.bad_digest == digest_of(one.sealed);
}

}  // namespace

/// What the plan will compare with: where git's content can't have it, what worked before.
json ResourceReconciler::content_of(const Run& run, const KnownResources::One& one) const {
    const bool stands_in =
        is_told(run, one) || unfit_.contains(one.key) || run.facts.later.contains(one.key);
    const auto earlier = run.facts.fallback.find(one.key);
    if (!stands_in || earlier == run.facts.fallback.end()) return one.sealed;
    auto spec = sealed(earlier->second.spec, run.vault, run.facts.board);
    return spec ? *std::move(spec) : one.sealed;
}

/// "Succeeded" of an app says nothing of its newest revision. One that failed is told of once: then
/// its content counts as bad, and what worked before stands in for it.
asio::awaitable<void> ResourceReconciler::look_at_app(const Run& run, const KnownResources& known,
                                                      const json& body, Live& live) {
    const auto* one = known.find(live.id);
    if (live.spec.value(type_key, "") != app_type || one == nullptr) co_return;
    const AppMemory memory = memory_of(run.facts, one->key);
    lend_suffix(memory.lent_suffix, live.spec);
    if (one->sealed.is_object()) co_await look_at_suffix(run, *one, live);
    if (is_told(run, *one)) co_await look_at_not_ended(run, *one, memory, live.id);
    const json want = content_of(run, *one);
    const std::string newest = newest_unready(body);
    if (!live.unfinished.empty()) co_return let_traffic_wait(want, newest, body, live);
    if (newest.empty()) co_return tell_what_is_left(want, memory, body, live);
    const auto& row = access_.types.of(app_type).row;
    const auto state =
        co_await state_of_revision(access_.arm, access_.clock, live.id, newest, row.api_version);
    live.detail = state ? state->sentence() : state.error().message;
    live.ready = state && state->is == Is::ready;
    if (live.ready) co_return tell_what_is_left(want, memory, body, live);
    let_traffic_wait(want, newest, body, live);
    if (!state || state->is == Is::starting) {
        live.health = Health::starting;
    } else if (state->is == Is::inactive) {
        tell_inactive(want, newest, live);
    } else {
        live.health = Health::unhealthy;
        const bool is_ours = run.facts.inventory.contains(one->key);
        if (is_ours && !is_told(run, *one)) live.unfinished = state->sentence();
    }
}

/// A suffix names one revision for good. Asked only where a new one would be made under it.
asio::awaitable<void> ResourceReconciler::look_at_suffix(const Run& run,
                                                         const KnownResources::One& one,
                                                         const Live& live) {
    const KnownType& type = access_.types.of(app_type);
    const json& want = one.sealed;
    unfit_.erase(one.key);
    const std::string suffix = suffix_of(want);
    const json have = sealed_like(want, live.spec, run.vault);
    if (suffix.empty() || !makes_revision(type, want, have)) co_return;
    ContainerApps apps{access_.arm, type.row.api_version};
    std::string name = revision_named(live.id, suffix);
    const auto found = co_await apps.revision(live.id, name);
    if (!found || is_made_of(type, want, found->body_template, run.vault)) co_return;
    unfit_[one.key] = fmt::format(
        "{}: template.revisionSuffix: {} is taken: revision {} was made of another template; name "
        "another suffix, or none",
        to_string(one.want->origin.place), in_quotes(suffix), name);
}

/// Content that failed is told with what is left of it, where that is a person's to end.
asio::awaitable<void> ResourceReconciler::look_at_not_ended(const Run& run,
                                                            const KnownResources::One& one,
                                                            const AppMemory& memory,
                                                            std::string app) {
    const bool is_tried = run.facts.retry.contains(one.key);
    if (memory.not_ended.empty() || unfit_.contains(one.key) || is_tried) co_return;
    ContainerApps apps{access_.arm, access_.types.of(app_type).row.api_version};
    const auto found = co_await apps.revision(app, memory.not_ended);
    const bool is_over = found ? !found->active : found.error().code == Errc::not_found;
    if (is_over) co_return;
    unfit_[one.key] = fmt::format(
        "{}; {} is still active, and driftless may not deactivate it: {}; it needs "
        "Microsoft.App/containerApps/revisions/deactivate/action on {}, or deactivate it: "
        "az containerapp revision deactivate --revision {}",
        run.facts.inventory.at(one.key).bad_reason, memory.not_ended, memory.why_not_ended, app,
        memory.not_ended);
}

/// A scheduled job whose last run failed doesn't do what it is for; who starts the others sees it.
asio::awaitable<void> ResourceReconciler::look_at_job(const Run& run, const KnownResources& known,
                                                      const json& body, Live& live) {
    const bool is_one = live.spec.value(type_key, "") == job_type && live.unfinished.empty();
    if (!is_one || known.find(live.id) == nullptr) co_return;
    ContainerApps jobs{access_.arm, access_.types.of(job_type).row.api_version};
    const JobRuns runs =
        co_await jobs_.look(jobs, live.id, access_.clock.wall(), run.facts.scope.fresh);
    if (live.health == Health::unhealthy || runs.told.empty()) co_return;
    live.detail = runs.told;
    const std::string trigger = text_at(body, "/properties/configuration/triggerType");
    const bool scheduled = lower_case(trigger) == "schedule";
    if (!runs.failed || !scheduled) co_return;
    live.health = Health::unhealthy;
    const std::string& id = live.id;
    live.ready = false;
    live.detail += fmt::format("; read its log: az containerapp job logs show --name {}",
                               id.substr(id.rfind('/') + 1));
}

std::string ResourceReconciler::why_unfit(const Declared& want) const {
    const auto found = unfit_.find(want.key);
    return found != unfit_.end() ? found->second : soft_deleted_.why_taken(want.spec.at(id_key));
}

}  // namespace driftless::azure
