#pragma once

#include <string>
#include <vector>

#include "reconcilers/diff.hpp"

namespace driftless {

/// What the rules say of one path.
struct Ruling {
    Compare as = Compare::value;
    std::string by = {};
    bool replaces = false;
    bool secret = false;
};

using Steps = std::vector<std::string>;  ///< a path, step by step, without escapes

/// "/mounts/~1data": a JSON pointer.
std::string to_pointer(const Steps& steps);
/// The reverse; a missing first "/" is forgiven.
Steps steps_of(const std::string& pointer);

/// The rules, after one for each path that a manifest ignores.
FieldRules ignoring(const std::vector<std::string>& paths, const FieldRules& rules);

/// Field rules, ready to be asked on the way down.
class RuleBook {
public:
    explicit RuleBook(const FieldRules& rules);
    /// The rule at `steps`: the first that fits. Where none does, what lies above holds below too.
    [[nodiscard]] Ruling at(const Steps& steps, const Ruling& above) const;

private:
    struct Entry {
        Steps steps;
        Ruling ruling;
    };
    std::vector<Entry> entries_;
};

}  // namespace driftless
