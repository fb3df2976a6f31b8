#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/settings_file.hpp"
#include "daemon/cli/text.hpp"

namespace driftless::cli {
namespace {

/// The target's name as it is, or the keys that the text means.
asio::awaitable<Result<std::vector<std::string>>> wanted(const Settings& settings,
                                                         Endpoint& endpoint, std::string what) {
    if (what.empty() || settings.targets.contains(what)) {
        std::vector<std::string> names;
        if (!what.empty()) names.push_back(std::move(what));
        co_return names;
    }
    auto keys = co_await endpoint.resolve(std::move(what));
    if (!keys) co_return std::move(keys).error();
    std::vector<std::string> texts;
    for (const ResourceKey& key : *keys) texts.push_back(to_string(key));
    co_return texts;
}

asio::awaitable<int> reconcile_now(Machine& machine, std::string config, std::string what) {
    const auto settings = load_settings(config);
    if (!settings) co_return fail(machine, settings.error());
    Endpoint endpoint{*settings, machine};
    auto names = co_await wanted(*settings, endpoint, what);
    if (!names) co_return fail(machine, names.error());
    json list = json::array();
    for (const std::string& name : *names) list.push_back({{"name", name}});
    json body{{"targets", std::move(list)}};
    const auto answer = co_await endpoint.post("/api/v1/reconcile", std::move(body));
    if (!answer) co_return fail(machine, answer.error());
    machine.out << "a run of " << (what.empty() ? "every target" : clean(what))
                << " begins; see `driftless status`\n";
    co_return exit_done;
}

}  // namespace

void add_reconcile(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("reconcile", "look at git and at the targets now");
    auto what = std::make_shared<std::string>();  // shared with the callback, which outlives us
    command->add_option("what", *what, "a target or a key; left out: every target")
        ->type_name("TARGET|KEY");
    command->callback([&selected, what] {
        selected.command = [&selected, what](Machine& machine) {
            return reconcile_now(machine, selected.config, *what);
        };
    });
}

}  // namespace driftless::cli
