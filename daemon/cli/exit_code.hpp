#pragma once

#include <nlohmann/json.hpp>

#include <span>
#include <string_view>

#include "reconcilers/plan.hpp"

namespace driftless::cli {

using json = nlohmann::json;

/// An exit code of all commands, and what it tells.
struct ExitCode {
    int code;
    std::string_view meaning;
};
std::span<const ExitCode> exit_codes();

// What commands that look end with: 1 where something failed or could not be read; else 2 where
// something is to be done, or waits for a person; else 0.

/// @param status  /api/v1/status
int exit_code_of_status(const json& status);
/// @param target  one of its targets
int exit_code_of_target(const json& target);
/// @param resources  a list of them, as in /api/v1/resources
int exit_code_of_resources(const json& resources);
/// What only is not healthy is nothing that a plan has to do.
int exit_code_of(const Plan& plan);

}  // namespace driftless::cli
