#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "config/schemas.hpp"
#include "daemon/cli/command_line.hpp"

namespace driftless::cli {
namespace {

asio::awaitable<int> schema(Machine& machine, std::string of) {
    machine.out << (of == "settings" ? settings_schema() : manifest_schema());
    co_return exit_done;
}

}  // namespace

void add_schema(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("schema", "print a JSON Schema, for editors");
    auto of = std::make_shared<std::string>("manifest");  // shared with the callback
    command->add_option("of", *of, "of what; left out: manifest")
        ->type_name("WHAT")
        ->check(CLI::IsMember({"manifest", "settings"}));
    command->callback([&selected, of] {
        selected.command = [of](Machine& machine) { return schema(machine, *of); };
    });
}

}  // namespace driftless::cli
