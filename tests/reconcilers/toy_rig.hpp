#pragma once

#include <algorithm>
#include <random>

#include "tests/support/run_on.hpp"
#include "tests/support/toy.hpp"

namespace driftless::test {

/// One toy target, what git wants of it, and what the daemon would remember between runs.
struct ToyRig {
    ToyWorld world;
    Kinds kinds;
    ToyVault vault;
    MemoryJournal journal;
    boost::asio::io_context io;
    driftless::testing::VirtualClock clock;
    Facts facts;
    std::vector<Declared> wants;
    std::map<std::string, std::vector<Declared>> commits;  ///< what each wanted, for the fallback
    std::string commit = "c1";
    std::function<bool()> stop_asked;

    explicit ToyRig(const ToyKind::Options& options = {}) {
        kinds["toy.thing"] = std::make_unique<ToyKind>(world, "toy.thing", options);
        facts.target = "here";
        facts.policy.mode = Mode::converge;
        facts.policy.prune = true;
        facts.policy.max_removals = 100;
    }

    static ResourceKey key(const std::string& name) { return {"here", "toy.thing", name}; }
    [[nodiscard]] ResourceKey own_key(const std::string& name) const {
        return {facts.target, "toy.thing", name};
    }

    Declared& want(const std::string& name, json spec = {{"size", 1}}) {
        Declared declared;
        declared.key = own_key(name);
        declared.collection = "toy.thing";
        declared.spec = std::move(spec);
        declared.origin.place = {name + ".yaml", 1, 1};
        declared.origin.manifest = {facts.target, "App", name};
        wants.push_back(std::move(declared));
        return wants.back();
    }
    Declared& wanted(const std::string& name) {
        return *std::ranges::find(wants, own_key(name), &Declared::key);
    }
    void drop(const std::string& name) {
        std::erase_if(wants, [&](const Declared& one) { return one.key == own_key(name); });
    }
    /// What git says from now on is another commit.
    void push(const std::string& id) { commit = id; }

    void load() {
        std::ranges::sort(wants, {}, &Declared::key);
        for (Declared& one : wants) one.origin.commit = commit;
        commits[commit] = wants;
        DesiredState desired{facts.target, commit, wants, {}};
        facts.desired = Complete<DesiredState>::vouched(std::move(desired));
        facts.inventory = journal.inventory;
        facts.now = clock.wall();
        facts.fallback.clear();
        for (const auto& [key, entry] : facts.inventory) {
            if (entry.bad_digest.empty()) continue;
            for (const auto& [id, earlier] : commits) {
                const auto found = std::ranges::find(earlier, key, &Declared::key);
                if (found != earlier.end() && digest_of(found->spec) == entry.good_digest) {
                    facts.fallback.insert_or_assign(key, *found);
                }
            }
        }
    }

    Run make_run() {
        load();
        return Run{"r1", "person", facts, vault, journal, clock, nullptr, stop_asked, nullptr};
    }

    /// One run, and what a daemon does after it.
    Outcome run(Scope scope = {}) {
        Run one = make_run();
        Outcome outcome =
            driftless::testing::run_on(io, clock, reconcile(kinds, one, std::move(scope)));
        journal.record(outcome);
        for (const auto& [key, posted] : outcome.posted) facts.board.post(key, posted);
        if (outcome.needs) facts.board.set_needs(facts.target, *outcome.needs);
        return outcome;
    }
    void pass(std::chrono::nanoseconds time) { clock.run_for(io, time); }
    /// Runs until nothing is under way. @return how many runs that took
    int converge(int at_most = 20) {
        for (int runs = 1; runs <= at_most; ++runs) {
            if (!run().look_again) return runs;
        }
        return at_most + 1;
    }
    std::vector<std::string> calls_of(const std::function<void()>& work) {
        world.calls.clear();
        work();
        return world.calls;
    }
};

}  // namespace driftless::test
