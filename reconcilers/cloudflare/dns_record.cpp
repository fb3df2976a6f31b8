#include "reconcilers/cloudflare/dns_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "reconcilers/cloudflare/live_sets.hpp"
#include "reconcilers/cloudflare/marks.hpp"
#include "reconcilers/cloudflare/record_room.hpp"
#include "reconcilers/cloudflare/record_set.hpp"
#include "reconcilers/cloudflare/set_changes.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::size_t longest_free_comment = 100;
constexpr std::chrono::minutes usage_kept{15};

/// Of Unicode, as the service counts them.
std::size_t letters_in(const std::string& text) {
    const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
    return static_cast<std::size_t>(std::ranges::count_if(text, begins));
}

/// The zones that git declares records of, and those where we have any; of a part of the target
/// only what that part needs. A record that neither git nor we know of may be in any of them.
std::set<std::string> zones_of(const Facts& facts, const Scope& scope) {
    std::set<std::string> all;
    std::set<std::string> asked;
    std::set<ResourceKey> unknown{scope.keys.begin(), scope.keys.end()};
    const auto add = [&](const ResourceKey& key, const std::string& collection) {
        const std::string zone = zone_of(collection);
        if (key.kind != record_kind || zone.empty()) return;
        all.insert(zone);
        if (scope.covers(key)) asked.insert(zone);
        unknown.erase(key);
    };
    if (facts.desired) {
        for (const Declared& declared : (*facts.desired)->resources) {
            add(declared.key, declared.collection);
        }
        for (const std::string& told : (*facts.desired)->told) {
            const std::string zone = zone_of(told);
            if (!zone.empty()) all.insert(zone);
            if (!zone.empty() && scope.all) asked.insert(zone);
        }
    }
    for (const auto& [key, entry] : facts.inventory) add(key, entry.collection);
    for (const std::string& zone : MarkedZones::known(facts)) {
        all.insert(zone);
        if (scope.all) asked.insert(zone);
    }
    const bool anywhere = std::ranges::any_of(
        unknown, [](const ResourceKey& key) { return key.kind == record_kind; });
    return anywhere ? all : asked;
}

/// The API said no, and nothing has changed: one of the batch may be the culprit for all.
bool is_refusal(const Error& error) {
    return error.code == Errc::invalid || error.code == Errc::conflict ||
           error.code == Errc::not_found;
}

/// Actions that go out in one call, by their places in the step.
struct Parcel {
    std::vector<std::size_t> places;
    RecordBatch batch;

    void add(std::size_t place, const RecordBatch& more) {
        places.push_back(place);
        batch.deletes.insert(batch.deletes.end(), more.deletes.begin(), more.deletes.end());
        batch.patches.insert(batch.patches.end(), more.patches.begin(), more.patches.end());
        batch.posts.insert(batch.posts.end(), more.posts.begin(), more.posts.end());
    }
};

/// One action's share of what a call made.
Done done_of(const SetChange& change, std::vector<std::string>::const_iterator& made) {
    std::vector<std::string> ids = change.ids;
    for (std::string& id : ids) {
        if (id.empty()) id = *made++;
    }
    Done done;
    done.id = joined_ids(ids);
    return done;
}

/// The changes of one step, sent as few calls as the zone allows.
class Sending {
public:
    Sending(Dns& dns, const Zone& zone, std::vector<Result<SetChange>> changes)
        : dns_(dns), zone_(zone), changes_(std::move(changes)) {
        for (const auto& change : changes_) {
            results_.push_back(change ? Result<Done>{Done{}} : Result<Done>{change.error()});
        }
    }

    asio::awaitable<Results> send() {
        for (const Parcel& parcel : parcels()) co_await send_one(parcel);
        co_return std::move(results_);
    }

private:
    [[nodiscard]] std::vector<Parcel> parcels() const {
        std::vector<Parcel> all;
        for (std::size_t at = 0; at < changes_.size(); ++at) {
            if (!changes_[at]) continue;
            const RecordBatch& batch = changes_[at]->batch;
            const bool full =
                all.empty() || all.back().batch.size() + batch.size() > zone_.batch_limit();
            if (full) all.emplace_back();
            all.back().add(at, batch);
        }
        return all;
    }

