#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include <ostream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/logging.hpp"
#include "daemon/cli/settings_file.hpp"
#include "daemon/cli/world.hpp"
#include "daemon/daemon.hpp"
#include "daemon/listeners.hpp"
#include "providers/net/platform.hpp"
#include "providers/net/supervisor.hpp"
#include "providers/net/task_group.hpp"

namespace driftless::cli {
namespace {

std::map<std::string, std::unique_ptr<git::Source>> make_sources(World& world, Machine& machine) {
    std::map<std::string, std::unique_ptr<git::Source>> sources;
    for (const auto& [name, source] : world.settings->sources) {
        sources.emplace(
            name, git::make_source(source, clone_path(*world.settings, name), machine.processes,
                                   *world.files_lane, access_of_sources(*world.secrets)));
    }
    return sources;
}

asio::awaitable<void> stop_when_asked(Machine& machine, Daemon& daemon,
                                      const net::Supervisor& supervisor) {
    co_await machine.until_asked_to_stop();
    supervisor.stopping();
    spdlog::info("stopping limit_s={}", Daemon::stop_within.count());
    daemon.stop();
}

asio::awaitable<int> run_daemon(Machine& machine, World& world) {
    Daemon daemon{{.settings = *world.settings,
                   .executor = machine.executor,
                   .clock = machine.clock,
                   .random = machine.random,
                   .lane = *world.files_lane,
                   .store = *world.store,
                   .vault = *world.vault,
                   .secrets = *world.secrets,
                   .expanders = world.expanders,
                   .measures = *world.measures,
                   .redactor = &machine.redactor,
                   .sources = make_sources(world, machine),
                   .targets = std::move(world.targets)}};
    auto doors = Listeners::open({.settings = *world.settings,
                                  .socket = socket_path(*world.settings),
                                  .owner = machine.user,
                                  .executor = machine.executor,
                                  .clock = machine.clock,
                                  .random = machine.random,
                                  .control = daemon,
                                  .feed = daemon.feed(),
                                  .measures = *world.measures,
                                  .redactor = &machine.redactor});
    if (!doors) co_return fail(machine, doors.error());
    const std::string& url = (*doors)->url();
    spdlog::info("daemon started version={} installation={} sources={} targets={} url={}",
                 DRIFTLESS_VERSION, world.settings->installation, world.settings->sources.size(),
                 world.settings->targets.size(), url);
    machine.out << "driftless is ready at " << url << '\n' << std::flush;
    const net::Supervisor supervisor{machine.environment};
    supervisor.ready("answers at " + url);
    net::TaskGroup beside{machine.executor};
    beside.spawn((*doors)->serve());
    beside.spawn(stop_when_asked(machine, daemon, supervisor));
    beside.spawn(supervisor.feed_watchdog(machine.clock));
    const auto ended = co_await daemon.run();
    (*doors)->stop();
    beside.cancel();
    const auto joined = co_await beside.join();
    spdlog::info("daemon stopped");
    if (!ended) co_return fail(machine, ended.error());
    const bool fault = joined.failed() && joined.error().code == Errc::internal;
    co_return fault ? fail(machine, joined.error()) : exit_done;
}

asio::awaitable<int> run(Machine& machine, std::string config, std::string log_format) {
    set_up_logging(machine, false, log_format);
    net::forbid_core_dumps();
    auto settings = load_settings(config);
    if (!settings) co_return fail(machine, settings.error());
    auto world = open_world(std::move(*settings), Access::own, machine);
    if (!world) co_return fail(machine, world.error());
    co_return co_await run_daemon(machine, *world);
}

}  // namespace

void add_run(CLI::App& app, Selected& selected) {
    auto* command =
        app.add_subcommand("run", "the daemon: makes live state equal to git, and keeps it so");
    auto log_format =
        std::make_shared<std::string>(log_formats.front());  // shared with the callback
    command->add_option("--log", *log_format, "how log lines look; left out: text")
        ->type_name("FORMAT")
        ->check(CLI::IsMember(log_formats));
    command->callback([&selected, log_format] {
        selected.command = [&selected, log_format](Machine& machine) {
            return run(machine, selected.config, *log_format);
        };
    });
}

}  // namespace driftless::cli
