#include "reconcilers/cloudflare/tunnel.hpp"

#include <fmt/format.h>

#include "reconcilers/cloudflare/tunnel_forms.hpp"
#include "reconcilers/one_by_one.hpp"
#include "reconcilers/seals.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::chrono::hours token_holds{1};  // then somebody may have made another secret
constexpr std::chrono::minutes look_at_connectors{1};

std::string claim_of(const std::string& name) {
    return "tunnel " + name;
}

/// Does one that git declares take it over, under this key or as what it was called before?
bool is_declared(const Facts& facts, const ResourceKey& key) {
    if (!facts.desired) return false;
    for (const Declared& declared : (*facts.desired)->resources) {
        if (declared.key == key) return true;
        for (const ResourceKey& was : declared.was) {
            if (was == key) return true;
        }
    }
    return false;
}

json outputs_of(const Tunnel& tunnel) {
    return {{"id", tunnel.id}, {"cname", tunnel.id + ".cfargotunnel.com"}};
}

}  // namespace

KindRules TunnelReconciler::rules() const {
    KindRules rules;
    rules.ready_when_done = true;
    return rules;
}

asio::awaitable<void> TunnelReconciler::resolve(Run& run, Scope scope) {
    if (!looks_at_tunnels(run.facts, scope)) co_return;
    const auto listed = co_await tunnels_seen(access_, run.id, true);
    if (!listed) co_return;  // observe tells what came of it
    co_await recognise(run, *listed);
    for (const KeyedTunnel& one : keyed_tunnels(*listed, access_, run.facts)) {
        const ResourceKey key{access_.target, std::string{tunnel_kind}, one.name};
        const bool is_known = one.owner != Owner::foreign && is_declared(run.facts, key);
        if (!is_known || run.facts.board.find(key) != nullptr) continue;
        Posted posted;
        posted.exists = true;
        posted.outputs = outputs_of(one.tunnel);
        run.facts.board.post(key, std::move(posted));
    }
}

/// Another's tunnel with a declared name is the declared one only if it does the same: a name alone
/// gives nobody a tunnel.
asio::awaitable<void> TunnelReconciler::recognise(Run& run, const std::vector<Tunnel>& tunnels) {
    access_.tunnels.as_declared.clear();
    const auto keyed = keyed_tunnels(tunnels, access_, run.facts);
    for (const KeyedTunnel& one : keyed) {
        const ResourceKey key{access_.target, std::string{tunnel_config_kind}, one.name};
        const Declared* declared = declared_in(run.facts, key);
        const bool may_be = one.owner == Owner::foreign && one.tunnel.is_remote;
        if (!may_be || declared == nullptr || holds_marks(declared->spec)) continue;
        Tunnels api{access_.account};
        const auto config = co_await api.configuration(one.tunnel.id);
        const bool is_equal =
            config && *config && canonical_config((*config)->config) == declared->spec;
        if (is_equal) access_.tunnels.as_declared.insert(one.tunnel.id);
    }
}

asio::awaitable<Reads> TunnelReconciler::observe(Run& run, Scope scope) {
    Reads reads;
    if (!looks_at_tunnels(run.facts, scope)) co_return reads;
    auto listed = co_await tunnels_seen(access_, run.id, scope.fresh);
    if (!listed) {
        reads.emplace(tunnels_collection, std::move(listed).error().in("observe tunnels"));
        co_return reads;
    }
    LiveState state;
    const auto tunnels = keyed_tunnels(*listed, access_, run.facts);
    for (const KeyedTunnel& one : tunnels) {
        Live live = co_await seen(run, one, scope.renew);
        state.push_back(std::move(live));
    }
    reads.emplace(tunnels_collection, Complete<LiveState>::vouched(std::move(state)));
    co_return reads;
}

asio::awaitable<Live> TunnelReconciler::seen(Run& run, KeyedTunnel one, bool renew) {
    const Tunnel& tunnel = one.tunnel;
    Live live;
    live.key = {access_.target, std::string{tunnel_kind}, one.name};
    live.id = tunnel.id;
    live.version = tunnel.name;
    live.owner = one.owner;
    live.spec = {{"name", tunnel.name}};
    live.claims = {claim_of(tunnel.name)};
    if (tunnel.status == "down") live.detail = "no cloudflared is connected any more";
    if (tunnel.status == "inactive") live.detail = "no cloudflared was ever connected";
    live.outputs = outputs_of(tunnel);
    if (one.owner == Owner::foreign) co_return live;
    if (is_declared(run.facts, live.key)) {
        if (!tunnel.is_remote) {
            live.ready = false;
            live.left_alone =
                "its configuration lies beside its cloudflared (config_src: local), where nobody "
                "else can change it; delete the tunnel, or give spec.name another one";
            co_return live;
        }
        co_await add_token(run, tunnel, renew, live);
    } else if (run.facts.desired && run.facts.policy.prune) {
        co_await add_connectors(run, tunnel, live);
    }
    co_return live;
}