    asio::awaitable<void> send_one(const Parcel& parcel) {
        if (failed_) {
            settle(parcel, *failed_);
            co_return;
        }
        if (parcel.batch.size() == 0) {  // adopted as they are
            settle(parcel, std::vector<std::string>{});
            co_return;
        }
        const auto made = co_await dns_.apply(zone_.id, parcel.batch);
        if (made) {
            settle(parcel, *made);
        } else if (is_refusal(made.error()) && parcel.places.size() > 1) {
            co_await send_alone(parcel);
        } else {
            if (!is_refusal(made.error())) failed_ = made.error();
            settle(parcel, made.error());
        }
    }

    /// Names the culprit, and lets the others go.
    asio::awaitable<void> send_alone(const Parcel& parcel) {
        for (const std::size_t place : parcel.places) {
            Parcel one;
            one.add(place, changes_[place]->batch);
            co_await send_one(one);
        }
    }

    void settle(const Parcel& parcel, const std::vector<std::string>& made) {
        auto next = made.begin();
        for (const std::size_t place : parcel.places) {
            results_[place] = done_of(*changes_[place], next);
        }
    }
    void settle(const Parcel& parcel, const Error& error) {
        for (const std::size_t place : parcel.places) results_[place] = error;
    }

    Dns& dns_;
    const Zone& zone_;
    std::vector<Result<SetChange>> changes_;
    Results results_;
    std::optional<Error> failed_;  ///< what came of a call that will come of the next one, too
};

Result<SetChange> change_for(Run& run, const Action& action, const std::string& installation) {
    json spec;
    if (action.want) {
        auto plain = opened(action.want->spec, run.vault, run.facts.board);
        if (!plain) return std::move(plain).error();
        spec = *std::move(plain);
    }
    return change_of(action, spec, installation);
}

}  // namespace

KindRules DnsRecordReconciler::rules() const {
    KindRules rules;
    rules.fields = {{.path = "/zone", .replaces = true},
                    {.path = "/name", .replaces = true},
                    {.path = "/type", .replaces = true},
                    {.path = "/values", .as = Compare::set},
                    {.path = "/tags", .as = Compare::set}};
    rules.count = [](const json& spec) { return spec.at("values").size(); };
    rules.tells_others = false;
    rules.replace_interrupts = false;  // one transaction
    rules.ready_when_done = true;
    rules.unfit = [this](const Declared& want) { return why_unfit(want); };
    return rules;
}

/// What only the zone's plan decides: how many records there may be, and how long a comment. Both
/// are known since the look.
std::string DnsRecordReconciler::why_unfit(const Declared& want) const {
    if (const auto room = rooms_.find(zone_of(want.collection)); room != rooms_.end()) {
        const auto refused = room->second.refused.find(want.key.name);
        if (refused != room->second.refused.end()) return refused->second;
    }
    if (!want.spec.contains("comment")) return "";
    const auto zone = access_.zones.find(zone_of(want.collection));
    if (zone == access_.zones.end() || zone->second.plan != "free") return "";
    const std::string comment = want.spec.at("comment");
    const std::string whole = write_comment({access_.installation, want.protect, comment});
    const std::size_t letters = letters_in(whole);
    if (letters <= longest_free_comment) return "";
    return fmt::format(
        "{}: comment: is too long: with our mark it has {} letters; a free plan takes {}",
        to_string(want.origin.place), letters, longest_free_comment);
}

asio::awaitable<void> DnsRecordReconciler::resolve(Run& run, Scope scope) {
    if (scope.all) co_await marked_.search(run, zones_of(run.facts, scope));
}

