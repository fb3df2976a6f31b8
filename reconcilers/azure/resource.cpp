#include "reconcilers/azure/resource.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "providers/azure/resource_id.hpp"
#include "reconcilers/azure/app_change.hpp"
#include "reconcilers/azure/app_revision.hpp"
#include "reconcilers/azure/app_template.hpp"
#include "reconcilers/azure/app_traffic.hpp"
#include "reconcilers/azure/bodies.hpp"
#include "reconcilers/azure/forms.hpp"
#include "reconcilers/azure/ignored_fields.hpp"
#include "reconcilers/azure/marks.hpp"
#include "reconcilers/one_by_one.hpp"

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_passing_refusal = 5min;  // a new identity is known everywhere by then
constexpr std::chrono::seconds pause_after_refusal = 10s;

std::string mark_for(const SubscriptionAccess& access, const Declared& want) {
    return to_text({access.installation,
                    want.origin.manifest.kind + "/" + want.origin.manifest.name, want.protect});
}

std::chrono::milliseconds until(const Operation& operation, net::WallTime now) {
    return std::max<std::chrono::milliseconds>(operation.next - now, 0ms);
}

const std::string& id_of(const Action& action) {
    return action.have ? action.have->id.text()
                       : action.want->spec.at(id_key).get_ref<const std::string&>();
}

/// Since when what would pass by itself has not: over all that was sent for it since.
std::optional<net::WallTime> refused_since(const Run& run, const Action& action) {
    return note_of(run.facts.inventory, action.key).refused_since;
}

/// What passes by itself is tried again soon, for as long as such things take; all else is an
/// error.
Result<Done> refused(const Run& run, const Action& action, const Told& told, net::WallTime now,
                     bool removes) {
    const Refusal& refusal = *told.refusal;
    const auto wait = retry_after(told.answer.headers, refusal.message);
    Error error = error_of(refusal);
    error.retry_after = wait;
    const net::WallTime since = refused_since(run, action).value_or(now);
    if (way_of(refusal) != Way::soon || now - since > longest_passing_refusal) return error;
    Done done;
    done.done = false;
    done.look_again = wait.value_or(pause_after_refusal);
    done.note = OperationNote{std::nullopt, removes, since}.to_json();
    if (action.have) done.id = action.have->id;
    done.request_id = refusal.request_id;
    done.why = error.message + "; it is sent again";
    return done;
}

/// Of a replacement: the first half is over.
Done made_anew_next(Done done) {
    done.done = false;
    done.why = "removed; it is made anew next";
    return done;
}

/// A removal that a replacement began and that ended badly is not over, as long as git wants it.
bool goes_on_removing(const Action& action, const OperationNote& note) {
    return !action.want ||
           (note.removes && std::ranges::any_of(action.fields, &FieldChange::replaces));
}

Done under_way(OperationNote note, net::WallTime now) {
    Done done;
    done.done = false;
    done.look_again = until(*note.operation, now);
    done.why = note.removes ? "Azure is removing it" : "Azure is at it";
    done.note = std::move(note).to_json();
    return done;
}

}  // namespace

KindRules ResourceReconciler::rules() const {
    KindRules rules;
    rules.fields_of = [&types = access_.types](const json& spec) -> const FieldRules& {
        return types.of(spec.value(type_key, "")).rules;
    };
    rules.replacement_waits = true;
    rules.unfit = [this](const Declared& want) { return why_unfit(want); };
    return rules;
}

/// What no answer will show is remembered, secrets by their seals.
asio::awaitable<Result<void>> ResourceReconciler::learn_unread(Run& run, const Action& action) {
    auto spec = sealed(action.want->spec, run.vault, run.facts.board);
    if (!spec) co_return std::move(spec).error();
    const TypeRow& row = access_.types.of(spec->at(type_key).get<std::string>()).row;
    if (write_only_paths(row, *spec).empty()) co_return Result<void>{};
    const std::string subject = unread_subject(action.key);
    auto noted = co_await run.journal.learn(run.facts.target, subject, *spec);
    if (noted) run.facts.learned.insert_or_assign(subject, *std::move(spec));
    co_return noted;
}

