#include <CLI/CLI.hpp>
#include <ostream>

#include "daemon/cli/command_line.hpp"

namespace driftless::cli {
namespace {

asio::awaitable<int> version(Machine& machine) {
    machine.out << "driftless " << DRIFTLESS_VERSION << '\n';
    co_return exit_done;
}

}  // namespace

void add_version(CLI::App& app, Selected& selected) {
    app.add_subcommand("version", "print the version")->callback([&selected] {
        selected.command = version;
    });
}

}  // namespace driftless::cli
