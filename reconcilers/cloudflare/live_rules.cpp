#include "reconcilers/cloudflare/live_rules.hpp"

#include <algorithm>
#include <set>

#include "reconcilers/diff.hpp"
#include "reconcilers/seals.hpp"

namespace driftless::cloudflare {
namespace {

std::string text_in(const json& rule, const char* key) {
    const auto found = rule.find(key);
    return found != rule.end() && found->is_string() ? found->get<std::string>() : "";
}

bool is_equal(const Declared& declared, const json& form) {
    if (holds_marks(declared.spec)) return false;
    for (const auto& [key, value] : form.items()) {
        if (declared.spec.at(key) != value) return false;
    }
    return true;
}

/// A list's rules, each with whose it is.
class Sorting {
public:
    Sorting(const RulesView& view, const EntryPoint& entry)
        : view_(view),
          entry_(entry),
          order_(view.facts, rules_collection(view.place)),
          prefix_(to_text(view.place) + "/") {
        for (const auto& [key, known] : view.facts.inventory) {
            const bool is_here = key.kind == rule_kind && key.name.starts_with(prefix_);
            if (is_here && !known.id.empty()) known_.emplace(known.id, key.name);
        }
    }

    std::vector<Standing> standings() {
        std::vector<Standing> list;
        for (const json& rule : entry_.rules) {
            list.push_back(by_mark(rule));
            if (list.back().whose != Whose::foreign) there_.insert(list.back().name);
        }
        for (std::size_t at = 0; at < list.size(); ++at) {
            if (list[at].whose == Whose::foreign) find_kin(list[at], entry_.rules[at]);
        }
        return list;
    }

    [[nodiscard]] const RuleOrder& order() const { return order_; }

private:
    [[nodiscard]] Standing by_mark(const json& rule) const {
        const std::string ref = text_in(rule, "ref");
        const std::string own = own_ref(view_.installation, ref);
        const auto known = known_.find(text_in(rule, "id"));
        std::string name = prefix_ + text_in(rule, "id");
        if (own.empty() && known == known_.end()) return {std::move(name), Whose::foreign};
        name = own.empty() ? known->second : prefix_ + own;
        const bool is_declared = order_.place_of(name).has_value();
        return {std::move(name), is_declared ? Whose::ours : Whose::left};
    }

    void find_kin(Standing& one, const json& rule) {
        const json form = form_of_rule(rule);
        for (const Declared* declared : order_.all()) {
            if (there_.contains(declared->key.name) || !is_equal(*declared, form)) continue;
            one = {declared->key.name, Whose::kin};
            there_.insert(one.name);
            return;
        }
    }

    const RulesView& view_;
    const EntryPoint& entry_;
    RuleOrder order_;
    std::string prefix_;
    std::map<std::string, std::string> known_;  ///< id -> key name
    std::set<std::string> there_;
};

json spec_of(const json& rule, const Declared* declared, const Astray& astray) {
    json spec = form_of_rule(rule);
    if (declared == nullptr) return spec;
    spec["at"] = astray.at.empty() ? declared->spec.at("at") : json(astray.at);
    spec["position"] =
        astray.position.empty() ? declared->spec.at("position") : json(astray.position);
    return spec;
}

Owner owner_of(Whose whose) {
    switch (whose) {
        case Whose::ours:
        case Whose::left: return Owner::ours;
        case Whose::kin: return Owner::kin;
        case Whose::foreign: return Owner::foreign;
    }
    return Owner::foreign;
}

/// Ours for sure, with the changes: what may be put where git wants it.
bool is_placed(const Standing& one, const std::string& id, const RuleChanges& changes) {
    if (one.whose == Whose::ours) return true;
    const auto changed = changes.ids.find(one.name);
    return one.whose == Whose::kin && changed != changes.ids.end() && changed->second == id;
}

}  // namespace

LiveState live_rules(const RulesView& view, const EntryPoint& entry) {
    Sorting sorting{view, entry};
    const std::vector<Standing> list = sorting.standings();
    const std::vector<Astray> astray = sorting.order().astray(list);
    LiveState state;
    for (std::size_t at = 0; at < list.size(); ++at) {
        const json& rule = entry.rules[at];
        const auto place = sorting.order().place_of(list[at].name);
        const Declared* declared = place ? sorting.order().all()[*place] : nullptr;
        if (list[at].whose == Whose::foreign) declared = nullptr;
        Live live;
        live.key = {view.target, std::string{rule_kind}, list[at].name};
        live.id = text_in(rule, "id");
        live.version = digest_of(as_sent(rule));
        live.owner = owner_of(list[at].whose);
        live.spec = spec_of(rule, declared, astray[at]);
        live.detail = live.owner == Owner::foreign ? text_in(rule, "description") : "";
        live.outputs = {{"id", live.id}};
        state.push_back(std::move(live));
    }
    return state;
}

json arranged(const RulesView& view, const EntryPoint& entry, const RuleChanges& changes) {
    Sorting sorting{view, entry};
    const std::vector<Standing> list = sorting.standings();
    std::map<std::string, json> placed;
    json middle = json::array();
    for (std::size_t at = 0; at < list.size(); ++at) {
        const std::string id = text_in(entry.rules[at], "id");
        if (std::ranges::find(changes.drop, id) != changes.drop.end()) continue;
        json rule = as_sent(entry.rules[at]);
        const bool ours = is_placed(list[at], id, changes);
        (ours ? placed[list[at].name] : middle.emplace_back()) = std::move(rule);
    }
    for (const auto& [name, spec] : changes.put) {
        const std::string ref = name.substr(name.rfind('/') + 1);
        json body = rule_body(spec, full_ref(view.installation, ref));
        const auto there = placed.find(name);
        if (there != placed.end()) body["id"] = there->second.at("id");
        placed[name] = std::move(body);
    }
    json top = json::array();
    json bottom = json::array();
    for (std::size_t at = 0; at < sorting.order().all().size(); ++at) {
        const auto found = placed.find(sorting.order().all()[at]->key.name);
        if (found == placed.end()) continue;
        (sorting.order().at_bottom(at) ? bottom : top).push_back(std::move(found->second));
    }
    for (json& rule : middle) top.push_back(std::move(rule));
    for (json& rule : bottom) top.push_back(std::move(rule));
    return top;
}

std::string id_with_ref(const EntryPoint& entry, const std::string& ref) {
    for (const json& rule : entry.rules) {
        if (text_in(rule, "ref") == ref) return text_in(rule, "id");
    }
    return "";
}

}  // namespace driftless::cloudflare
