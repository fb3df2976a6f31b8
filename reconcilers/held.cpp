#include <algorithm>

#include "reconcilers/planning.hpp"

namespace driftless {
namespace {

/// What a person confirms: this verb on this thing in this state.
std::string line_of(const Action& action) {
    const std::string id = action.have ? action.have->id : "";
    const std::string version = action.have ? action.have->version : "";
    return json::array({name(action.verb), to_string(action.key), id, version})
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Short enough to be typed, long enough not to be met by chance.
std::string short_digest(const json& value) {
    return digest_of(value).substr(0, 12);
}

std::string hash_of(const std::vector<Held>& held) {
    if (held.empty()) return "";
    json lines = json::array();
    for (const Held& one : held) lines.push_back(line_of(one.action));
    return short_digest(lines);
}

bool held_before(const Held& left, const Held& right) {
    return std::tie(left.action.key, left.action.verb) <
           std::tie(right.action.key, right.action.verb);
}

}  // namespace

void hold_back(Planning& planning) {
    std::vector<Draft> free;
    std::vector<Held> held;
    for (Draft& draft : planning.drafts) {
        if (draft.hold.empty()) {
            free.push_back(std::move(draft));
        } else {
            const std::string hash = short_digest(line_of(draft.action));
            held.push_back(
                {std::move(draft.action), std::move(draft.hold), hash, draft.first_contact});
        }
    }
    std::ranges::sort(held, held_before);
    const auto& confirmed = planning.facts.confirmed;
    const bool whole_set = confirmed.contains(hash_of(held));
    for (Held& one : held) {
        // Whoever confirmed a set confirmed each of it: what is left of the set after a first part
        // was done, or failed, needs no second word.
        if (whole_set || confirmed.contains(one.hash)) {
            free.push_back({.action = std::move(one.action), .confirmed = true});
        } else {
            planning.plan.held.push_back(std::move(one));
        }
    }
    planning.plan.held_hash = hash_of(planning.plan.held);
    if (confirmed.contains(planning.plan.held_hash)) {
        for (Held& one : planning.plan.held)
            free.push_back({.action = std::move(one.action), .confirmed = true});
        planning.plan.held.clear();
        planning.plan.held_hash.clear();
    }
    planning.drafts = std::move(free);
}

}  // namespace driftless
