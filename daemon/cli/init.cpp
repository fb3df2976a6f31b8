#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <memory>

#include "config/settings.hpp"
#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/settings_file.hpp"
#include "daemon/cli/text.hpp"

namespace driftless::cli {
namespace {

/// Writes the example. Never over a file that is there. @return `conflict`; `unavailable`
Result<void> write_example(const std::string& path) {
    std::error_code failed;
    if (std::filesystem::exists(path, failed)) {
        return Error{Errc::conflict,
                     fmt::format("{} is there already; it was left as it is", in_quotes(path))};
    }
    const auto folder = std::filesystem::path{path}.parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder, failed);
    std::ofstream file{path};
    file << example_settings();
    file.close();
    if (!file)
        return Error{Errc::unavailable, "write " + in_quotes(path) + ": it can't be written"};
    return {};
}

asio::awaitable<int> init(Machine& machine, std::string config, bool as_json) {
    const std::string path = config.empty() ? usual_settings_path() : std::move(config);
    if (const auto written = write_example(path); !written) {
        co_return fail(machine, written.error());
    }
    if (as_json) {
        show_json(machine, nlohmann::json{{"wrote", path}});
    } else {
        show(machine, "wrote " + clean(path) + ": it observes and changes nothing\n" +
                          "next: edit it, then `driftless plan`, then `driftless run`\n");
    }
    co_return exit_done;
}

}  // namespace

void add_init(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("init", "write a commented driftless.yaml that observes");
    auto as_json = std::make_shared<bool>(false);  // shared with the callback
    command->add_flag("--json", *as_json, "for programs");
    command->callback([&selected, as_json] {
        selected.command = [&selected, as_json](Machine& machine) {
            return init(machine, selected.config, *as_json);
        };
    });
}

}  // namespace driftless::cli
