#include "daemon/cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

namespace driftless::cli {
namespace {

void add_commands(CLI::App& app, Selected& selected) {
    add_init(app, selected);
    add_validate(app, selected);
    add_import(app, selected);
    add_plan(app, selected);
    add_run(app, selected);
    add_status(app, selected);
    add_wait(app, selected);
    add_diff(app, selected);
    add_history(app, selected);
    add_reconcile(app, selected);
    add_confirm(app, selected);
    add_adopt(app, selected);
    add_suspend(app, selected);
    add_resume(app, selected);
    add_restore(app, selected);
    add_leave(app, selected);
    add_backup(app, selected);
    add_doctor(app, selected);
    add_schema(app, selected);
    add_version(app, selected);
    add_completion(app, selected);
    add_man(app, selected);
    add_names(app, selected);
    add_git_child(app, selected);
}

/// @return the exit code when there is nothing to run: help was asked for, or the usage is wrong
std::optional<int> parse(CLI::App& app, std::vector<std::string> arguments, Machine& machine) {
    std::ranges::reverse(arguments);  // as the parser wants them
    try {
        app.parse(std::move(arguments));
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error, machine.out, machine.err);
        return code == 0 ? exit_done : exit_usage;
    }
    return std::nullopt;
}

}  // namespace

asio::awaitable<int> run_command_line(std::vector<std::string> arguments, Machine& machine) {
    CLI::App app{"git push changes infrastructure, and nothing else does.", "driftless"};
    app.require_subcommand(1);
    app.fallthrough();
    Selected selected;
    app.add_option("--config", selected.config, "the daemon's settings (driftless.yaml)")
        ->type_name("FILE");
    add_commands(app, selected);
    if (const auto code = parse(app, std::move(arguments), machine)) co_return *code;
    co_return co_await selected.command(machine);
}

}  // namespace driftless::cli