/// Asked for once an hour, so that a quiet look is one call for all tunnels.
asio::awaitable<void> TunnelReconciler::add_token(Run& run, const Tunnel& tunnel, bool renew,
                                                  Live& live) {
    KnownToken& known = access_.tunnels.tokens[tunnel.id];
    const bool is_asked = known.token || !known.why.empty();
    if (!is_asked || renew || run.clock.now() - known.asked >= token_holds) {
        Tunnels tunnels{access_.account};
        auto token = co_await tunnels.token(tunnel.id);
        const bool may_pass = !token && token.error().code != Errc::forbidden;
        known.why = token ? "" : token.error().message;
        if (token) known.token = *std::move(token);
        known.asked = may_pass ? net::SteadyTime{} : run.clock.now();
    }
    if (known.token) live.outputs["token"] = std::string{known.token->reveal()};
    if (!known.token) live.detail = known.why;
}

/// Git dropped it: while it is in use it stays, and says so.
asio::awaitable<void> TunnelReconciler::add_connectors(Run& run, const Tunnel& tunnel, Live& live) {
    Tunnels tunnels{access_.account};
    const auto count = co_await tunnels.connectors(tunnel.id);
    if (count && *count == 0) co_return;
    live.unfinished =
        count ? fmt::format(
                    "git dropped it, and {} cloudflared {} connected: it goes when {} "
                    "ended; stop {}",
                    *count, *count == 1 ? "is" : "are", *count == 1 ? "that has" : "they have",
                    *count == 1 ? "it" : "them")
              : "git dropped it, and whether a cloudflared is connected is not known: " +
                    count.error().message;
    live.idle_until = run.clock.wall() + look_at_connectors;
    live.kept = true;  // it holds up nothing else
    live.version += " in use";
}

asio::awaitable<Result<Done>> TunnelReconciler::create(const Action& action) {
    Tunnels tunnels{access_.account};
    // Our name first, whatever git calls it: if the answer is lost, that is how we know it again.
    auto made = co_await tunnels.create(tunnel_name(access_.installation, action.key.name));
    if (!made) co_return std::move(made).error();
    Done done;
    done.id = made->id;
    co_return done;
}

asio::awaitable<Result<Done>> TunnelReconciler::remove(const Action& action) {
    Tunnels tunnels{access_.account};
    const std::string& id = action.have->id;
    auto removed = co_await tunnels.remove(id);
    if (!removed && removed.error().code == Errc::conflict) {
        const auto count = co_await tunnels.connectors(id);
        if (!count) co_return count.error();
        if (*count > 0) {
            co_return Error{
                Errc::conflict,
                fmt::format("{} cloudflared connected meanwhile; stop what runs it", *count)};
        }
        auto cut = co_await tunnels.cut(id);  // the service remembers connections that ended
        if (!cut) co_return std::move(cut).error();
        removed = co_await tunnels.remove(id);
    }
    if (!removed && removed.error().code != Errc::not_found) co_return std::move(removed).error();
    access_.tunnels.tokens.erase(id);
    co_return Done{};
}

asio::awaitable<Result<Done>> TunnelReconciler::apply_one(const Action& action) {
    if (action.verb == Verb::create) co_return co_await create(action);
    if (action.verb == Verb::remove) co_return co_await remove(action);
    Done done;
    done.id = action.have->id;
    if (action.verb == Verb::adopt) co_return done;
    Tunnels tunnels{access_.account};
    auto renamed = co_await tunnels.rename(done.id, action.want->spec.at("name"));
    if (!renamed) co_return std::move(renamed).error();
    co_return done;
}

asio::awaitable<Results> TunnelReconciler::apply(Run&, Step step) {
    ApplyOne one = [this](const Action& action) { return apply_one(action); };
    Results results = co_await one_by_one(step, std::move(one));
    access_.tunnels.run.clear();
    co_return results;
}

}  // namespace driftless::cloudflare
