#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/settings_file.hpp"
#include "daemon/cli/text.hpp"
#include "daemon/http/views.hpp"

namespace driftless::cli {
namespace {

struct LeaveOptions {
    std::string target;
    bool as_json = false;
};

/// Where no daemon runs, which holds the state folder otherwise.
asio::awaitable<Result<json>> leave_alone(Machine& machine, const Settings& settings,
                                          std::string target) {
    if (auto there = find_state(settings); !there) co_return std::move(there).error();
    const auto lane = machine.make_lane();
    const auto store = open_store(settings.state, Access::own, *lane, machine.clock);
    if (!store) co_return store.error();
    const auto had = co_await (*store)->leave(std::move(target));
    if (!had) co_return had.error();
    co_return http::view_of(*had);
}

std::string text_of(const std::string& target, const json& left) {
    std::string text = fmt::format("{} is no longer looked after", clean(target));
    if (left.empty()) return text + "; nothing there was ours\n";
    text += fmt::format("; {} thing{} stay{} as {}:\n", left.size(), left.size() == 1 ? "" : "s",
                        left.size() == 1 ? "s" : "", left.size() == 1 ? "it is" : "they are");
    for (const json& one : left) {
        text += fmt::format("  {}/{}\n", clean(one["kind"].get<std::string>()),
                            clean(one["name"].get<std::string>()));
    }
    return text;
}

asio::awaitable<int> leave(Machine& machine, std::string config, LeaveOptions options) {
    const auto settings = load_settings(config);
    if (!settings) co_return fail(machine, settings.error());
    const auto declared = settings->targets.find(options.target);
    if (declared != settings->targets.end()) {
        const Error refused{Errc::conflict,
                            fmt::format("{}: target {} is still in the settings, and its next run "
                                        "would take everything over again; take it out first",
                                        to_string(declared->second.place), options.target)};
        co_return fail(machine, refused);
    }
    Endpoint endpoint{*settings, machine};
    json body{{"target", options.target}};
    auto answer = co_await endpoint.post("/api/v1/leave", std::move(body));
    if (!answer && answer.error().code == Errc::unavailable) {
        answer = co_await leave_alone(machine, *settings, options.target);
    }
    if (!answer) co_return fail(machine, answer.error());
    if (options.as_json) {
        show_json(machine, *answer);
    } else {
        show(machine, text_of(options.target, (*answer)["left"]));
    }
    co_return exit_done;
}

}  // namespace

void add_leave(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand(
        "leave", "forget a target that is out of the settings; all keeps running");
    auto options = std::make_shared<LeaveOptions>();  // shared with the callback
    command->add_option("target", options->target, "its name")->required()->type_name("TARGET");
    command->add_flag("--json", options->as_json, "for programs");
    command->callback([&selected, options] {
        selected.command = [&selected, options](Machine& machine) {
            return leave(machine, selected.config, *options);
        };
    });
}

}  // namespace driftless::cli
