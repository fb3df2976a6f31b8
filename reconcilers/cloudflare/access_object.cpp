#include "reconcilers/cloudflare/access_object.hpp"

#include <fmt/format.h>

#include <array>

#include "providers/cloudflare/answers.hpp"
#include "reconcilers/cloudflare/access_fields.hpp"
#include "reconcilers/cloudflare/access_rules.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::array<const char*, 3> parts{"include", "exclude", "require"};

json spec_of(AccessSort sort, const AccessObject& object) {
    json spec = plain_fields(sort, object.shown);
    spec["name"] = object.name;
    if (sort == AccessSort::policy) spec["decision"] = text_of(object.shown, "decision");
    for (const char* part : parts) {
        const auto rules = object.shown.find(part);
        spec[part] = canonical_access_rules(rules == object.shown.end() ? json() : *rules);
    }
    return spec;
}

}  // namespace

KindRules AccessObjectReconciler::rules() const {
    KindRules rules;
    rules.fields = access_field_rules(sort_);
    rules.ready_when_done = true;
    return rules;
}

asio::awaitable<Reads> AccessObjectReconciler::observe(Run& run, Scope scope) {
    Reads reads;
    if (!looks_at(kind_of(sort_), run.facts, scope)) co_return reads;
    Access api{access_.account};
    auto listed = co_await api.list(sort_);
    if (!listed) {
        const std::string doing = "observe " + access_collection(sort_);
        reads.emplace(access_collection(sort_), std::move(listed).error().in(doing));
        co_return reads;
    }
    LiveState state;
    shown_.clear();
    for (const KeyedAccess& one : keyed_access(sort_, *std::move(listed), access_, run.facts)) {
        state.push_back(seen(one));
    }
    reads.emplace(access_collection(sort_), Complete<LiveState>::vouched(std::move(state)));
    co_return reads;
}

Live AccessObjectReconciler::seen(const KeyedAccess& one) {
    Live live;
    live.key = {access_.target, std::string{kind_of(sort_)}, one.name};
    live.id = one.object.id;
    live.version = text_of(one.object.shown, "updated_at");
    live.owner = one.owner;
    live.spec = spec_of(sort_, one.object);
    live.claims = {claim_of_name(sort_, one.object.name)};
    live.outputs = {{"id", one.object.id}};
    shown_[live.id] = one.object.shown;
    return live;
}

asio::awaitable<Result<Done>> AccessObjectReconciler::create(const Action& action, json body) {
    Access api{access_.account};
    // Our name first, whatever git calls it: if the answer is lost, that is how we know it again.
    body["name"] = access_name(access_.installation, action.key.name);
    auto made = co_await api.create(sort_, std::move(body));
    if (!made) co_return std::move(made).error();
    Done done;
    done.id = made->id;
    co_return done;
}

asio::awaitable<Result<Done>> AccessObjectReconciler::remove(const Action& action) {
    Access api{access_.account};
    auto removed = co_await api.remove(sort_, action.have->id);
    if (!removed && removed.error().code != Errc::not_found) co_return std::move(removed).error();
    co_return Done{};
}

asio::awaitable<Result<Done>> AccessObjectReconciler::apply_one(const Run& run,
                                                                const Action& action) {
    if (action.verb == Verb::remove) co_return co_await remove(action);
    Done done;
    if (action.have) done.id = action.have->id;
    if (action.verb == Verb::adopt) co_return done;
    auto spec = opened(action.want->spec, run.vault, run.facts.board);
    if (!spec) co_return std::move(spec).error();
    if (action.verb == Verb::create) co_return co_await create(action, *std::move(spec));
    json body = writable(shown_[done.id].is_object() ? shown_[done.id] : json::object());
    body.update(*spec);
    Access api{access_.account};
    auto changed = co_await api.put(sort_, done.id, std::move(body));
    if (!changed) co_return std::move(changed).error();
    co_return done;
}

asio::awaitable<Results> AccessObjectReconciler::apply(Run& run, Step step) {
    Results results;
    for (const Action& action : step.actions) {
        auto result = co_await apply_one(run, action);
        const std::string doing =
            fmt::format("{} Access {} {}", name(action.verb), name(sort_), action.key.name);
        if (!result) result = std::move(result).error().in(doing);
        results.push_back(std::move(result));
    }
    co_return results;
}

}  // namespace driftless::cloudflare
