#include "tests/support/toy.hpp"

#include <algorithm>
#include <utility>

namespace driftless::test {

ToyThing& ToyWorld::add(const ResourceKey& key, json spec, Owner owner) {
    ToyThing thing;
    thing.key = key;
    thing.id = fmt::format("t{}", ++last_id);
    thing.spec = std::move(spec);
    thing.owner = owner;
    thing.ready = !ready_later;
    return things[thing.id] = thing;
}

ToyThing* ToyWorld::find(const ResourceKey& key) {
    for (auto& [id, thing] : things) {
        if (thing.key == key && thing.owner != Owner::foreign) return &thing;
    }
    return nullptr;
}

std::map<std::string, json> ToyWorld::ours() const {
    std::map<std::string, json> ours;
    for (const auto& [id, thing] : things) {
        if (thing.owner != Owner::foreign) ours.emplace(thing.key.name, thing.spec);
    }
    return ours;
}

KindRules ToyKind::rules() const {
    KindRules rules = options_.rules;
    rules.steps_aside = true;
    rules.fields = {{.path = "/env", .as = Compare::whole, .replaces = true, .secret = true},
                    {.path = "/image", .replaces = true}};
    return rules;
}

Live ToyKind::live_of(const ToyThing& thing, net::WallTime now) const {
    Live live;
    live.key = thing.key;
    live.id = thing.id;
    live.version = std::to_string(thing.version);
    live.spec = thing.next.is_null() ? thing.spec : thing.next;
    live.owner = thing.owner;
    live.claims = thing.claims;
    live.ready = thing.ready;
    live.protect = thing.protect;
    live.commit = thing.commit;
    if (!thing.next.is_null()) live.unfinished = "replacing";
    if (thing.leaving) live.unfinished = "kept for a while";
    if (thing.aside) live.unfinished = "out of service";
    live.kept = thing.leaving || thing.aside;
    live.gave_up = thing.gave_up;
    if (!live.unfinished.empty() && thing.idle_until > now) live.idle_until = thing.idle_until;
    live.outputs = {
        {"url", fmt::format("toy://{}/{}", thing.key.name, thing.spec.value("size", 0))}};
    return live;
}

asio::awaitable<Reads> ToyKind::observe(Run& run, Scope scope) {
    ++world_.looks;
    if (scope.fresh) ++world_.fresh_looks;
    if (scope.fresh && world_.on_fresh_look) world_.on_fresh_look();
    Reads reads;
    if (world_.unreadable) {
        reads.emplace(kind_, *world_.unreadable);
        co_return reads;
    }
    LiveState lives;
    for (const auto& [id, thing] : world_.things) {
        if (thing.key.kind == kind_) lives.push_back(live_of(thing, run.clock.wall()));
    }
    reads.emplace(kind_, Complete<LiveState>::vouched(std::move(lives)));
    co_return reads;
}

asio::awaitable<Results> ToyKind::prepare(Run&, Step step) {
    Results results;
    for (const Action& action : step.actions) {
        if (world_.failing.contains("prepare " + action.key.name)) {
            results.emplace_back(Error{Errc::not_found, "no such image"});
        } else {
            results.emplace_back(Done{});
        }
    }
    co_return results;
}

asio::awaitable<Results> ToyKind::apply(Run& run, Step step) {
    if (step.actions.size() > 1)
        world_.calls.push_back(fmt::format("batch of {}", step.actions.size()));
    Results results;
    for (const Action& action : step.actions) results.push_back(apply_one(run, action));
    co_return results;
}

std::string ToyKind::batch_of(const Action& action) const {
    return options_.batch > 1 ? std::string{name(action.verb)} : "";
}

Result<Done> ToyKind::apply_one(Run& run, const Action& action) {
    const std::string call = fmt::format("{} {}", name(action.verb), action.key.name);
    world_.calls.push_back(call);
    if (world_.failing.contains(call)) return Error{Errc::unavailable, call + ": refused"};
    json spec;
    if (action.want) {
        auto plain = opened(action.want->spec, run.vault, run.facts.board);
        if (!plain) return std::move(plain).error();
        spec = *std::move(plain);
    }
    if (action.verb == Verb::create) return create(action, std::move(spec));
    const auto found = world_.things.find(action.have->id);
    if (found == world_.things.end()) return Error{Errc::not_found, call + ": it is gone"};
    ToyThing& thing = found->second;
    if (action.verb == Verb::adopt) return Done{};
    ++thing.version;
    if (action.verb == Verb::remove) return remove(thing, run.clock.wall());
    if (action.verb == Verb::finish && !thing.aside) return finish(thing, action);
    if (action.aside) return step_aside(thing);
    if (thing.aside && action.back) return come_back(thing);
    if (is_taken(action)) return Error{Errc::conflict, call + ": a claim is taken"};
    return replace(thing, action, std::move(spec), run.clock.wall());
}

bool ToyKind::is_taken(const Action& action) const {
    return std::ranges::any_of(world_.things, [&](const auto& other) {
        const bool own = action.have && action.have->id == other.first;
        return !own && std::ranges::any_of(action.want->claims, [&](const std::string& claim) {
            return std::ranges::find(other.second.claims, claim) != other.second.claims.end();
        });
    });
}

Result<Done> ToyKind::create(const Action& action, json spec) {
    if (world_.find(action.key) != nullptr) return Error{Errc::conflict, "the name is taken"};
    if (is_taken(action)) return Error{Errc::conflict, "a claim is taken"};
    ToyThing& thing = world_.add(action.key, std::move(spec), Owner::ours);
    thing.claims = action.want->claims;
    thing.commit = action.want->origin.commit;
    Done done;
    done.id = thing.id;
    return done;
}

Result<Done> ToyKind::replace(ToyThing& thing, const Action& action, json spec,
                              net::WallTime now) const {
    if (!thing.aside) thing.gave_up = thing.claims;
    thing.claims = action.want->claims;
    thing.owner = Owner::ours;
    const bool slowly = (action.verb == Verb::replace || thing.aside) && world_.replaces_slowly;
    thing.aside = false;
    thing.commit = action.want->origin.commit;
    Done done;
    if (slowly) {
        thing.next = std::move(spec);
        thing.idle_until = now + world_.proves_in;
        done.done = false;
    } else {
        thing.key = action.key;
        thing.spec = std::move(spec);
    }
    return done;
}

Result<Done> ToyKind::step_aside(ToyThing& thing) {
    if (!thing.aside) thing.gave_up = std::exchange(thing.claims, {});
    thing.aside = true;
    Done done;
    done.done = false;
    return done;
}

Result<Done> ToyKind::come_back(ToyThing& thing) const {
    for (const auto& [id, other] : world_.things) {
        for (const std::string& claim : thing.gave_up) {
            const auto& claims = other.claims;
            if (id != thing.id && std::ranges::find(claims, claim) != claims.end())
                return Error{Errc::conflict, "come back: a claim is taken"};
        }
    }
    thing.claims = std::exchange(thing.gave_up, {});
    thing.aside = false;
    thing.next = nullptr;
    return Done{};
}

Result<Done> ToyKind::finish(ToyThing& thing, const Action& action) {
    if (thing.leaving) {
        world_.things.erase(thing.id);
        return Done{};
    }
    Done done;
    const bool fails = thing.next.value("broken", false) && !action.back;
    if (fails) {
        done.done = false;
        done.content_failed = true;
        done.why = "never healthy";
        return done;
    }
    thing.key = action.key;
    if (action.back) return come_back(thing);
    thing.spec = thing.next;
    thing.next = nullptr;
    thing.gave_up.clear();
    return done;
}

Result<Done> ToyKind::remove(ToyThing& thing, net::WallTime now) {
    Done done;
    if (world_.replaces_slowly) {
        thing.leaving = true;
        thing.idle_until = now + world_.grace;
        thing.claims.clear();
        done.done = false;
    } else {
        world_.things.erase(thing.id);
    }
    return done;
}

asio::awaitable<Result<void>> MemoryJournal::intend(const std::string&, const Step& step) {
    if (full) co_return Error{Errc::unavailable, "the disk is full"};
    for (const Action& action : step.actions) {
        lines.push_back(fmt::format("intend {} {}", name(action.verb), action.key.name));
    }
    co_return Result<void>{};
}

asio::awaitable<Result<void>> MemoryJournal::settle(const std::string&, const Step& step,
                                                    const Results& results) {
    if (full_for_results) co_return Error{Errc::unavailable, "the disk is full"};
    for (std::size_t i = 0; i < results.size(); ++i) {
        const Action& action = step.actions[i];
        lines.push_back(fmt::format("settle {} {}", name(action.verb), action.key.name));
        if (results[i]) note(action, *results[i]);
    }
    co_return Result<void>{};
}

asio::awaitable<Result<void>> MemoryJournal::learn(std::string, std::string subject, json said) {
    if (full) co_return Error{Errc::unavailable, "the journal is full"};
    if (said.is_null()) learned.erase(subject);
    if (!said.is_null()) learned.insert_or_assign(std::move(subject), std::move(said));
    co_return Result<void>{};
}

void MemoryJournal::note(const Action& action, const Done& done) {
    const bool gone = done.done && (action.verb == Verb::remove || !action.want);
    if (gone) {
        inventory.erase(action.key);
        return;
    }
    InventoryEntry& entry = inventory[action.key];
    entry.key = action.key;
    entry.collection = action.collection;
    entry.adopted = action.verb == Verb::adopt || (entry.adopted && action.verb == Verb::update);
    if (action.have) entry.id = action.have->id;
    if (!done.id.empty()) entry.id = done.id;
    if (action.want) {
        entry.manifest = action.want->origin.manifest;
        entry.commit = action.want->origin.commit;
        entry.needs = action.want->needs;
        entry.data = action.want->data;
        entry.protect = action.want->protect;
    }
    if (done.content_failed) {
        entry.bad_digest = action.digest;
        entry.bad_reason = done.why;
    }
    if (action.repair) entry.repaired_digest = action.digest;
}

void MemoryJournal::record(const Outcome& outcome) {
    for (const auto& [key, digest] : outcome.worked) {
        const auto known = inventory.find(key);
        if (known != inventory.end()) known->second.good_digest = digest;
    }
    for (const ResourceKey& key : outcome.gone) inventory.erase(key);
}

}  // namespace driftless::test
