#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/usage.hpp"

namespace driftless::cli {
namespace {

asio::awaitable<int> print(Machine& machine, std::string text) {
    machine.out << text;
    co_return exit_done;
}

}  // namespace

void add_completion(CLI::App& app, Selected& selected) {
    auto* command =
        app.add_subcommand("completion", "print a script that completes commands in a shell");
    auto shell = std::make_shared<std::string>();  // shared with the callback
    command->add_option("shell", *shell, "which")
        ->required()
        ->type_name("SHELL")
        ->check(CLI::IsMember(shells));
    command->callback([&app, &selected, shell] {
        selected.command = [&app, shell](Machine& machine) {
            return print(machine, completions_for(*shell, usage_of(app)));
        };
    });
}

void add_man(CLI::App& app, Selected& selected) {
    app.add_subcommand("man", "print the manual page; driftless man | man -l -")->callback([&] {
        selected.command = [&app](Machine& machine) {
            return print(machine, man_page(usage_of(app)));
        };
    });
}

}  // namespace driftless::cli
