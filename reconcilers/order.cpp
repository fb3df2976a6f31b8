#include <algorithm>
#include <functional>
#include <queue>
#include <utility>

#include "reconcilers/because.hpp"
#include "reconcilers/planning.hpp"
#include "reconcilers/waiting.hpp"

namespace driftless {
namespace {

/// In which of several possible orders the actions go: what was begun first, removals last, but
/// before others those that make room.
enum class Turn { finish, change, make_room, remove };

class Order {
public:
    explicit Order(Planning& planning) : p_(planning), waiting_(planning) {}
    void put();

private:
    [[nodiscard]] Turn turn_of(std::size_t draft) const;
    [[nodiscard]] std::vector<std::size_t> sorted();
    void open_circles();
    [[nodiscard]] bool may_step_aside(std::size_t draft) const;
    void step_aside(std::size_t draft);
    void let_come_back();
    void keep_free(const Action& back);
    void block_circles(const std::vector<std::size_t>& sorted);
    void spread(const std::vector<std::size_t>& sorted);
    bool spread_once(std::size_t draft);
    void keep_waves(const std::vector<std::size_t>& sorted);
    void take_turns(const std::vector<std::size_t>& sorted);
    void block(std::size_t draft, std::string why, bool passing);
    void emit(const std::vector<std::size_t>& sorted);

