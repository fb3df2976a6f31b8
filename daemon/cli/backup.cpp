#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <ostream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/settings_file.hpp"
#include "daemon/cli/text.hpp"
#include "daemon/store/store.hpp"

namespace driftless::cli {
namespace {

struct BackupOptions {
    std::string file;
    bool as_json = false;
};

asio::awaitable<int> backup(Machine& machine, std::string config, BackupOptions options) {
    const auto settings = load_settings(config);
    if (!settings) co_return fail(machine, settings.error());
    if (const auto there = find_state(*settings); !there) co_return fail(machine, there.error());
    const auto lane = machine.make_lane();
    const auto store = open_store(settings->state, Access::read_only, *lane, machine.clock);
    if (!store) co_return fail(machine, store.error());
    const auto copied = co_await (*store)->copy_to(options.file);
    if (!copied) co_return fail(machine, copied.error());
    std::error_code failed;
    const auto bytes = std::filesystem::file_size(options.file, failed);
    if (options.as_json) {
        show_json(machine, json{{"file", options.file}, {"bytes", bytes}});
    } else {
        machine.out << fmt::format("{}: {} bytes; it becomes {} again while no daemon runs\n",
                                   clean(options.file), bytes,
                                   clean(settings->state + "/driftless.db"));
    }
    co_return exit_done;
}

}  // namespace

void add_backup(CLI::App& app, Selected& selected) {
    auto* command =
        app.add_subcommand("backup", "copy the state's database, while the daemon runs");
    auto options = std::make_shared<BackupOptions>();  // shared with the callback
    command->add_option("file", options->file, "a new file")->required()->type_name("FILE");
    command->add_flag("--json", options->as_json, "for programs");
    command->callback([&selected, options] {
        selected.command = [&selected, options](Machine& machine) {
            return backup(machine, selected.config, *options);
        };
    });
}

}  // namespace driftless::cli
