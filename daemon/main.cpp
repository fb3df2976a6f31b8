#include <sys/ioctl.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <exception>
#include <iostream>

#include "config/base/secret.hpp"
#include "daemon/cli/command_line.hpp"
#include "daemon/cli/logging.hpp"
#include "daemon/cli/redacted_stream.hpp"
#include "providers/net/signals.hpp"

extern "C" char** environ;

namespace driftless {
namespace {

std::map<std::string, std::string> read_environment() {
    std::map<std::string, std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text{*entry};
        const auto equals = text.find('=');
        if (equals != std::string::npos) {
            environment.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return environment;
}

std::size_t columns_of_terminal() {
    winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/// https://no-color.org
bool wants_colours(const std::map<std::string, std::string>& environment) {
    const auto text = [&](const char* name) {
        const auto found = environment.find(name);
        return found == environment.end() ? std::string{} : found->second;
    };
    return text("NO_COLOR").empty() && text("TERM") != "dumb";
}

/// From the first call on, these signals no longer end the process by themselves.
net::asio::awaitable<cli::Asked> next_asked(net::asio::any_io_executor executor,
                                            std::unique_ptr<net::Signals>& signals) {
    const std::vector<int> numbers{SIGTERM, SIGINT, SIGHUP};
    if (!signals) signals = std::make_unique<net::Signals>(executor, numbers);
    const auto signal = co_await signals->next();  // or canceled: it ends as well
    co_return signal&&* signal == SIGHUP ? cli::Asked::reload : cli::Asked::stop;
}

int run_program(std::vector<std::string> arguments) {
    const bool secrets_are_locked = lock_secrets();
    net::asio::io_context io{1};
    net::SystemClock clock;
    net::SystemRandom random;
    const auto processes = net::make_processes(io.get_executor(), clock);
    net::Redactor redactor;
    cli::RedactedStream out{std::cout, redactor};
    cli::RedactedStream err{std::cerr, redactor};
    std::unique_ptr<net::Signals> signals;
    auto environment = read_environment();
    const bool terminal = ::isatty(STDOUT_FILENO) == 1;
    const bool colours = terminal && wants_colours(environment);
    cli::Machine machine{
        .environment = std::move(environment),
        .out = out,
        .err = err,
        .terminal = terminal,
        .colours = colours,
        .columns = terminal ? columns_of_terminal() : 0,
        .user = ::geteuid(),
        .secrets_are_locked = secrets_are_locked,
        .executor = io.get_executor(),
        .clock = clock,
        .random = random,
        .processes = *processes,
        .redactor = redactor,
        .make_lane = net::make_thread_lane,
        .next_asked = [&io, &signals] { return next_asked(io.get_executor(), signals); }};
    cli::set_up_logging(machine, true);
    int code = cli::exit_error;
    std::exception_ptr thrown;
    net::asio::co_spawn(io, cli::run_command_line(std::move(arguments), machine),
                        [&](const std::exception_ptr& failed, int result) {
                            thrown = failed;
                            code = failed ? cli::exit_error : result;
                        });
    io.run();
    if (thrown) std::rethrow_exception(thrown);
    return code;
}

}  // namespace
}  // namespace driftless

int main(int argc, char** argv) {
    try {
        return driftless::run_program({argv + 1, argv + argc});
    } catch (const std::exception& fault) {
        std::cerr << "driftless: internal error: " << fault.what() << '\n';
        return driftless::cli::exit_error;
    }
}
