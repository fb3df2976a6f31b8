#include "tests/daemon/stubs.hpp"

namespace driftless::test {

asio::awaitable<Result<void>> StubTarget::watch(std::function<void(Hint)> on_hint) {
    hear = std::move(on_hint);
    Kind& kind = dynamic_cast<Kind&>(*kinds_.at("toy.thing"));
    co_return co_await kind.sleep_for_ever();
}

asio::awaitable<Result<void>> StubTarget::Kind::sleep_for_ever() {
    co_return co_await clock_.sleep_for(std::chrono::hours{24 * 365});
}

asio::awaitable<Reads> StubTarget::Kind::observe(Run& run, Scope scope) {
    ++world_.observed;
    if (scope.fresh) ++world_.observed_fresh;
    Reads reads;
    if (world_.failure) {
        reads.emplace("things", *world_.failure);
        co_return reads;
    }
    LiveState live;
    for (const auto& [name, spec] : world_.things) {
        Live one;
        one.key = {run.facts.target, "toy.thing", name};
        if (!scope.covers(one.key)) continue;
        one.id = "id-" + name;
        one.version = digest_of(spec);
        one.spec = spec;
        one.owner = world_.foreign.contains(name) ? Owner::foreign : Owner::ours;
        one.commit = "0000";
        live.push_back(std::move(one));
    }
    reads.emplace("things", Complete<LiveState>::vouched(std::move(live)));
    co_return reads;
}

asio::awaitable<Results> StubTarget::Kind::apply(Run&, Step step) {
    Results results;
    for (const Action& action : step.actions) {
        const auto waited = co_await clock_.sleep_for(world_.takes);
        if (!waited) {
            world_.canceled = true;
            results.emplace_back(waited.error());
            continue;
        }
        ++world_.applied;
        if (action.verb == Verb::remove) {
            world_.things.erase(action.key.name);
        } else {
            world_.things[action.key.name] = action.want->spec;
        }
        Done done;
        done.id = "id-" + action.key.name;
        results.emplace_back(std::move(done));
    }
    co_return results;
}

}  // namespace driftless::test
