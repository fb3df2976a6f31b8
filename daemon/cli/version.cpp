#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/output.hpp"

namespace driftless::cli {
namespace {

asio::awaitable<int> version(Machine& machine, bool as_json) {
    if (as_json) {
        show_json(machine, nlohmann::json{{"version", DRIFTLESS_VERSION}});
    } else {
        machine.out << "driftless " << DRIFTLESS_VERSION << '\n';
    }
    co_return exit_done;
}

}  // namespace

void add_version(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("version", "print the version");
    auto as_json = std::make_shared<bool>(false);  // shared with the callback
    command->add_flag("--json", *as_json, "for programs");
    command->callback([&selected, as_json] {
        selected.command = [as_json](Machine& machine) { return version(machine, *as_json); };
    });
}

}  // namespace driftless::cli
