#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/exit_code.hpp"
#include "daemon/cli/output.hpp"
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

std::string unmanaged_text(const json& unmanaged, const Style& style) {
    Table table;
    for (const json& live : unmanaged) {
        table.row({{clean_at(live, "key")}, {clean_at(live, "detail"), Tone::faint}});
    }
    return unmanaged.empty() ? "\nnothing else lives there\n"
                             : "\nnot ours\n" + table.print(style, "  ");
}

/// What /api/v1/status says, with the resources and what else is asked for.
asio::awaitable<Result<json>> read_status(Endpoint& endpoint, StatusOptions options) {
    auto status = co_await endpoint.get("/api/v1/status");
    if (!status) co_return std::move(status).error();
    auto resources = co_await endpoint.get("/api/v1/resources");
    if (!resources) co_return std::move(resources).error();
    (*status)["resources"] = std::move((*resources)["resources"]);
    if (!options.unmanaged) co_return status;
    auto unmanaged = co_await unmanaged_of(endpoint, *status);
    if (!unmanaged) co_return std::move(unmanaged).error();
    (*status)["not_ours"] = *std::move(unmanaged);
    co_return status;
}

int print(Machine& machine, const Result<json>& status, const StatusOptions& options) {
    if (options.watch && machine.terminal && !options.as_json) machine.out << "\x1b[H\x1b[2J";
    if (!status) return fail(machine, status.error());
    if (options.as_json) {
        show_json(machine, *status);
    } else {
        const Style style{machine.colours};
        std::string text = status_text(*status, machine.clock.wall(), style);
        if (options.unmanaged) text += unmanaged_text((*status)["not_ours"], style);
        show(machine, std::move(text));
    }
    machine.out.flush();
    return exit_code_of_status(*status);
}

/// Watching, it goes on over errors: a daemon may be started again.
asio::awaitable<int> status(Machine& machine, std::string config, StatusOptions options) {
    auto endpoint = endpoint_of(config, machine);
    if (!endpoint) co_return fail(machine, endpoint.error());
    while (true) {
        const auto read = co_await read_status(*endpoint, options);
        const int code = print(machine, read, options);
        if (!options.watch) co_return code;
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
