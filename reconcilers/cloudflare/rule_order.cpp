#include "reconcilers/cloudflare/rule_order.hpp"

#include <algorithm>
#include <tuple>

namespace driftless::cloudflare {
namespace {

bool is_at_bottom(const Declared& declared) {
    return declared.spec.at("at") == "bottom";
}

auto rank_of(const Declared* declared) {
    return std::tuple{is_at_bottom(*declared), declared->origin.manifest.name,
                      declared->spec.at("position").get<std::int64_t>()};
}

bool counts(const Standing& one) {
    return one.whose == Whose::ours;
}

}  // namespace

RuleOrder::RuleOrder(const Facts& facts, const std::string& collection) {
    if (!facts.desired) return;
    for (const Declared& declared : (*facts.desired)->resources) {
        if (declared.collection == collection) all_.push_back(&declared);
    }
    std::ranges::sort(all_, {}, rank_of);
    for (const Declared* declared : all_) places_.emplace(declared->key.name, places_.size());
}

std::optional<std::size_t> RuleOrder::place_of(const std::string& name) const {
    const auto found = places_.find(name);
    return found == places_.end() ? std::nullopt : std::optional{found->second};
}

bool RuleOrder::at_bottom(std::size_t place) const {
    return is_at_bottom(*all_.at(place));
}

std::vector<Astray> RuleOrder::astray(const std::vector<Standing>& list) const {
    std::vector<Astray> found(list.size());
    find_pinned(list, found);
    find_moved(list, found);
    return found;
}

void RuleOrder::find_pinned(const std::vector<Standing>& list, std::vector<Astray>& found) const {
    const auto foreign = [](const Standing& one) { return one.whose == Whose::foreign; };
    const auto count = static_cast<std::size_t>(std::ranges::count_if(list, foreign));
    std::size_t above = 0;
    for (std::size_t at = 0; at < list.size(); ++at) {
        if (foreign(list[at])) ++above;
        const auto place = place_of(list[at].name);
        if (!place || foreign(list[at])) continue;
        if (at_bottom(*place) && above < count) found[at].at = "above rules of others";
        if (!at_bottom(*place) && above > 0) found[at].at = "below rules of others";
    }
}

void RuleOrder::find_moved(const std::vector<Standing>& list, std::vector<Astray>& found) const {
    const std::vector<bool> fits = in_order(list);
    std::string before;
    for (std::size_t at = 0; at < list.size(); ++at) {
        const bool is_declared = list[at].whose == Whose::ours || list[at].whose == Whose::kin;
        if (!is_declared || !place_of(list[at].name)) continue;
        if (!fits[at]) found[at].position = before.empty() ? "first" : "after " + before;
        before = list[at].name.substr(list[at].name.rfind('/') + 1);
    }
}

/// The longest row of ours that stand in their order; a kin's place counts against all of ours.
std::vector<bool> RuleOrder::in_order(const std::vector<Standing>& list) const {
    constexpr std::size_t none = static_cast<std::size_t>(-1);
    std::vector<std::size_t> length(list.size(), 0);
    std::vector<std::size_t> previous(list.size(), none);
    std::size_t best = none;
    for (std::size_t at = 0; at < list.size(); ++at) {
        const auto place = place_of(list[at].name);
        if (!counts(list[at]) || !place) continue;
        length[at] = 1;
        for (std::size_t before = 0; before < at; ++before) {
            const bool leads = length[before] >= length[at] && place_of(list[before].name) < place;
            if (length[before] == 0 || !leads) continue;
            length[at] = length[before] + 1;
            previous[at] = before;
        }
        if (best == none || length[at] > length[best]) best = at;
    }
    std::vector<bool> fits(list.size(), false);
    for (std::size_t at = best; at != none; at = previous[at]) fits[at] = true;
    for (std::size_t at = 0; at < list.size(); ++at) {
        const auto place = place_of(list[at].name);
        if (list[at].whose != Whose::kin || !place) continue;
        fits[at] = true;
        for (std::size_t other = 0; other < list.size(); ++other) {
            const auto its = place_of(list[other].name);
            if (!counts(list[other]) || !its) continue;
            if ((other < at) != (*its < *place)) fits[at] = false;
        }
    }
    return fits;
}

}  // namespace driftless::cloudflare
