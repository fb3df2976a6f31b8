#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include <charconv>
#include <filesystem>
#include <ostream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/logging.hpp"
#include "daemon/cli/settings_file.hpp"
#include "daemon/cli/world.hpp"
#include "daemon/daemon.hpp"
#include "daemon/http/api.hpp"
#include "daemon/secrets/private_file.hpp"
#include "providers/net/server.hpp"
#include "providers/net/task_group.hpp"

namespace driftless::cli {
namespace {

/// "127.0.0.1:7766", taken apart.
struct Listen {
    std::string address;
    std::uint16_t port = 0;
};

Result<Listen> parse_listen(const std::string& text) {
    const auto colon = text.rfind(':');
    Listen listen;
    if (colon != std::string::npos) {
        listen.address = text.substr(0, colon);
        const char* end = text.data() + text.size();
        const auto [past, failed] = std::from_chars(text.data() + colon + 1, end, listen.port);
        if (failed != std::errc{} || past != end) listen.address.clear();
    }
    if (listen.address == "[::1]") listen.address = "::1";
    if (listen.address == "localhost") listen.address = "127.0.0.1";
    if (listen.address == "::1" || listen.address.starts_with("127.")) return listen;
    return Error{Errc::invalid,
                 fmt::format("http.listen: {} is no address of this machine alone; write "
                             "\"127.0.0.1:7766\"",
                             in_quotes(text))};
}

/// The token for writes over TCP, made at the first start.
Result<Secret> open_token(const std::string& folder, net::Random& random) {
    const std::string path = folder + "/token";
    auto made = write_new_private_file(path, net::random_hex(random, 32));
    if (!made && made.error().code != Errc::conflict) return std::move(made).error();
    auto token = read_private_file(path, 4096);
    if (!token) return std::move(token).error().in("read the endpoint's token");
    while (!token->empty() && token->back() == '\n') token->pop_back();
    return Secret{std::move(*token)};
}

/// The endpoint on TCP and on the Unix socket. `url` gets the address for people.
Result<std::unique_ptr<net::Server>> make_server(const Settings& settings, Machine& machine,
                                                 http::Control& control, std::string& url) {
    auto listen = parse_listen(settings.http.listen);
    if (!listen) return std::move(listen).error();
    auto token = open_token(settings.state, machine.random);
    if (!token) return std::move(token).error();
    // Shared with the handler, which the server keeps: the hosts are known once the port is.
    auto api = std::make_shared<std::optional<http::Api>>();
    auto server = std::make_unique<net::Server>(
        machine.executor, machine.clock,
        [api](net::ServerRequest request) { return (*api)->handle(std::move(request)); });
    const auto port = server->listen_tcp(listen->address, listen->port);
    if (!port) return Error{port.error()}.in("listen at " + settings.http.listen);
    const std::string socket = socket_path(settings);
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path{socket}.parent_path(), ignored);
    auto bound = server->listen_unix(socket);
    if (!bound) return std::move(bound).error().in("listen at " + in_quotes(socket));
    api->emplace(control, http::Access{.hosts = http::own_hosts(*port, settings.http.hosts),
                                       .token = std::move(*token),
                                       .owner = machine.user});
    const bool v6 = listen->address.find(':') != std::string::npos;
    url = fmt::format("http://{}:{}/", v6 ? "[" + listen->address + "]" : listen->address, *port);
    return server;
}

std::map<std::string, std::unique_ptr<git::Source>> make_sources(World& world, Machine& machine) {
    std::map<std::string, std::unique_ptr<git::Source>> sources;
    for (const auto& [name, source] : world.settings->sources) {
        sources.emplace(
            name, git::make_source(source, clone_path(*world.settings, name), machine.processes,
                                   *world.files_lane, machine.clock));
    }
    return sources;
}

asio::awaitable<void> answer_requests(net::Server& server) {
    const auto ended = co_await server.serve();
    if (!ended && ended.error().code != Errc::canceled) {
        spdlog::error("endpoint failed detail={}", in_quotes(ended.error().message));
    }
}

asio::awaitable<void> stop_when_asked(Machine& machine, Daemon& daemon) {
    co_await machine.until_asked_to_stop();
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
                   .sources = make_sources(world, machine),
                   .targets = std::move(world.targets)}};
    std::string url;
    auto server = make_server(*world.settings, machine, daemon, url);
    if (!server) co_return fail(machine, server.error());
    spdlog::info("daemon started version={} installation={} sources={} targets={} url={}",
                 DRIFTLESS_VERSION, world.settings->installation, world.settings->sources.size(),
                 world.settings->targets.size(), url);
    machine.out << "driftless is ready at " << url << std::endl;
    net::TaskGroup beside{machine.executor};
    beside.spawn(answer_requests(**server));
    beside.spawn(stop_when_asked(machine, daemon));
    const auto ended = co_await daemon.run();
    (*server)->stop();
    beside.cancel();
    const auto joined = co_await beside.join();
    spdlog::info("daemon stopped");
    if (!ended) co_return fail(machine, ended.error());
    const bool fault = joined.failed() && joined.error().code == Errc::internal;
    co_return fault ? fail(machine, joined.error()) : exit_done;
}

asio::awaitable<int> run(Machine& machine, std::string config) {
    set_up_logging(machine.environment, false);
    auto settings = load_settings(config);
    if (!settings) co_return fail(machine, settings.error());
    auto world = open_world(std::move(*settings), Access::own, machine);
    if (!world) co_return fail(machine, world.error());
    co_return co_await run_daemon(machine, *world);
}

}  // namespace

void add_run(CLI::App& app, Selected& selected) {
    app.add_subcommand("run", "the daemon: makes live state equal to git, and keeps it so")
        ->callback([&selected] {
            selected.command = [&selected](Machine& machine) {
                return run(machine, selected.config);
            };
        });
}

}  // namespace driftless::cli