/// What brings the resource to what git declares. One that is there is read right before, so that
/// nothing is lost that somebody else put into it meanwhile.
asio::awaitable<Result<Call>> ResourceReconciler::call_for(Run& run, const Action& action) {
    auto spec = opened(action.want->spec, run.vault, run.facts.board);
    if (!spec) co_return spec.error();
    const TypeRow& row = access_.types.of(spec->at(type_key).get<std::string>()).row;
    const std::string mark = mark_for(access_, *action.want);
    Call call;
    call.method = net::Method::put;
    call.target = with_version(id_of(action), *spec, row);
    if (action.have && !action.have->spec.is_null()) {
        Call look;
        look.target = call.target;
        const auto now = co_await access_.arm.send(std::move(look));
        if (!now) co_return now.error();
        if (row.write == Write::patch) call.method = net::Method::patch;
        keep_ignored(row, action.want->ignore, now->body, *spec);
        if (row.type == app_type) {
            AppChange change{access_, run, action};
            spec = co_await change.prepared(*std::move(spec), now->body);
            if (!spec) co_return std::move(spec).error();
        }
        call.body = body_to_update(row, *spec, now->body, mark);
    } else {
        const bool names_one = row.type == app_type && !suffix_of(*spec).empty();
        if (names_one) name_newest(*spec, revision_named(id_of(action), suffix_of(*spec)));
        call.body = body_to_create(row, *spec, mark);
    }
    co_return call;
}

asio::awaitable<Result<Done>> ResourceReconciler::write(Run& run, const Action& action) {
    auto call = co_await call_for(run, action);
    if (!call) co_return std::move(call).error();
    const auto told = co_await access_.arm.tell(*call);
    if (!told) co_return told.error();
    const net::WallTime now = access_.clock.wall();
    if (told->refusal) co_return refused(run, action, *told, now, false);
    if (auto noted = co_await learn_unread(run, action); !noted) co_return noted.error();
    const auto operation = begun(told->answer, *call, now);
    Done done;
    if (operation) done = under_way({operation, false, refused_since(run, action)}, now);
    done.id = id_of(action);
    done.request_id = told->answer.request_id;
    co_return done;
}

asio::awaitable<Result<Done>> ResourceReconciler::remove(const Run& run, const Action& action) {
    const auto id = ResourceId::parse(action.have->id);
    if (!id) co_return id.error();
    const TypeRow& row = access_.types.of(id->type()).row;
    Done done;
    done.id = id->text();
    if (row.removal == Removal::never) {
        if (!action.want) co_return done;
        co_return Error{Errc::invalid,
                        fmt::format("{} can't be changed in place, and driftless never removes one",
                                    id->shown())};
    }
    Call call;
    call.method = net::Method::del;
    call.target = with_version(id->text(), nullptr, row);
    if (row.removal == Removal::reset) {
        call.method = net::Method::put;
        call.body = json::parse(row.reset_body);
    }
    const auto told = co_await access_.arm.tell(call);
    if (!told) co_return told.error();
    const net::WallTime now = access_.clock.wall();
    const bool absent = told->refusal && way_of(*told->refusal) == Way::absent;
    if (told->refusal && !absent) co_return refused(run, action, *told, now, true);
    std::optional<Operation> operation;
    if (!absent) operation = begun(told->answer, call, now);
    if (operation) done = under_way({operation, true, refused_since(run, action)}, now);
    done.id = id->text();
    done.request_id = told->answer.request_id;
    if (action.want && done.done) done = made_anew_next(std::move(done));
    co_return done;
}

/// What was begun is asked after once. What ended badly, and was told of, is tried anew.
asio::awaitable<Result<Done>> ResourceReconciler::finish(Run& run, const Action& action) {
    const OperationNote note = note_of(run.facts.inventory, action.key);
    if (note.operation && !told_.contains(note.operation->url)) {
        co_return co_await ask_on(action, note);
    }
    if (goes_on_removing(action, note)) co_return co_await remove(run, action);
    if (action.fields.empty()) {
        if (auto failed = co_await failed_revision(action, "")) co_return *std::move(failed);
        if (memory_of(run.facts, action.key).restarts) co_return co_await restart(run, action);
    }
    co_return co_await write(run, action);
}

asio::awaitable<Result<Done>> ResourceReconciler::restart(Run& run, const Action& action) {
    const TypeRow& row = access_.types.of(app_type).row;
    auto restarted = co_await restart_old_replicas(access_.arm, action.have->id, row.api_version);
    if (!restarted) co_return std::move(restarted).error();
    AppMemory memory = memory_of(run.facts, action.key);
    memory.restarts = false;
    auto noted = co_await remember(run, action.key, std::move(memory));
    if (!noted) co_return std::move(noted).error();
    Done done;
    done.id = action.have->id;
    co_return done;
}

