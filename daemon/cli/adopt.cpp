#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/text.hpp"

namespace driftless::cli {
namespace {

struct AdoptOptions {
    std::string key;
    bool as_json = false;
};

asio::awaitable<int> adopt(Machine& machine, std::string config, AdoptOptions options) {
    auto endpoint = endpoint_of(config, machine);
    if (!endpoint) co_return fail(machine, endpoint.error());
    const auto keys = co_await endpoint->resolve(options.key);
    if (!keys) co_return fail(machine, keys.error());
    json adopted = json::array();
    for (const ResourceKey& key : *keys) {
        json body{{"key", to_string(key)}};
        const auto answer = co_await endpoint->post("/api/v1/adopt", std::move(body));
        if (!answer) co_return fail(machine, answer.error());
        adopted.push_back({{"key", to_string(key)}});
        if (options.as_json) continue;
        show(machine, clean(to_string(key)) + " may be taken over; a run begins\n");
    }
    if (options.as_json) show_json(machine, json{{"adopted", adopted}});
    co_return exit_done;
}

}  // namespace

void add_adopt(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("adopt", "take over what stands where ours should");
    auto options = std::make_shared<AdoptOptions>();  // shared with the callback
    command->add_option("key", options->key, "of a resource in conflict")
        ->required()
        ->type_name("KEY");
    command->add_flag("--json", options->as_json, "for programs");
    command->callback([&selected, options] {
        selected.command = [&selected, options](Machine& machine) {
            return adopt(machine, selected.config, *options);
        };
    });
}

}  // namespace driftless::cli
