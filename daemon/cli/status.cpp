#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/exit_code.hpp"
#include "daemon/cli/status_text.hpp"

namespace driftless::cli {
namespace {

struct StatusOptions {
    bool as_json = false;
    bool watch = false;
    bool unmanaged = false;
};

/// What else lives on each target, in the plans.
asio::awaitable<Result<json>> unmanaged_of(Endpoint& endpoint, const json& status) {
    json all = json::array();
    for (const json& target : status["targets"]) {
        auto plan = co_await endpoint.get("/api/v1/plans/" + target["name"].get<std::string>());
        if (!plan) co_return std::move(plan).error();
        for (json& live : (*plan)["unmanaged"]) all.push_back(std::move(live));
    }
    co_return all;
}

void print_unmanaged(Machine& machine, const json& unmanaged, const Style& style) {
    Table table;
    for (const json& live : unmanaged) {
        table.row({{clean(live["key"].get<std::string>())},
                   {clean(live["detail"].get<std::string>()), Tone::faint}});
    }
    machine.out << "\nnot ours\n" << table.print(style, "  ");
}

asio::awaitable<Result<int>> print_once(Machine& machine, Endpoint& endpoint,
                                        const StatusOptions& options) {
    auto status = co_await endpoint.get("/api/v1/status");
    if (!status) co_return std::move(status).error();
    auto resources = co_await endpoint.get("/api/v1/resources");
    if (!resources) co_return std::move(resources).error();
    Result<json> unmanaged = json::array();
    if (options.unmanaged) unmanaged = co_await unmanaged_of(endpoint, *status);
    if (!unmanaged) co_return std::move(unmanaged).error();
    const Style style{machine.terminal};
    if (options.as_json) {
        (*status)["resources"] = (*resources)["resources"];
        if (options.unmanaged) (*status)["not_ours"] = *unmanaged;
        machine.out << status->dump(2) << '\n';
    } else {
        if (options.watch && machine.terminal) machine.out << "\x1b[H\x1b[2J";
        machine.out << status_text(*status, *resources, machine.clock.wall(), style);
        if (options.unmanaged) print_unmanaged(machine, *unmanaged, style);
    }
    machine.out.flush();
    co_return exit_code_of_status(*status);
}

asio::awaitable<int> status(Machine& machine, std::string config, StatusOptions options) {
    auto endpoint = endpoint_of(config, machine);
    if (!endpoint) co_return fail(machine, endpoint.error());
    while (true) {
        const auto code = co_await print_once(machine, *endpoint, options);
        if (!code) co_return fail(machine, code.error());
        if (!options.watch) co_return *code;
        const auto waited = co_await machine.clock.sleep_for(std::chrono::seconds{2});
        if (!waited) co_return exit_done;
    }
}

}  // namespace

void add_status(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("status", "what differs, why, and what is about to be done");
    auto options = std::make_shared<StatusOptions>();  // shared with the callback
    command->add_flag("--json", options->as_json, "for programs");
    command->add_flag("--watch", options->watch, "again every two seconds");
    command->add_flag("--unmanaged", options->unmanaged, "what else lives there too");
    command->callback([&selected, options] {
        selected.command = [&selected, options](Machine& machine) {
            return status(machine, selected.config, *options);
        };
    });
}

}  // namespace driftless::cli
