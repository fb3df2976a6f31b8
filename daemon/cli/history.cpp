#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "config/base/percent.hpp"
#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/text.hpp"

namespace driftless::cli {
namespace {

struct HistoryOptions {
    std::string key;
    std::size_t limit = 50;
    bool as_json = false;
};

std::string text_of(const json& entries, const Style& style) {
    Table table;
    for (const json& entry : entries) {
        const std::string error = entry["error"];
        const Tone tone = error.empty() ? Tone::plain : Tone::bad;
        table.row({{clean(entry["at"].get<std::string>()), Tone::faint},
                   {clean(entry["phase"].get<std::string>()), tone},
                   {clean(entry["verb"].get<std::string>())},
                   {clean(entry["key"].get<std::string>())},
                   {clean(entry["place"].get<std::string>()), Tone::faint},
                   {clean(error.empty() ? entry["reason"].get<std::string>() : error), tone}});
    }
    return table.print(style, "");
}

asio::awaitable<int> history(Machine& machine, std::string config, HistoryOptions options) {
    auto endpoint = endpoint_of(config, machine);
    if (!endpoint) co_return fail(machine, endpoint.error());
    std::string path = fmt::format("/api/v1/history?limit={}", options.limit);
    if (!options.key.empty()) path += "&key=" + percent_encoded(options.key);
    const auto answer = co_await endpoint->get(std::move(path));
    if (!answer) co_return fail(machine, answer.error());
    if (options.as_json) {
        machine.out << answer->dump(2) << '\n';
    } else {
        machine.out << text_of((*answer)["history"], Style{machine.terminal});
    }
    co_return exit_done;
}

}  // namespace

void add_history(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("history", "what was done, when, why and by which commit");
    auto options = std::make_shared<HistoryOptions>();  // shared with the callback
    command->add_option("key", options->key, "one resource; left out: all")->type_name("KEY");
    command->add_option("--limit", options->limit, "how many lines, newest first");
    command->add_flag("--json", options->as_json, "for programs");
    command->callback([&selected, options] {
        selected.command = [&selected, options](Machine& machine) {
            return history(machine, selected.config, *options);
        };
    });
}

}  // namespace driftless::cli