    Planning& p_;
    Waiting waiting_;
};

void Order::put() {
    waiting_.weigh();
    for (const Draft& draft : p_.drafts) {
        if (draft.action.back && draft.blocked.empty()) keep_free(draft.action);
    }
    open_circles();
    const auto order = sorted();
    block_circles(order);
    spread(order);
    keep_waves(order);
    spread(order);
    take_turns(order);
    spread(order);
    let_come_back();
    spread(order);
    emit(order);
}

Turn Order::turn_of(std::size_t draft) const {
    if (p_.drafts[draft].removes()) {
        return waiting_.makes_room(draft) ? Turn::make_room : Turn::remove;
    }
    return p_.drafts[draft].action.verb == Verb::finish ? Turn::finish : Turn::change;
}

/// Every action after all that it waits for; otherwise by turn and key. Circles are left out.
std::vector<std::size_t> Order::sorted() {
    using Entry = std::tuple<Turn, ResourceKey, std::size_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> ready;
    std::vector<std::size_t> missing(p_.drafts.size(), 0);
    std::vector<std::vector<std::size_t>> waiters(p_.drafts.size());
    const auto add = [&](std::size_t i) { ready.emplace(turn_of(i), p_.drafts[i].action.key, i); };
    for (std::size_t i = 0; i < p_.drafts.size(); ++i) {
        missing[i] = waiting_.of(i).size();
        for (const Wait& wait : waiting_.of(i)) waiters[wait.on].push_back(i);
        if (missing[i] == 0) add(i);
    }
    std::vector<std::size_t> order;
    while (!ready.empty()) {
        order.push_back(std::get<std::size_t>(ready.top()));
        ready.pop();
        for (const std::size_t waiter : waiters[order.back()]) {
            if (--missing[waiter] == 0) add(waiter);
        }
    }
    return order;
}

void Order::block(std::size_t draft, std::string why, bool passing) {
    p_.drafts[draft].blocked = std::move(why);
    p_.drafts[draft].passing = passing;
}

/// Two that take each other's place: one goes out of service first, and comes back into it last.
void Order::open_circles() {
    for (std::size_t i = 0; i < p_.drafts.size(); ++i) {
        if (may_step_aside(i) && waiting_.opens_circle(i)) step_aside(i);
    }
}

bool Order::may_step_aside(std::size_t draft) const {
    const Draft& one = p_.drafts[draft];
    const Action& action = one.action;
    const bool changes =
        action.verb == Verb::replace || (action.verb == Verb::update && !one.confirmed);
    if (!changes && !one.is_half_way()) return false;
    if (!p_.rules_of(action.key.kind).steps_aside || action.have->self) return false;
    if (!one.blocked.empty() || p_.holds_data(action.key, &*action.want)) return false;
    const auto waits_for_claim = [](const Wait& wait) {
        return wait.enough == Wait::Enough::begun;
    };
    return std::ranges::any_of(waiting_.of(draft), waits_for_claim);
}

void Order::step_aside(std::size_t draft) {
    waiting_.step_aside(draft);
    Action& action = p_.drafts[draft].action;
    if (waiting_.successors(draft).empty()) return;
    const ResourceKey& first = p_.drafts[waiting_.successors(draft).front()].action.key;
    if (action.verb == Verb::update) action.verb = Verb::replace;
    action.reason += fmt::format("; makes room for {} first", to_string(first));
    action.interruption = "the time until its own place is free, and its new one's start";
}

/// What is out of service for a successor that can't come is put into service again.
void Order::let_come_back() {
    for (std::size_t i = 0; i < p_.drafts.size(); ++i) {
        Draft& draft = p_.drafts[i];
        if (!draft.is_half_way() || draft.blocked.empty() || draft.passing) continue;
        const std::string taken = waiting_.who_holds(draft.action, draft.action.have->gave_up);
        if (!taken.empty()) {
            draft.blocked += "; the one before can't come back: " + taken;
            continue;
        }
        draft.action.back = true;
        draft.action.aside = false;
        draft.action.reason = "comes back: " + std::exchange(draft.blocked, {});
        waiting_.forget_waits(i);
        keep_free(draft.action);
    }
}

/// Nobody takes in this run what one that comes back needs.
void Order::keep_free(const Action& back) {
    for (std::size_t i = 0; i < p_.drafts.size(); ++i) {
        const Draft& other = p_.drafts[i];
        if (&other.action == &back || !other.action.want || !other.blocked.empty()) continue;
        for (const std::string& claim : other.action.want->claims) {
            if (std::ranges::find(back.have->gave_up, claim) == back.have->gave_up.end()) continue;
            block(i, fmt::format("waits for {}: {} comes back with it", claim, to_string(back.key)),
                  false);
        }
    }
}

void Order::block_circles(const std::vector<std::size_t>& sorted) {
    std::vector<bool> placed(p_.drafts.size(), false);
    for (const std::size_t i : sorted) placed[i] = true;
    for (std::size_t i = 0; i < placed.size(); ++i) {
        if (placed[i] || !p_.drafts[i].blocked.empty()) continue;
        block(i,
              "it waits for itself in a circle of needs and claims; change one of them in a commit "
              "of its own",
              false);
    }
}

/// What waits for something that does not go in this run does not go either; and what would make
/// room stays where its successor can't come.
void Order::spread(const std::vector<std::size_t>& sorted) {
    bool changed = true;
    while (changed) {
        changed = false;
        for (const std::size_t i : sorted) changed = spread_once(i) || changed;
    }
}

bool Order::spread_once(std::size_t draft) {
    if (!p_.drafts[draft].blocked.empty()) return false;
    for (const Wait& wait : waiting_.of(draft)) {
        const Draft& on = p_.drafts[wait.on];
        if (wait.enough == Wait::Enough::look && on.blocked.empty()) {
            const std::string why = fmt::format("{} goes first", name(on.action.verb));
            block(draft, waits_until(on.action.key, wait.until, why), true);
            return true;
        }
        if (wait.enough == Wait::Enough::ended || on.blocked.empty()) continue;
        block(draft, because("waits for " + to_string(on.action.key), on.blocked), on.passing);
        return true;
    }
    for (const Wait& wait : waiting_.later(draft)) {
        const Draft& on = p_.drafts[wait.on];
        if (on.blocked.empty() || wait.enough == Wait::Enough::ended) continue;
        block(draft,
              because(fmt::format("stays until {} can go", to_string(on.action.key)), on.blocked),
              on.passing);
        return true;
    }
    for (const std::size_t successor : waiting_.successors(draft)) {
        const Draft& next = p_.drafts[successor];
        if (next.blocked.empty()) continue;
        block(draft,
              fmt::format("stays until {} can take over: {}", to_string(next.action.key),
                          next.blocked),
              next.passing);
        return true;
    }
    return false;
}

/// Replacements go in waves: of one kind at most three in ten, and at least one, at a time.
void Order::keep_waves(const std::vector<std::size_t>& sorted) {
    std::map<std::string, std::size_t> kinds;
    std::map<std::string, std::size_t> busy;
    for (const auto& [key, want] : p_.declared) ++kinds[want->key.kind];
    for (const Draft& draft : p_.drafts) {
        const bool goes_on = draft.action.verb == Verb::finish && draft.action.want;
        if (goes_on) ++busy[draft.action.key.kind];
    }
    for (const Rest& rest : p_.plan.resting) {
        const bool goes_on = rest.have && !rest.have->unfinished.empty();
        if (goes_on && p_.declared.contains(rest.key)) ++busy[rest.key.kind];
    }
    for (const std::size_t i : sorted) {
        const Draft& draft = p_.drafts[i];
        if (draft.action.verb != Verb::replace || !draft.blocked.empty()) continue;
        const std::string& kind = draft.action.key.kind;
        const std::size_t limit = std::max<std::size_t>(1, kinds[kind] * 3 / 10);
        if (++busy[kind] > limit && !waiting_.is_urgent(i))
            block(i, "replacements go one after the other", true);
    }
}

/// Of those with one lock, one changes at a time; what is under way already is that one.
void Order::take_turns(const std::vector<std::size_t>& sorted) {
    std::map<std::string, ResourceKey> holders;
    for (const Sighting& seen : p_.lookup.all()) {
        const Live& live = *seen.live;
        if (!live.lock.empty() && !live.unfinished.empty()) holders.emplace(live.lock, live.key);
    }
    for (const std::size_t i : sorted) {
        const Action& action = p_.drafts[i].action;
        const std::string& lock = action.want ? action.want->lock : action.have->lock;
        const bool takes_none = lock.empty() || action.verb == Verb::adopt;
        if (takes_none || !p_.drafts[i].blocked.empty()) continue;
        const ResourceKey& own = action.have ? action.have->key : action.key;
        const ResourceKey& holder = holders.emplace(lock, own).first->second;
        if (holder == own) continue;
        block(i, fmt::format("waits for {}: one change at a time", to_string(holder)), true);
    }
}

void Order::emit(const std::vector<std::size_t>& sorted) {
    for (const std::size_t i : sorted) waiting_.write_to(i);
    for (const std::size_t i : sorted) {
        if (!p_.drafts[i].blocked.empty()) continue;
        p_.plan.actions.push_back(std::move(p_.drafts[i].action));
    }
    for (Draft& draft : p_.drafts) {
        if (draft.blocked.empty()) continue;
        Rest rest;
        rest.key = draft.action.key;
        rest.status = Status::blocked;
        rest.why = draft.blocked;
        rest.have = shown(draft.action.have ? &*draft.action.have : nullptr);
        rest.fields = std::move(draft.action.fields);
        rest.passing = draft.passing;
        p_.rest(std::move(rest));
    }
}

}  // namespace

void put_in_order(Planning& planning) {
    Order{planning}.put();
}

}  // namespace driftless
