#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "reconcilers/lookup.hpp"
#include "reconcilers/plan.hpp"

namespace driftless {

/// An action before it is clear whether it may go.
struct Draft {
    Action action;
    std::string hold = {};       ///< why a person is asked first; empty: nobody is
    bool first_contact = false;  ///< only because nothing was ever converged here
    std::string blocked = {};    ///< why it can't go in this run
    bool passing = false;        ///< what blocks it is under way
    bool confirmed = false;      ///< a person released it as it is
    std::size_t drops = 0;       ///< things within it that a change takes away

    /// Does it take something away for good? (finishing a removal does too)
    [[nodiscard]] bool removes() const {
        return action.verb == Verb::remove || (action.verb == Verb::finish && !action.want);
    }
    /// Is the old one out of service, and the new one not there yet?
    [[nodiscard]] bool is_half_way() const {
        return action.verb == Verb::finish && action.want && action.have->kept && !action.back;
    }
};

/// What the parts of `make_plan` share: what it is made from, and what there is of it.
struct Planning {
    Planning(const Facts& facts_, const Reads& reads_,
             const std::map<std::string, KindRules>& rules_, const Vault& vault_);

    const Facts& facts;
    const Reads& reads;
    const std::map<std::string, KindRules>& rules;
    const Vault& vault;
    Lookup lookup;
    KeysOf<const Declared*> declared;             ///< what the commit wants here
    ByKey<std::vector<ResourceKey>> of_manifest;  ///< declared ones by their manifest
    KeySet manifests;                             ///< those that stay
    std::set<std::string> told;                   ///< see DesiredState
    std::unordered_map<std::string, const InventoryEntry*> entry_by_id;
    std::unordered_set<const Live*> taken;  ///< what a declared resource answers for
    std::vector<Draft> drafts;
    Plan plan;

    [[nodiscard]] const KindRules& rules_of(const std::string& kind) const;
    [[nodiscard]] const InventoryEntry* entry_of(const ResourceKey& key) const;
    /// What we remember of a live thing: by its id, or else by the key that it answers to.
    [[nodiscard]] const InventoryEntry* entry_for(const Live& live) const;
    /// Our mark, or our inventory names this very thing.
    [[nodiscard]] bool is_ours(const Live& live) const;
    /// How many things a person sees in one of this kind; null: as in one of any kind.
    [[nodiscard]] std::size_t count_in(const std::string& kind, const json& spec) const;
    [[nodiscard]] bool holds_data(const ResourceKey& key, const Declared* want) const;
    /// Who asked for a live thing: the inventory's word, or its mark's.
    [[nodiscard]] ResourceKey manifest_of(const Live& live) const;
    /// Why a person suspended this resource; nullptr when nobody did.
    [[nodiscard]] const std::string* suspended(const ResourceKey& key,
                                               const ResourceKey& manifest) const;
    /// At the first contact: was it here before us?
    [[nodiscard]] bool first_met(const InventoryEntry* entry) const;

    void rest(Rest rest) { plan.resting.push_back(std::move(rest)); }
};

/// A live thing as a plan shows it where its fields do not matter.
Live without_spec(const Live& live);
/// The same for a `Rest`, of what may not be there.
std::shared_ptr<const Live> shown(const Live* live);
/// Why nobody knows whether a live thing is as declared.
std::string why_unread(const Live& live);

// The parts, in their order. Each reads what those before it left in `planning`.
void plan_declared(Planning& planning);    ///< a draft or a rest for each declared resource
void plan_undeclared(Planning& planning);  ///< removals, what is unmanaged, and the brake
void hold_back(Planning& planning);        ///< what waits for a person goes to `plan.held`
void put_in_order(Planning& planning);     ///< claims, needs, waves: `plan.actions`, or blocked

}  // namespace driftless
