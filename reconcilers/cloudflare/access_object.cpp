#include "reconcilers/cloudflare/access_object.hpp"

#include <fmt/format.h>

#include <array>

#include "providers/cloudflare/answers.hpp"
#include "reconcilers/cloudflare/access_fields.hpp"
#include "reconcilers/cloudflare/access_rules.hpp"
#include "reconcilers/cloudflare/live_tunnels.hpp"
#include "reconcilers/one_by_one.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::array<const char*, 3> parts{"include", "exclude", "require"};

}  // namespace

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

KindRules AccessObjectReconciler::rules() const {
    KindRules rules;
    rules.fields = access_field_rules(sort_);
    rules.ready_when_done = true;
    return rules;
}

asio::awaitable<Reads> AccessObjectReconciler::observe(Run& run, Scope scope) {
    if (!looks_at(kind_of(sort_), run.facts, scope)) co_return Reads{};
    shown_.clear();
    std::function<Live(const KeyedAccess&)> look = [this, &run](const KeyedAccess& one) {
        return seen(one, run.facts);
    };
    co_return co_await observe_access(sort_, access_, run, std::move(look));
}

Live AccessObjectReconciler::seen(const KeyedAccess& one, const Facts& facts) {
    Live live;
    live.key = {access_.target, std::string{kind_of(sort_)}, one.name};
    live.id = one.object.id;
    live.version = text_of(one.object.shown, "updated_at");
    live.owner = one.owner;
    live.spec = spec_of(sort_, one.object);
    const Declared* declared = declared_in(facts, live.key);
    const bool is_others = live.owner == Owner::foreign && declared != nullptr;
    if (is_others && looks_as_declared(sort_, declared->spec, live.spec)) live.owner = Owner::kin;
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
    ApplyOne one = [this, &run](const Action& action) { return apply_one(run, action); };
    std::string of = fmt::format("Access {} ", name(sort_));
    co_return co_await one_by_one(step, std::move(one), std::move(of));
}

}  // namespace driftless::cloudflare
