#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"

namespace driftless::cli {
namespace {

asio::awaitable<int> confirm(Machine& machine, std::string config, std::string hash) {
    auto endpoint = endpoint_of(config, machine);
    if (!endpoint) co_return fail(machine, endpoint.error());
    json body{{"hash", std::move(hash)}};
    const auto answer = co_await endpoint->post("/api/v1/confirm", std::move(body));
    if (!answer) co_return fail(machine, answer.error());
    machine.out << "confirmed for 24 hours; a run begins\n";
    co_return exit_done;
}

}  // namespace

void add_confirm(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("confirm", "let exactly these held actions happen");
    auto hash = std::make_shared<std::string>();  // shared with the callback, which outlives us
    command->add_option("hash", *hash, "as status and plan show it")->required()->type_name("HASH");
    command->callback([&selected, hash] {
        selected.command = [&selected, hash](Machine& machine) {
            return confirm(machine, selected.config, *hash);
        };
    });
}

}  // namespace driftless::cli