asio::awaitable<Result<Done>> ResourceReconciler::ask_on(const Action& action, OperationNote note) {
    const Operation& operation = *note.operation;
    const net::WallTime now = access_.clock.wall();
    auto polled = co_await poll(access_.arm, operation, now);
    if (!polled) co_return std::move(polled).error();
    Done done;
    done.id = action.have->id;
    if (polled->went == Went::badly) {
        co_return co_await ended_badly(action, note, *std::move(polled));
    }
    if (polled->went == Went::lost && !note.removes) {  // what needs it waits for the next look
        done.done = false;
        done.why = "Azure no longer knows the operation; the next look tells how far it is";
        co_return done;
    }
    if (polled->went != Went::on) {  // done, or forgotten: the next look tells
        co_return note.removes&& action.want ? made_anew_next(std::move(done)) : done;
    }
    if (now > operation.deadline) {
        co_return Error{
            Errc::timed_out,
            fmt::format("Azure is at it since {}, longer than it ever should be (until {}); "
                        "look at the activity log of {}",
                        net::to_string(operation.started), net::to_string(operation.deadline),
                        action.have->id)};
    }
    note.operation = polled->operation;
    done = under_way(std::move(note), now);
    done.id = action.have->id;
    co_return done;
}

/// An app's content was tried and does not work where the newest revision, made of it, fails.
asio::awaitable<std::optional<Done>> ResourceReconciler::failed_revision(const Action& action,
                                                                         std::string azure_says) {
    const TypeRow& row = access_.types.of(app_type).row;
    const bool is_app =
        action.want && !action.back && action.have && action.want->spec.at(type_key) == row.type;
    if (!is_app) co_return std::nullopt;
    Call look;
    look.target = with_version(action.have->id, nullptr, row);
    const auto app = co_await access_.arm.send(std::move(look));
    const std::string newest = app ? newest_unready(app->body) : "";
    if (newest.empty()) co_return std::nullopt;
    const auto state = co_await state_of_revision(access_.arm, access_.clock, action.have->id,
                                                  newest, row.api_version);
    if (!state || state->is != RevisionState::Is::failed) co_return std::nullopt;
    Done done;
    done.content_failed = true;
    done.id = action.have->id;
    done.why = state->sentence(azure_says);
    co_return done;
}

/// What passes by itself is sent anew, for as long as such things take; what was wrong with an
/// app's content is told as that; the rest is an error now, and a new attempt after its back-off.
asio::awaitable<Result<Done>> ResourceReconciler::ended_badly(const Action& action,
                                                              OperationNote note, Polled polled) {
    const net::WallTime now = access_.clock.wall();
    const net::WallTime since = note.refused_since.value_or(now);
    const bool passes = way_of(polled.refusal) == Way::soon;
    if (passes && now - since <= longest_passing_refusal) {
        Done done;
        done.id = action.have->id;
        done.done = false;
        done.look_again = pause_after_refusal;
        done.note = OperationNote{std::nullopt, note.removes, since}.to_json();
        done.why = error_of(polled.refusal).message + "; it is sent again";
        co_return done;
    }
    told_.insert(polled.operation.url);
    const Error error = error_of(polled.refusal);
    auto failed = co_await failed_revision(action, polled.refusal.code);
    if (!failed) co_return error;
    co_return *std::move(failed);
}

asio::awaitable<Result<Done>> ResourceReconciler::apply_one(Run& run, const Action& action) {
    switch (action.verb) {
        case Verb::adopt: {
            auto noted = co_await learn_unread(run, action);
            if (!noted) co_return noted.error();
            Done done;
            done.id = action.have->id;
            co_return done;
        }
        case Verb::remove:
        case Verb::replace: co_return co_await remove(run, action);
        case Verb::finish: co_return co_await finish(run, action);
        case Verb::create:
        case Verb::update: break;
    }
    co_return co_await write(run, action);
}

asio::awaitable<Results> ResourceReconciler::apply(Run& run, Step step) {
    ApplyOne one = [this, &run](const Action& action) { return apply_one(run, action); };
    co_return co_await one_by_one(step, std::move(one));
}

}  // namespace driftless::azure
