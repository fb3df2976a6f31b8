#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>

#include "config/base/percent.hpp"
#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/history_text.hpp"
#include "daemon/cli/output.hpp"

namespace driftless::cli {
namespace {

struct HistoryOptions {
    std::string key;
    std::size_t limit = 50;
    bool as_json = false;
};

/// What of a text a person means: keys that are there, or what it says itself.
asio::awaitable<Result<std::vector<std::string>>> keys_of(Endpoint& endpoint, std::string text) {
    std::vector<std::string> names;
    if (is_name(text) || text.empty() || parse_resource_key(text)) {  // also of what is gone
        names.push_back(std::move(text));
        co_return names;
    }
    const auto keys = co_await endpoint.resolve(std::move(text));
    if (!keys) co_return keys.error();
    for (const ResourceKey& key : *keys) names.push_back(to_string(key));
    co_return names;
}

/// Of several, the newest of all together.
void put_in_order(json& entries, std::size_t limit) {
    std::stable_sort(entries.begin(), entries.end(),
                     [](const json& one, const json& other) { return one["at"] > other["at"]; });
    if (entries.size() > limit)
        entries.erase(entries.begin() + static_cast<long>(limit), entries.end());
}

asio::awaitable<int> history(Machine& machine, std::string config, HistoryOptions options) {
    auto endpoint = endpoint_of(config, machine);
    if (!endpoint) co_return fail(machine, endpoint.error());
    const auto keys = co_await keys_of(*endpoint, options.key);
    if (!keys) co_return fail(machine, keys.error());
    json entries = json::array();
    for (const std::string& key : *keys) {
        std::string path = fmt::format("/api/v1/history?limit={}", options.limit);
        if (!key.empty()) path += "&key=" + percent_encoded(key);
        const auto answer = co_await endpoint->get(std::move(path));
        if (!answer) co_return fail(machine, answer.error());
        for (const json& entry : (*answer)["history"]) entries.push_back(entry);
    }
    if (keys->size() > 1) put_in_order(entries, options.limit);
    if (options.as_json) {
        show_json(machine, json{{"history", entries}});
    } else {
        show(machine, history_text(entries, Style{machine.colours}));
    }
    co_return exit_done;
}

}  // namespace

void add_history(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("history", "what was done, when, why and by which commit");
    auto options = std::make_shared<HistoryOptions>();  // shared with the callback
    command
        ->add_option(
            "key", options->key,
            "a resource, all of a manifest, or what was said of a target; left out: everything")
        ->type_name("KEY");
    command->add_option("--limit", options->limit, "how many lines, newest first");
    command->add_flag("--json", options->as_json, "for programs");
    command->callback([&selected, options] {
        selected.command = [&selected, options](Machine& machine) {
            return history(machine, selected.config, *options);
        };
    });
}

}  // namespace driftless::cli