asio::awaitable<Reads> DnsRecordReconciler::observe(Run& run, Scope scope) {
    Reads reads;
    for (const std::string& zone : zones_of(run.facts, scope)) {
        auto state = co_await observe_zone(run, zone, scope);
        if (!state) state = std::move(state).error().in("observe zone " + zone);
        reads.emplace(collection_of(zone), std::move(state));
    }
    co_return reads;
}

asio::awaitable<Result<Complete<LiveState>>> DnsRecordReconciler::observe_zone(const Run& run,
                                                                               std::string zone,
                                                                               Scope scope) {
    const auto found = co_await zone_named(access_, zone);
    if (!found) co_return found.error();
    Dns dns{access_.account};
    auto records = co_await dns.list(found->id);
    if (!records) {
        access_.zones.erase(zone);  // perhaps it was made anew, with another id
        co_return std::move(records).error();
    }
    const FieldRules fields = rules().fields;
    const ZoneView view{access_.target, access_.installation, zone, run.facts, fields};
    const Look look{records->size(), scope.renew};
    LiveState state = live_sets(view, *std::move(records));
    const bool any =
        std::ranges::any_of(state, [](const Live& live) { return live.owner == Owner::ours; });
    marked_.saw(zone, any);
    const bool is_second_look = scope.fresh && !scope.all;  // right before a removal
    if (!is_second_look) co_await check_room(view, state, found->id, look);
    co_return Complete<LiveState>::vouched(std::move(state));
}

/// Asks for the quota only where more records come than go. What can't be read holds nothing up:
/// then the API's refusal tells.
asio::awaitable<void> DnsRecordReconciler::check_room(const ZoneView& view, const LiveState& state,
                                                      std::string zone_id, Look look) {
    const ZoneGrowth growth = growth_of(view, state);
    if (growth.more <= growth.leaving) {
        if (const auto room = rooms_.find(view.zone); room != rooms_.end()) {
            room->second.refused.clear();
        }
        co_return;
    }
    const auto known = rooms_.find(view.zone);
    const bool is_fresh = known != rooms_.end() && !look.renew &&
                          access_.clock.now() - known->second.asked < usage_kept;
    if (!is_fresh) {
        Dns dns{access_.account};
        auto usage = co_await dns.usage(std::move(zone_id));
        Room room{access_.clock.now(), std::nullopt, look.listed, {}};
        if (usage) room.usage = *usage;
        rooms_[view.zone] = std::move(room);
    }
    Room& room = rooms_.at(view.zone);
    room.refused.clear();
    if (!room.usage) co_return;
    RecordUsage now = *room.usage;
    const std::size_t unlisted = now.used - std::min(now.used, room.listed);
    now.used = look.listed + unlisted;
    room.refused = beyond_quota(view.zone, growth, now);
}

asio::awaitable<Results> DnsRecordReconciler::apply_in(Run& run, Zone zone, const Step& step) {
    std::vector<Result<SetChange>> changes;
    for (const Action& action : step.actions) {
        changes.push_back(change_for(run, action, access_.installation));
    }
    Dns dns{access_.account};
    Sending sending{dns, zone, std::move(changes)};
    co_return co_await sending.send();
}

asio::awaitable<Results> DnsRecordReconciler::apply(Run& run, Step step) {
    const std::string name = zone_of(step.actions.front().collection);
    const auto zone = co_await zone_named(access_, name);
    if (!zone) co_return Results(step.actions.size(), Result<Done>{zone.error()});
    Results results = co_await apply_in(run, *zone, step);
    for (std::size_t at = 0; at < results.size(); ++at) {
        if (results[at]) continue;
        const Action& action = step.actions[at];
        std::string doing = fmt::format("{} {}", driftless::name(action.verb), action.key.name);
        results[at] = std::move(results[at]).error().in(doing);
    }
    co_return results;
}

std::string DnsRecordReconciler::batch_of(const Action& action) const {
    return action.collection;
}

}  // namespace driftless::cloudflare
