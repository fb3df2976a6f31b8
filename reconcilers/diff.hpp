#pragma once

#include <string>
#include <vector>

#include "config/desired_state.hpp"

namespace driftless {

enum class Compare {
    value,     ///< equal; maps by the keys that we name, lists in order; null = absent = empty
    whole,     ///< a map is ours as a whole: a key that git dropped differs
    keyed,     ///< a list of maps, paired by the field `by`; ours as a whole
    set,       ///< a list without order
    number,    ///< 1, 1.0 and "1" are one
    caseless,  ///< text without regard to case
    ignored,
};

/// How a path is compared. `*` is one step; the first rule that fits counts.
struct FieldRule {
    std::string path;
    Compare as = Compare::value;
    std::string by = {};    ///< for keyed
    bool replaces = false;  ///< it cannot be changed in place
    bool secret = false;    ///< a live value that git does not hold literally counts as a secret
};
using FieldRules = std::vector<FieldRule>;

/// What differs at one path.
struct FieldChange {
    std::string path;
    json have;
    json want;
    bool replaces = false;
    bool secret = false;  ///< `have` may be a secret: it is shown sealed

    bool operator==(const FieldChange&) const = default;
};

/// What `have` lacks of `want`. Pure: same input, same changes, sorted by path.
std::vector<FieldChange> changed_fields(const json& want, const json& have,
                                        const FieldRules& rules);

class RuleBook;
/// The same, by rules that were made ready before.
std::vector<FieldChange> changed_fields(const json& want, const json& have, const RuleBook& rules);

/// A digest of a spec: equal for equal specs, whatever the order of their keys.
std::string digest_of(const json& spec);

}  // namespace driftless
