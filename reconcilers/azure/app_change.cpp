#include "reconcilers/azure/app_change.hpp"

#include <algorithm>
#include <string_view>

#include "reconcilers/azure/app_revision.hpp"
#include "reconcilers/azure/app_template.hpp"
#include "reconcilers/azure/app_traffic.hpp"
#include "reconcilers/azure/forms.hpp"
#include "reconcilers/azure/resource.hpp"

namespace driftless::azure {
namespace {

constexpr const char* secrets_path = "/properties/configuration/secrets";

bool ignores_traffic(const Declared& want) {
    return std::ranges::any_of(want.ignore, [](const std::string& path) {
        return std::string_view{traffic_path}.starts_with(path);
    });
}

/// Has a secret that was there before another value, or another place where it is?
bool changes_secret(const Action& action) {
    return std::ranges::any_of(action.fields, [](const FieldChange& change) {
        return change.path.starts_with(secrets_path) && !change.have.is_null() &&
               !change.want.is_null();
    });
}

/// "2026-11-01T10:18:13.0001269" and "2026-11-01T10:18:13+00:00".
std::optional<net::WallTime> time_of(const std::string& text) {
    constexpr std::size_t to_seconds = 19;
    const auto time = net::parse_wall_time(text.substr(0, to_seconds) + ".000Z");
    return time ? std::optional{*time} : std::nullopt;
}

bool is_old(const Replica& replica, const std::optional<net::WallTime>& changed) {
    const auto created = time_of(replica.created);
    return !created || !changed || *created <= *changed;
}

}  // namespace

asio::awaitable<Result<json>> AppChange::prepared(json spec, json live) {
    const KnownType& type = access_.types.of(app_type);
    AppMemory memory = memory_of(run_.facts, action_.key);
    json form = live_form(type.row, spec, live);
    lend_suffix(memory.lent_suffix, form);
    const bool makes_one = makes_revision(type, spec, form);
    const bool ready = co_await newest_is_ready(live);
    const std::string suffix = suffix_of(spec);
    if (makes_one) {
        auto named = co_await name_revision(spec, live, memory);
        if (!named) co_return std::move(named).error();
    } else if (!suffix.empty() && suffix_of(live).empty()) {
        spec[json::json_pointer{template_path}]["revisionSuffix"] = nullptr;  // it is lent
    }
    share_traffic(spec, live, {makes_one, ready}, memory);
    note_secrets(makes_one, memory);
    auto noted = co_await remember(run_, action_.key, memory);
    if (!noted) co_return std::move(noted).error();
    if (makes_one) {
        auto ended = co_await end_failed(live, std::move(memory));
        if (!ended) co_return std::move(ended).error();
    }
    co_return spec;
}

/// As long as the newest revision isn't ready, what would go to it stays where it is.
void AppChange::share_traffic(json& spec, const json& live, Newest is, AppMemory& memory) {
    const std::string suffix = suffix_of(spec);
    const std::string made = suffix.empty() ? "" : revision_named(action_.have->id, suffix);
    const std::string newest = is.to_be_made ? made : newest_revision(live);
    const bool waits = (is.to_be_made || !is.ready) && gives_traffic(spec, newest, newest);
    const json now = waits && shares_traffic(spec) ? traffic_now(live) : json();
    memory.hands_over = false;
    if (ignores_traffic(*action_.want)) {
        const json::json_pointer at{traffic_path};
        if (spec.contains(at)) spec.at(at.parent_pointer()).erase("traffic");
    } else if (!now.is_null()) {
        spec[json::json_pointer{traffic_path}] = now;
        memory.hands_over = true;
    } else if (is.to_be_made && !made.empty()) {
        name_newest(spec, made);
    }
}

asio::awaitable<bool> AppChange::newest_is_ready(const json& live) {
    const std::string newest = newest_unready(live);
    if (newest.empty()) co_return true;
    const auto state =
        co_await state_of_revision(access_.arm, access_.clock, action_.have->id, newest,
                                   access_.types.of(app_type).row.api_version);
    newest_failed_ = state && state->is == RevisionState::Is::failed;
    co_return state && state->is == RevisionState::Is::ready;
}

/// A name that is taken would make no revision at all, and nobody would tell: then Azure chooses.
asio::awaitable<Result<void>> AppChange::name_revision(json& spec, const json& live,
                                                       AppMemory& memory) {
    memory.lent_suffix.clear();
    const std::string suffix = suffix_of(spec);
    bool taken = suffix.empty() && !suffix_of(live).empty();
    if (!suffix.empty()) {
        ContainerApps apps{access_.arm, access_.types.of(app_type).row.api_version};
        std::string name = revision_named(action_.have->id, suffix);
        const auto found = co_await apps.revision(action_.have->id, std::move(name));
        if (!found && found.error().code != Errc::not_found) co_return found.error();
        taken = found.ok();
        if (taken) memory.lent_suffix = suffix;
    }
    if (taken) spec[json::json_pointer{template_path}]["revisionSuffix"] = nullptr;
    co_return Result<void>{};
}

/// One that nobody is sent to costs money, and tries to start for ever.
/// Where we may not end it, that is remembered, for status to tell.
asio::awaitable<Result<void>> AppChange::end_failed(const json& live, AppMemory memory) {
    const std::string newest = newest_revision(live);
    const bool serves = gives_traffic(live, newest, newest) || ready_revision(live).empty();
    if (!newest_failed_ || serves || !shares_traffic(live)) co_return Result<void>{};
    ContainerApps apps{access_.arm, access_.types.of(app_type).row.api_version};
    auto ended = co_await apps.deactivate(action_.have->id, newest);
    const bool may_not = !ended && ended.error().code == Errc::forbidden;
    if (!ended && !may_not) co_return std::move(ended).error();
    memory.not_ended = may_not ? newest : "";
    memory.why_not_ended = may_not ? ended.error().message : "";
    co_return co_await remember(run_, action_.key, std::move(memory));
}

/// New values reach replicas that run by a restart; a new revision has them anyway. Where the
/// write before this one, whose answer was lost, made a revision with them, it has them, too.
void AppChange::note_secrets(bool makes_one, AppMemory& memory) {
    if (makes_one) memory.restarts = false;
    if (!changes_secret(action_)) return;
    const auto spec = sealed(action_.want->spec, run_.vault, run_.facts.board);
    if (!spec) return;
    const json::json_pointer at{secrets_path};
    const std::string digest = digest_of(spec->contains(at) ? spec->at(at) : json());
    const bool has_them = memory.secrets == digest && !memory.restarts;
    memory.restarts = !makes_one && !has_them;
    memory.secrets = digest;
}

asio::awaitable<Result<void>> restart_old_replicas(Arm& arm, std::string app,
                                                   std::string api_version) {
    Call look;
    look.target = app + "?api-version=" + api_version;
    const auto body = co_await arm.send(std::move(look));
    if (!body) co_return body.error();
    const json data = body->body.value("systemData", json::object());
    const auto changed = time_of(data.value("lastModifiedAt", ""));
    ContainerApps apps{arm, std::move(api_version)};
    const auto revisions = co_await apps.revisions(app);
    if (!revisions) co_return revisions.error();
    for (const Revision& revision : *revisions) {
        if (!revision.active) continue;
        const auto replicas = co_await apps.replicas(app, revision.name);
        if (!replicas) co_return replicas.error();
        const bool any = std::ranges::any_of(
            *replicas, [&changed](const Replica& replica) { return is_old(replica, changed); });
        if (!any) continue;
        auto restarted = co_await apps.restart(app, revision.name);
        if (!restarted) co_return std::move(restarted).error().in("restart " + revision.name);
    }
    co_return Result<void>{};
}

}  // namespace driftless::azure
