#pragma once

#include <functional>
#include <string>
#include <vector>

#include "daemon/cli/machine.hpp"

namespace CLI {
class App;
}

namespace driftless::cli {

/// What the command line asked for.
struct Selected {
    std::string config;  ///< path of driftless.yaml; empty: the usual one
    std::function<asio::awaitable<int>(Machine&)> command;
};

/// Parses the arguments (without the program's name) and runs the command that they name.
/// @return the exit code
asio::awaitable<int> run_command_line(std::vector<std::string> arguments, Machine& machine);

// One subcommand each, in a file of its own. `selected` outlives `app`.
void add_adopt(CLI::App& app, Selected& selected);
void add_backup(CLI::App& app, Selected& selected);
void add_completion(CLI::App& app, Selected& selected);  ///< keeps `app`, to read it
void add_confirm(CLI::App& app, Selected& selected);
void add_diff(CLI::App& app, Selected& selected);
void add_doctor(CLI::App& app, Selected& selected);
void add_git_child(CLI::App& app, Selected& selected);
void add_history(CLI::App& app, Selected& selected);
void add_import(CLI::App& app, Selected& selected);
void add_init(CLI::App& app, Selected& selected);
void add_leave(CLI::App& app, Selected& selected);
void add_man(CLI::App& app, Selected& selected);  ///< keeps `app`, to read it
void add_names(CLI::App& app, Selected& selected);
void add_plan(CLI::App& app, Selected& selected);
void add_reconcile(CLI::App& app, Selected& selected);
void add_restore(CLI::App& app, Selected& selected);
void add_resume(CLI::App& app, Selected& selected);
void add_run(CLI::App& app, Selected& selected);
void add_schema(CLI::App& app, Selected& selected);
void add_status(CLI::App& app, Selected& selected);
void add_suspend(CLI::App& app, Selected& selected);
void add_validate(CLI::App& app, Selected& selected);
void add_version(CLI::App& app, Selected& selected);
void add_wait(CLI::App& app, Selected& selected);

}  // namespace driftless::cli
