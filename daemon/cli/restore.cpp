#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/history_text.hpp"
#include "daemon/cli/output.hpp"

namespace driftless::cli {
namespace {

struct RestoreOptions {
    std::string key;
    bool as_json = false;
};

int list(Machine& machine, const json& answer, bool as_json) {
    if (as_json) {
        show_json(machine, answer);
    } else if (answer["removed"].empty()) {
        machine.out << "nothing was removed within the last 30 days\n";
    } else {
        show(machine, removed_text(answer["removed"], Style{machine.colours}));
    }
    return exit_done;
}

asio::awaitable<int> restore(Machine& machine, std::string config, RestoreOptions options) {
    auto endpoint = endpoint_of(config, machine);
    if (!endpoint) co_return fail(machine, endpoint.error());
    const auto removed = co_await endpoint->get("/api/v1/removed");
    if (!removed) co_return fail(machine, removed.error());
    if (options.key.empty()) co_return list(machine, *removed, options.as_json);
    const auto keys = look_up(options.key, candidates_in((*removed)["removed"]));
    if (!keys) co_return fail(machine, Error{keys.error()}.in("restore what was removed"));
    json restored = json::array();
    for (const ResourceKey& key : *keys) {
        json body{{"key", to_string(key)}};
        const auto answer = co_await endpoint->post("/api/v1/restore", std::move(body));
        if (!answer) co_return fail(machine, answer.error());
        restored.push_back({{"key", to_string(key)}});
        if (!options.as_json) machine.out << clean(to_string(key)) << " comes back\n";
    }
    if (options.as_json) {
        show_json(machine, json{{"restored", restored}});
    } else {
        machine.out << "it is left alone until git declares it again; see `driftless status`\n";
    }
    co_return exit_done;
}

}  // namespace

void add_restore(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("restore", "bring back what was removed");
    auto options = std::make_shared<RestoreOptions>();  // shared with the callback
    command
        ->add_option("key", options->key,
                     "a resource, or all of a manifest; left out: lists what can be restored")
        ->type_name("KEY");
    command->add_flag("--json", options->as_json, "for programs");
    command->callback([&selected, options] {
        selected.command = [&selected, options](Machine& machine) {
            return restore(machine, selected.config, *options);
        };
    });
}

}  // namespace driftless::cli
