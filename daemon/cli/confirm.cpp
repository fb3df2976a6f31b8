#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/output.hpp"

namespace driftless::cli {
namespace {

struct ConfirmOptions {
    std::string hash;
    bool as_json = false;
};

asio::awaitable<int> confirm(Machine& machine, std::string config, ConfirmOptions options) {
    auto endpoint = endpoint_of(config, machine);
    if (!endpoint) co_return fail(machine, endpoint.error());
    json body{{"hash", options.hash}};
    const auto answer = co_await endpoint->post("/api/v1/confirm", std::move(body));
    if (!answer) co_return fail(machine, answer.error());
    if (options.as_json) {
        show_json(machine, json{{"confirmed", {{"hash", options.hash}}}});
    } else {
        machine.out << "confirmed for 24 hours; a run begins\n";
    }
    co_return exit_done;
}

}  // namespace

void add_confirm(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("confirm", "let exactly these held actions happen");
    auto options = std::make_shared<ConfirmOptions>();  // shared with the callback
    command->add_option("hash", options->hash, "as status and plan show it")
        ->required()
        ->type_name("HASH");
    command->add_flag("--json", options->as_json, "for programs");
    command->callback([&selected, options] {
        selected.command = [&selected, options](Machine& machine) {
            return confirm(machine, selected.config, *options);
        };
    });
}

}  // namespace driftless::cli
