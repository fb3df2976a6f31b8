#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include <optional>
#include <ostream>
#include <utility>

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

/// How `driftless run` goes on after a daemon ended.
struct After {
    int code = exit_done;
    std::optional<Settings> next{};  ///< a daemon with these settings
    bool served = false;             ///< it came as far as to answer
};

/// The settings as they are now, if a daemon may go on with them.
Result<Settings> read_again(const std::string& config, const Settings& now) {
    auto next = load_settings(config);
    if (!next) return next;
    if (auto checked = one_source_each(*next); !checked) return std::move(checked).error();
    const bool same_place = next->state == now.state && next->installation == now.installation;
    if (same_place) return next;
    return Error{Errc::conflict,
                 next->file + ": another `state` or `installation` counts only after a restart"};
}

/// Until somebody asks for an end, or the settings changed and are right.
asio::awaitable<void> mind_signals(Machine& machine, Daemon& daemon, const Settings& now,
                                   const std::string& config, const net::Supervisor& supervisor,
                                   std::optional<Settings>& next) {
    while (true) {
        const Asked asked = co_await machine.next_asked();
        if (asked == Asked::stop) {
            supervisor.stopping();
            spdlog::info("stopping limit_s={}", Daemon::stop_within.count());
            break;
        }
        auto read = read_again(config, now);
        if (read) {
            supervisor.reloading();
            spdlog::info("settings read again file={}", read->file);
            next = *std::move(read);
            break;
        }
        spdlog::error("settings refused, the old ones stay detail={}",
                      in_quotes(read.error().message));
    }
    daemon.stop();
}

asio::awaitable<After> run_daemon(Machine& machine, World& world, const std::string& config) {
    After after;
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
    if (!doors) {
        after.code = fail(machine, doors.error());
        co_return after;
    }
    after.served = true;
    const std::string& url = (*doors)->url();
    spdlog::info("daemon started version={} installation={} sources={} targets={} url={}",
                 DRIFTLESS_VERSION, world.settings->installation, world.settings->sources.size(),
                 world.settings->targets.size(), url);
    machine.out << "driftless is ready at " << url << '\n' << std::flush;
    const net::Supervisor supervisor{machine.environment};
    supervisor.ready("answers at " + url);
    net::TaskGroup beside{machine.executor};
    beside.spawn((*doors)->serve());
    beside.spawn(mind_signals(machine, daemon, *world.settings, config, supervisor, after.next));
    beside.spawn(supervisor.feed_watchdog(machine.clock));
    const auto ended = co_await daemon.run();
    (*doors)->stop();
    beside.cancel();
    const auto joined = co_await beside.join();
    spdlog::info("daemon stopped");
    const bool fault = joined.failed() && joined.error().code == Errc::internal;
    if (!ended) after.code = fail(machine, ended.error());
    if (ended && fault) after.code = fail(machine, joined.error());
    co_return after;
}

asio::awaitable<After> run_once(Machine& machine, const Settings& settings,
                                const std::string& config) {
    After after;
    auto world = open_world(settings, Access::own, machine);
    if (world) {
        after = co_await run_daemon(machine, *world, config);
    } else {
        after.code = fail(machine, world.error());
    }
    co_return after;
}

/// Every start takes the way of a start after a crash, so new settings are a daemon that ends in
/// good order and another one that begins. Where it can't, the one before begins again.
asio::awaitable<int> run(Machine& machine, std::string config, std::string log_format) {
    set_up_logging(machine, false, log_format);
    net::forbid_core_dumps();
    if (!machine.secrets_are_locked) {
        spdlog::warn(
            "secrets may be written to swap: their memory could not be locked; raise "
            "LimitMEMLOCK= of the unit, or `ulimit -l`, to 256 KiB");
    }
    auto settings = load_settings(config);
    if (!settings) co_return fail(machine, settings.error());
    std::optional<Settings> before;
    while (true) {
        After after = co_await run_once(machine, *settings, config);
        if (after.next && after.code == exit_done) {
            before = std::exchange(*settings, *std::move(after.next));
        } else if (before && !after.served) {
            spdlog::error("settings refused, the old ones come back");
            *settings = *std::exchange(before, std::nullopt);
        } else {
            co_return after.code;
        }
    }
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
