#include "reconcilers/cloudflare/access_service_token.hpp"

#include <fmt/format.h>

#include "providers/cloudflare/answers.hpp"
#include "reconcilers/cloudflare/access_fields.hpp"
#include "reconcilers/cloudflare/live_tunnels.hpp"
#include "reconcilers/one_by_one.hpp"

namespace driftless::cloudflare {
namespace {

constexpr auto sort = AccessSort::service_token;
constexpr const char* no_sink =
    "nothing here can keep what Cloudflare shows once; ask the daemon itself";

}  // namespace

KindRules AccessServiceTokenReconciler::rules() const {
    KindRules rules;
    rules.unfit = [this](const Declared& want) { return why_unfit(want); };
    rules.ready_when_done = true;
    return rules;
}

SecretSlot AccessServiceTokenReconciler::slot_of(const Declared& want) const {
    return {want.spec.at("for"), want.spec.at("secret"), access_.target};
}

/// A token whose secret nobody keeps is of no use: it is not made.
std::string AccessServiceTokenReconciler::why_unfit(const Declared& want) const {
    if (kept_.contains(want.key)) return "";
    if (access_.sink == nullptr) return no_sink;
    const auto may = access_.sink->check(slot_of(want));
    return may ? "" : may.error().message;
}

asio::awaitable<Reads> AccessServiceTokenReconciler::observe(Run& run, Scope scope) {
    if (!looks_at(access_service_token_kind, run.facts, scope)) co_return Reads{};
    kept_.clear();
    std::function<Live(const KeyedAccess&)> look = [this, &run](const KeyedAccess& one) {
        return seen(run, one);
    };
    co_return co_await observe_access(sort, access_, run, std::move(look));
}

Live AccessServiceTokenReconciler::seen(const Run& run, const KeyedAccess& one) {
    Live live;
    live.key = {access_.target, std::string{access_service_token_kind}, one.name};
    live.id = one.object.id;
    live.version = text_of(one.object.shown, "updated_at");
    live.owner = one.owner;
    live.spec = plain_fields(sort, one.object.shown);
    live.spec["name"] = one.object.name;
    live.claims = {claim_of_name(sort, one.object.name)};
    live.outputs = {{"id", live.id}, {"client_id", text_of(one.object.shown, "client_id")}};
    live.detail = "it ends on " + text_of(one.object.shown, "expires_at");
    const Declared* want = declared_in(run.facts, live.key);
    if (want != nullptr) add_kept(*want, live);
    return live;
}

void AccessServiceTokenReconciler::add_kept(const Declared& want, Live& live) {
    for (const char* key : {"secret", "for"}) live.spec[key] = want.spec.at(key);
    if (access_.sink == nullptr) {
        live.left_alone = no_sink;
        return;
    }
    const auto whose = access_.sink->kept_for(slot_of(want));
    if (!whose) {
        live.left_alone = "whether its secret is kept can't be read: " + whose.error().message;
        return;
    }
    if (*whose == live.outputs.at("client_id").get<std::string>()) {
        kept_.insert(want.key);
        return;
    }
    live.unfinished = fmt::format("its secret is not kept as {} for target {}: it gets another",
                                  in_quotes(want.spec.at("secret").get<std::string>()),
                                  want.spec.at("for").get<std::string>());
    live.ready = false;
}

asio::awaitable<Result<Done>> AccessServiceTokenReconciler::create(const Action& action) {
    const SecretSlot slot = slot_of(*action.want);
    if (access_.sink == nullptr) co_return Error{Errc::forbidden, no_sink};
    auto place = access_.sink->reserve(slot);
    if (!place) co_return std::move(place).error();
    Access api{access_.account};
    // Our name first, whatever git calls it: if the answer is lost, that is how we know it again.
    const auto made =
        co_await api.create_service_token(access_name(access_.installation, action.key.name),
                                          action.want->spec.value("duration", "8760h"));
    if (!made) co_return made.error();
    auto kept = access_.sink->keep(slot, made->client_id, made->client_secret);
    if (!kept) co_return std::move(kept).error();
    Done done;
    done.id = made->id;
    co_return done;
}

/// The one it had is known to nobody.
asio::awaitable<Result<Done>> AccessServiceTokenReconciler::give_secret(const Action& action) {
    const SecretSlot slot = slot_of(*action.want);
    if (access_.sink == nullptr) co_return Error{Errc::forbidden, no_sink};
    auto place = access_.sink->reserve(slot);
    if (!place) co_return std::move(place).error();
    Access api{access_.account};
    const auto rotated = co_await api.rotate_service_token(action.have->id);
    if (!rotated) co_return rotated.error();
    auto kept = access_.sink->keep(slot, rotated->client_id, rotated->client_secret);
    if (!kept) co_return std::move(kept).error();
    Done done;
    done.id = action.have->id;
    co_return done;
}

asio::awaitable<Result<Done>> AccessServiceTokenReconciler::change(const Action& action) {
    json body = json::object();
    for (const char* key : {"name", "duration"}) {
        if (action.want->spec.contains(key)) body[key] = action.want->spec.at(key);
    }
    Access api{access_.account};
    auto changed = co_await api.put(sort, action.have->id, std::move(body));
    if (!changed) co_return std::move(changed).error();
    Done done;
    done.id = action.have->id;
    co_return done;
}

asio::awaitable<Result<Done>> AccessServiceTokenReconciler::remove(const Action& action) {
    Access api{access_.account};
    auto removed = co_await api.remove(sort, action.have->id);
    if (!removed && removed.error().code != Errc::not_found) co_return std::move(removed).error();
    co_return Done{};
}

asio::awaitable<Result<Done>> AccessServiceTokenReconciler::apply_one(const Action& action) {
    if (action.verb == Verb::create) co_return co_await create(action);
    if (action.verb == Verb::remove) co_return co_await remove(action);
    if (action.verb == Verb::finish) co_return co_await give_secret(action);
    if (action.verb == Verb::adopt) {
        Done done;
        done.id = action.have->id;
        co_return done;
    }
    co_return co_await change(action);
}

asio::awaitable<Results> AccessServiceTokenReconciler::apply(Run&, Step step) {
    ApplyOne one = [this](const Action& action) { return apply_one(action); };
    std::string of = "Access service token ";
    co_return co_await one_by_one(step, std::move(one), std::move(of));
}

}  // namespace driftless::cloudflare
