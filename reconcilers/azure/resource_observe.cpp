#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/base/lower_case.hpp"
#include "providers/net/task_group.hpp"
#include "reconcilers/azure/forms.hpp"
#include "reconcilers/azure/resource.hpp"

namespace driftless::azure {
namespace {

constexpr std::size_t lists_at_once = 6;

/// A scope's list shows what was given above and below as well, unless told not to.
std::string_view list_query(const TypeRow& row) {
    return row.listing == Listing::scope ? "&$filter=atScope()" : "";
}

/// Has it its own value, such as a setting of a server? Then nobody made it.
bool is_reset(const TypeRow& row, const json& body) {
    if (row.removal != Removal::reset) return false;
    json reset = body;
    reset.merge_patch(json::parse(row.reset_body));
    return reset == body;
}

/// Less its last word: of what is in one list it is the same. @param shown  see ResourceId
std::string list_of(std::string_view shown) {
    const auto end = shown.rfind('/');
    return end == std::string_view::npos ? "" : lower_case(shown.substr(0, end));
}

}  // namespace

/// One list call, and what came of it.
struct ResourceReconciler::Turn {
    std::string collection;
    std::string path;  ///< with its api-version
    const TypeRow* row = nullptr;
    std::vector<const KnownResources::One*> known = {};
    std::string shown_list = {};  ///< "rg-app/microsoft.app/containerapps"
    Result<Complete<LiveState>> state = Error{Errc::canceled, "observe: canceled"};
};

std::vector<ResourceReconciler::Turn> ResourceReconciler::turns_of(const KnownResources& known,
                                                                   const Scope& scope) const {
    std::map<std::string, Turn> turns;
    for (const auto& [folded, one] : known.all()) {
        const auto id = ResourceId::parse(one.id);
        if (!id) continue;
        const TypeRow& row = access_.types.of(id->type()).row;
        Turn turn;
        turn.collection = lower_case(id->list());
        const json& spec = one.want != nullptr ? one.want->spec : json();
        turn.path = with_version(id->list(), spec, row);
        turn.row = &row;
        turn.shown_list = list_of(id->shown());
        Turn& kept = turns.emplace(turn.collection, std::move(turn)).first->second;
        kept.known.push_back(&one);
    }
    std::set<std::string> asked;  // what neither git nor the inventory names is known by its mark
    for (const ResourceKey& key : scope.keys) asked.insert(list_of(key.name));
    std::vector<Turn> due;
    for (auto& [collection, turn] : turns) {
        if (scope.all || asked.contains(turn.shown_list)) due.push_back(std::move(turn));
    }
    return due;
}

/// The bodies that a list shows; of what has no list, those that we know of.
asio::awaitable<Result<std::vector<json>>> ResourceReconciler::bodies_of(const Turn& turn) {
    std::vector<json> bodies;
    if (turn.row->listing != Listing::none) {
        TakeItem take = [&bodies](const json& item) -> Result<void> {
            bodies.push_back(item);
            return {};
        };
        auto listed = co_await access_.arm.list(
            fmt::format("{}{}", turn.path, list_query(*turn.row)), std::move(take));
        const bool absent = !listed && listed.error().code == Errc::not_found;
        if (!listed && !absent) co_return std::move(listed).error();
        co_return bodies;
    }
    for (const auto* one : turn.known) {
        const json& spec = one->want != nullptr ? one->want->spec : json();
        Call call;
        call.target = with_version(one->id, spec, *turn.row);
        auto answer = co_await access_.arm.send(std::move(call));
        if (answer) {
            bodies.push_back(std::move(answer->body));
        } else if (answer.error().code != Errc::not_found) {
            co_return std::move(answer).error();
        }
    }
    co_return bodies;
}

asio::awaitable<void> ResourceReconciler::read(const Run& run, const KnownResources& known,
                                               Turn& turn) {
    auto bodies = co_await bodies_of(turn);
    if (!bodies) {
        turn.state = std::move(bodies).error().in("observe " + turn.collection);
        co_return;
    }
    const Seer seer{access_, run, known};
    LiveState state;
    std::set<std::string> seen;
    for (const json& body : *bodies) {
        const bool is_nobodys = is_reset(*turn.row, body);
        const auto* one = known.find(body.value("id", ""));
        if (is_nobodys && (one == nullptr || one->want == nullptr)) continue;
        auto live = seer.see(body);
        if (!live) {
            turn.state = std::move(live).error().in("observe " + turn.collection);
            co_return;
        }
        const auto id = ResourceId::parse(live->id);
        const bool elsewhere = !id || lower_case(id->list()) != turn.collection;
        if (elsewhere) continue;  // a list of a scope shows what holds from above as well
        if (is_nobodys) live->owner = Owner::ours;
        co_await look_at_app(run, known, body, *live);
        co_await look_at_job(run, known, body, *live);
        seen.insert(lower_case(live->id));
        state.push_back(*std::move(live));
    }
    for (const auto* one : turn.known) {
        if (seen.contains(lower_case(one->id))) continue;
        if (auto begun = seer.see_begun(*one)) state.push_back(*std::move(begun));
    }
    co_await look_for_deleted(turn, seen);
    turn.state = Complete<LiveState>::vouched(std::move(state));
}

/// Before something is made: is there a deleted one that holds its name?
asio::awaitable<void> ResourceReconciler::look_for_deleted(const Turn& turn,
                                                           std::set<std::string> seen) {
    if (turn.row->soft == Soft::none) co_return;
    std::vector<std::string> missing;
    for (const auto* one : turn.known) {
        const bool is_new = one->want != nullptr && !seen.contains(lower_case(one->id)) &&
                            !brings_back(*turn.row, one->want->spec);
        soft_deleted_.forget(one->id);
        if (is_new) missing.push_back(one->id);
    }
    if (!missing.empty()) {
        co_await soft_deleted_.look(access_.arm, *turn.row, std::move(missing));
    }
}

asio::awaitable<Reads> ResourceReconciler::observe(Run& run, Scope scope) {
    const KnownResources known{access_, run};
    std::vector<Turn> turns = turns_of(known, scope);
    std::vector<asio::awaitable<void>> work;
    for (Turn& turn : turns) work.push_back(read(run, known, turn));
    const auto joined = co_await net::side_by_side(std::move(work), lists_at_once);
    Reads reads;
    for (Turn& turn : turns) {
        const bool is_unread = !turn.state && turn.state.error().code == Errc::canceled;
        if (is_unread && !joined) turn.state = joined.error();
        reads.emplace(turn.collection, std::move(turn.state));
    }
    co_return reads;
}

}  // namespace driftless::azure
