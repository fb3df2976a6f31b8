#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/settings_file.hpp"
#include "daemon/cli/text.hpp"

namespace driftless::cli {
namespace {

struct ReconcileOptions {
    std::string what;  ///< empty: every target
    bool as_json = false;
};

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

asio::awaitable<int> reconcile_now(Machine& machine, std::string config, ReconcileOptions options) {
    const auto settings = load_settings(config);
    if (!settings) co_return fail(machine, settings.error());
    Endpoint endpoint{*settings, machine};
    auto names = co_await wanted(*settings, endpoint, options.what);
    if (!names) co_return fail(machine, names.error());
    json list = json::array();
    for (const std::string& name : *names) list.push_back({{"name", name}});
    json body{{"targets", list}};
    const auto answer = co_await endpoint.post("/api/v1/reconcile", std::move(body));
    if (!answer) co_return fail(machine, answer.error());
    if (options.as_json) {
        show_json(machine, json{{"all", options.what.empty()}, {"reconciled", list}});
    } else {
        show(machine, fmt::format("a run of {} begins; see `driftless status`\n",
                                  options.what.empty() ? "every target" : clean(options.what)));
    }
    co_return exit_done;
}

}  // namespace

void add_reconcile(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("reconcile", "look at git and at the targets now");
    auto options = std::make_shared<ReconcileOptions>();  // shared with the callback
    command->add_option("what", options->what, "a target or a key; left out: every target")
        ->type_name("TARGET|KEY");
    command->add_flag("--json", options->as_json, "for programs");
    command->callback([&selected, options] {
        selected.command = [&selected, options](Machine& machine) {
            return reconcile_now(machine, selected.config, *options);
        };
    });
}

}  // namespace driftless::cli
