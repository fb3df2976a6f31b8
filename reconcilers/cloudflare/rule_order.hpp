#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/desired_state.hpp"
#include "reconcilers/facts.hpp"

namespace driftless::cloudflare {

/// What stands in a list of rules, to us.
enum class Whose {
    ours,     ///< our mark, or our inventory
    kin,      ///< equal to a declared one, made by somebody else
    left,     ///< ours, and not declared any more
    foreign,  ///< another's
};

/// One rule of a live list.
struct Standing {
    std::string name;  ///< of the declared one that it answers for; for others: as it is called
    Whose whose = Whose::foreign;
};

/// In what a rule of ours stands otherwise than git says; empty texts: in nothing.
struct Astray {
    std::string at;        ///< "below rules of others"
    std::string position;  ///< "after NAME", "first"
};

/// The order of the declared rules of one list: those at the top first; of one manifest as they
/// stand in it, manifests by name.
class RuleOrder {
public:
    RuleOrder(const Facts& facts, const std::string& collection);

    [[nodiscard]] const std::vector<const Declared*>& all() const { return all_; }
    /// By the declared one's key name.
    [[nodiscard]] std::optional<std::size_t> place_of(const std::string& name) const;
    [[nodiscard]] bool at_bottom(std::size_t place) const;

    /// Where each of a live list's rules is not where it should be. Of several that changed places
    /// as few as possible count as moved; what is missing moves nobody.
    [[nodiscard]] std::vector<Astray> astray(const std::vector<Standing>& list) const;

private:
    void find_pinned(const std::vector<Standing>& list, std::vector<Astray>& found) const;
    void find_moved(const std::vector<Standing>& list, std::vector<Astray>& found) const;
    [[nodiscard]] std::vector<bool> in_order(const std::vector<Standing>& list) const;

    std::vector<const Declared*> all_;
    std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace driftless::cloudflare
