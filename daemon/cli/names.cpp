#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <set>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/text.hpp"

namespace driftless::cli {
namespace {

/// For shells that complete a word: what there is, one a line. Without a daemon nothing, and no
/// error: whoever types doesn't want to read one.
asio::awaitable<int> names(Machine& machine, std::string config, std::string which) {
    auto endpoint = endpoint_of(config, machine);
    if (!endpoint) co_return exit_done;
    const auto candidates = co_await endpoint->candidates();
    if (!candidates) co_return exit_done;
    std::set<std::string> found;
    for (const auto& [key, manifest] : *candidates) {
        if (which != "keys") found.insert(key.target);
        if (which != "targets") found.insert(to_string(key));
    }
    for (const std::string& name : found) machine.out << clean(name) << '\n';
    co_return exit_done;
}

}  // namespace

void add_names(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("names", "")->group("");
    auto which = std::make_shared<std::string>();  // shared with the callback
    command->add_option("which", *which, "")
        ->required()
        ->check(CLI::IsMember({"targets", "keys", "all"}));
    command->callback([&selected, which] {
        selected.command = [&selected, which](Machine& machine) {
            return names(machine, selected.config, *which);
        };
    });
}

}  // namespace driftless::cli
