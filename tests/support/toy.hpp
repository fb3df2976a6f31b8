#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reconcilers/reconcile.hpp"
#include "tests/support/toy_vault.hpp"

namespace driftless::test {

/// A thing of the toy world.
struct ToyThing {
    ResourceKey key;
    std::string id;
    int version = 1;
    json spec;
    Owner owner = Owner::ours;
    std::string commit;
    std::vector<std::string> claims;
    json next;             ///< what it is being replaced by
    bool leaving = false;  ///< being removed: kept for a while
    bool aside = false;    ///< out of service, for a successor that is not there yet
    std::vector<std::string> gave_up = {};                   ///< what it held before it changed
    std::optional<net::WallTime> idle_until = std::nullopt;  ///< nothing can be done before
    bool ready = true;
    bool protect = false;
};

/// A provider in memory. It knows names, claims, and nothing of git.
struct ToyWorld {
    std::map<std::string, ToyThing> things;  ///< by id
    std::vector<std::string> calls;          ///< "create web", in their order
    std::set<std::string> failing;           ///< calls that fail: "create web", "prepare web"
    std::optional<Error> unreadable;
    bool replaces_slowly = false;       ///< a replacement and a removal are only begun
    std::chrono::seconds proves_in{0};  ///< a replacement: nothing can be done before
    std::chrono::seconds grace{0};      ///< what is removed is kept as long
    bool ready_later = false;           ///< what is made is not ready until somebody says so
    int looks = 0;
    int fresh_looks = 0;
    std::function<void()> on_fresh_look;
    int last_id = 0;

    ToyThing& add(const ResourceKey& key, json spec, Owner owner);
    [[nodiscard]] ToyThing* find(const ResourceKey& key);
    /// All that is not foreign: name and spec.
    [[nodiscard]] std::map<std::string, json> ours() const;
};

/// Any kind of toy thing: "/image" replaces, "/env" is secret and ours as a whole. Its output "url"
/// is made of its name and size. A spec with "broken" never works when it replaces another.
class ToyKind final : public Reconciler {
public:
    struct Options {
        KindRules rules = {};
        std::size_t batch = 1;
    };
    ToyKind(ToyWorld& world, std::string kind, Options options)
        : world_(world), kind_(std::move(kind)), options_(std::move(options)) {}

    [[nodiscard]] KindRules rules() const override;
    asio::awaitable<Reads> observe(Run& run, Scope scope) override;
    asio::awaitable<Results> prepare(Run& run, Step step) override;
    asio::awaitable<Results> apply(Run& run, Step step) override;
    [[nodiscard]] std::string batch_of(const Action& action) const override;
    [[nodiscard]] std::size_t batch_max() const override { return options_.batch; }

private:
    Result<Done> apply_one(Run& run, const Action& action);
    Result<Done> create(const Action& action, json spec);
    Result<Done> replace(ToyThing& thing, const Action& action, json spec, net::WallTime now) const;
    Result<Done> finish(ToyThing& thing, const Action& action);
    static Result<Done> step_aside(ToyThing& thing);
    Result<Done> come_back(ToyThing& thing) const;
    Result<Done> remove(ToyThing& thing, net::WallTime now);
    [[nodiscard]] bool is_taken(const Action& action) const;
    [[nodiscard]] Live live_of(const ToyThing& thing, net::WallTime now) const;

    ToyWorld& world_;
    std::string kind_;
    Options options_;
};

/// A Journal in memory, with the inventory that follows from it.
class MemoryJournal final : public Journal {
public:
    Inventory inventory;
    std::vector<std::string> lines;  ///< "intend create web", "settle create web"
    bool full = false;               ///< nothing more can be written
    bool full_for_results = false;

    asio::awaitable<Result<void>> intend(const std::string& run, const Step& step) override;
    asio::awaitable<Result<void>> settle(const std::string& run, const Step& step,
                                         const Results& results) override;
    asio::awaitable<Result<void>> learn(std::string target, std::string subject,
                                        json said) override;
    std::map<std::string, json> learned;
    /// What the store does after a run.
    void record(const Outcome& outcome);

private:
    void note(const Action& action, const Done& done);
};

}  // namespace driftless::test
