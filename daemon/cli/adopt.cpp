#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/text.hpp"

namespace driftless::cli {
namespace {

asio::awaitable<int> adopt(Machine& machine, std::string config, std::string text) {
    auto endpoint = endpoint_of(config, machine);
    if (!endpoint) co_return fail(machine, endpoint.error());
    const auto keys = co_await endpoint->resolve(std::move(text));
    if (!keys) co_return fail(machine, keys.error());
    for (const ResourceKey& key : *keys) {
        json body{{"key", to_string(key)}};
        const auto answer = co_await endpoint->post("/api/v1/adopt", std::move(body));
        if (!answer) co_return fail(machine, answer.error());
        machine.out << clean(to_string(key)) << " may be taken over; a run begins\n";
    }
    co_return exit_done;
}

}  // namespace

void add_adopt(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("adopt", "take over what stands where ours should");
    auto key = std::make_shared<std::string>();  // shared with the callback, which outlives us
    command->add_option("key", *key, "of a resource in conflict")->required()->type_name("KEY");
    command->callback([&selected, key] {
        selected.command = [&selected, key](Machine& machine) {
            return adopt(machine, selected.config, *key);
        };
    });
}

}  // namespace driftless::cli
