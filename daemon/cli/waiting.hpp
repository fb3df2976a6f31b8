#pragma once

#include <nlohmann/json.hpp>

#include <set>
#include <string>
#include <vector>

namespace driftless::cli {

using json = nlohmann::json;

/// How far one target is with a commit.
struct Standing {
    enum class State {
        done,     ///< in force and healthy
        pending,  ///< not yet: time, or a person, may bring it
        away,     ///< the target can't be read now
        failed,   ///< waiting longer is in vain
    };
    std::string target;
    State state = State::pending;
    std::string why;  ///< for people; empty when done
};
std::string_view name(Standing::State state);

/// Looks at status again and again for one commit.
class Waiting {
public:
    /// @param revision  a commit, or its beginning  @param target  one only, or all that take
    /// commits from the source that has it when empty
    Waiting(std::string revision, std::string target)
        : revision_(std::move(revision)), target_(std::move(target)) {}

    /// @param status  /api/v1/status @param resources  /api/v1/resources
    std::vector<Standing> look(const json& status, const json& resources);

private:
    Standing look_at(const json& target, const json& sources, const json& resources);
    [[nodiscard]] bool is_it(const json& commit) const;
    [[nodiscard]] bool concerns(const json& target, const json& sources) const;

    std::string revision_;
    std::string target_;
    std::set<std::string> in_force_;  ///< targets that had it already
};

/// 1 when anything failed, or is away; else 2 when anything is pending, or there is no target; else
/// 0.
int exit_code_of(const std::vector<Standing>& all);
/// Nothing more is to come.
bool is_over(const std::vector<Standing>& all);

}  // namespace driftless::cli
