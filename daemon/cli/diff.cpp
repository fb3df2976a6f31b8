#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/exit_code.hpp"
#include "daemon/cli/field_text.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/text.hpp"

namespace driftless::cli {
namespace {

struct DiffOptions {
    std::string key;
    bool as_json = false;
};

std::string text_of(const json& resource, const Style& style) {
    const std::string status = resource["status"];
    std::string text = style(Tone::strong, clean(resource["key"].get<std::string>())) + "  " +
                       style(tone_of(status), status);
    if (const std::string why = resource["why"]; !why.empty()) text += "  " + clean(why);
    return text + "\n" + fields_text(resource["fields"], style, "  ");
}

/// The resources with these keys, of all that the daemon knows.
json chosen(const json& resources, const std::vector<ResourceKey>& keys) {
    json result = json::array();
    for (const json& resource : resources) {
        const bool wanted = std::ranges::any_of(
            keys, [&](const ResourceKey& key) { return resource["key"] == to_string(key); });
        if (wanted) result.push_back(resource);
    }
    return result;
}

asio::awaitable<int> diff(Machine& machine, std::string config, DiffOptions options) {
    auto endpoint = endpoint_of(config, machine);
    if (!endpoint) co_return fail(machine, endpoint.error());
    const auto keys = co_await endpoint->resolve(options.key);
    if (!keys) co_return fail(machine, keys.error());
    auto answer = co_await endpoint->get("/api/v1/resources");
    if (!answer) co_return fail(machine, answer.error());
    const json resources = chosen((*answer)["resources"], *keys);
    if (options.as_json) {
        show_json(machine, json{{"resources", resources}});
    } else {
        const Style style{machine.colours};
        for (const json& resource : resources) show(machine, text_of(resource, style));
    }
    co_return exit_code_of_resources(resources);
}

}  // namespace

void add_diff(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("diff", "what differs, field by field");
    auto options = std::make_shared<DiffOptions>();  // shared with the callback, which outlives us
    command->add_option("key", options->key, "a resource or a manifest")
        ->required()
        ->type_name("KEY");
    command->add_flag("--json", options->as_json, "for programs");
    command->callback([&selected, options] {
        selected.command = [&selected, options](Machine& machine) {
            return diff(machine, selected.config, *options);
        };
    });
}

}  // namespace driftless::cli
