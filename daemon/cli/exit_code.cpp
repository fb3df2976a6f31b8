#include "daemon/cli/exit_code.hpp"

#include <algorithm>
#include <array>

#include "daemon/cli/machine.hpp"

namespace driftless::cli {
namespace {

/// An error outweighs what is to be done, and that outweighs nothing.
int worse(int one, int other) {
    if (one == exit_error || other == exit_error) return exit_error;
    return std::max(one, other);
}

int exit_code_of_word(std::string_view status) {
    if (status == "in_sync" || status == "suspended") return exit_done;
    return status == "failed" || status == "unknown" ? exit_error : exit_pending;
}

/// Of a source or of a target.
bool is_well(const json& part) {
    const json& word = part["status"];
    return word == "ok" || word == "suspended" || word == "rewound";
}

}  // namespace

std::span<const ExitCode> exit_codes() {
    static constexpr std::array codes{
        ExitCode{exit_done, "done, or nothing to do"},
        ExitCode{exit_error, "an error; an unreadable target too"},
        ExitCode{exit_pending, "there are changes, or something is held"},
        ExitCode{exit_usage, "wrong usage"},
    };
    return codes;
}

int exit_code_of_target(const json& target) {
    int code = is_well(target) ? exit_done : exit_error;
    for (const auto& [word, count] : target["counts"].items()) {
        // Of those that are under way, some are only kept for their grace.
        const bool all_kept = word == "progressing" && count == target["kept"];
        if (!all_kept) code = worse(code, exit_code_of_word(word));
    }
    const bool has_errors = std::ranges::any_of(
        target["findings"], [](const json& finding) { return finding["severity"] == "error"; });
    if (has_errors) code = exit_error;
    // What is shown may still be of the commit before: its agreement says nothing of this one.
    const bool looked = target["commit"] == target["planned_commit"];
    return looked && target["held"].empty() ? code : worse(code, exit_pending);
}

int exit_code_of_status(const json& status) {
    int code = status.value("store_works", true) ? exit_done : exit_error;
    for (const json& source : status["sources"]) {
        if (!is_well(source)) code = exit_error;
    }
    for (const json& target : status["targets"]) code = worse(code, exit_code_of_target(target));
    return code;
}

int exit_code_of_resources(const json& resources) {
    int code = exit_done;
    for (const json& resource : resources) {
        if (resource["kept_until"].is_null()) {
            code = worse(code, exit_code_of_word(resource["status"].get<std::string>()));
        }
    }
    return code;
}

int exit_code_of(const Plan& plan) {
    int code = plan.actions.empty() && plan.held.empty() ? exit_done : exit_pending;
    for (const Rest& rest : plan.resting) {
        const bool is_kept = rest.status == Status::progressing && rest.have && rest.have->kept;
        if (rest.status == Status::degraded || is_kept) continue;
        code = worse(code, exit_code_of_word(name(rest.status)));
    }
    return code;
}

}  // namespace driftless::cli
