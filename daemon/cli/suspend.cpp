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

struct SuspendOptions {
    std::string what;
    std::string time;
    std::string reason;
    bool as_json = false;
};

/// The suspension of that name, as status shows it.
json shown_by(const json& targets, const std::string& name) {
    for (const json& target : targets) {
        for (const json& one : target["suspended"]) {
            if (one["name"] == name) return one;
        }
    }
    return {{"name", name}};
}

std::string text_of(const json& suspended) {
    const std::string name = clean(suspended["name"].get<std::string>());
    const json until = suspended.value("until", json());
    return fmt::format("{} is left alone {}; `driftless resume {}` ends it\n", name,
                       until.is_string() ? "until " + clean(until.get<std::string>())
                                         : std::string{"until somebody resumes it"},
                       name);
}

asio::awaitable<int> suspend(Machine& machine, std::string config, SuspendOptions options) {
    const auto settings = load_settings(config);
    if (!settings) co_return fail(machine, settings.error());
    Endpoint endpoint{*settings, machine};
    std::string name = options.what;
    if (!settings->targets.contains(name)) {
        const auto candidates = co_await endpoint.candidates();
        if (!candidates) co_return fail(machine, candidates.error());
        const auto key = look_up_one(name, *candidates);
        if (!key) co_return fail(machine, key.error());
        name = to_string(*key);
    }
    json body{{"name", name}, {"reason", options.reason}};
    if (!options.time.empty()) body["for"] = options.time;
    const auto answer = co_await endpoint.post("/api/v1/suspend", std::move(body));
    if (!answer) co_return fail(machine, answer.error());
    const auto targets = co_await endpoint.get("/api/v1/targets");
    if (!targets) co_return fail(machine, targets.error());
    const json suspended = shown_by((*targets)["targets"], name);
    if (options.as_json) {
        show_json(machine, json{{"suspended", json::array({suspended})}});
    } else {
        machine.out << text_of(suspended);
    }
    co_return exit_done;
}

}  // namespace

void add_suspend(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("suspend", "leave a target or a resource alone for a while");
    auto options = std::make_shared<SuspendOptions>();  // shared with the callback
    command->add_option("what", options->what, "a target, a resource, or all of a manifest")
        ->required()
        ->type_name("TARGET|KEY");
    command->add_option("--for", options->time, "how long, as 30m; left out: until it is resumed")
        ->type_name("TIME");
    command->add_option("--reason", options->reason, "why, for whoever sees it")->type_name("TEXT");
    command->add_flag("--json", options->as_json, "for programs");
    command->callback([&selected, options] {
        selected.command = [&selected, options](Machine& machine) {
            return suspend(machine, selected.config, *options);
        };
    });
}

}  // namespace driftless::cli
