#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>

#include "config/base/durations.hpp"
#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/settings_file.hpp"
#include "daemon/cli/text.hpp"
#include "daemon/cli/waiting.hpp"

namespace driftless::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto between_looks = 1s;
constexpr auto daemon_begins_within =
    10s;  ///< one that was started, or reads its settings, just now
constexpr std::size_t shortest_revision = 7;
constexpr std::size_t longest_revision = 64;

struct WaitOptions {
    std::string revision;
    std::string target;
    std::string timeout = "10m";
    bool as_json = false;
};

bool is_commit(const std::string& text) {
    const bool hex = text.find_first_not_of("0123456789abcdef") == text.npos;
    return hex && text.size() >= shortest_revision && text.size() <= longest_revision;
}

asio::awaitable<Result<std::vector<Standing>>> look(Endpoint& endpoint, Waiting& waiting) {
    const auto status = co_await endpoint.get("/api/v1/status");
    if (!status) co_return status.error();
    const auto resources = co_await endpoint.get("/api/v1/resources");
    if (!resources) co_return resources.error();
    co_return waiting.look(*status, *resources);
}

std::string in_words(const std::vector<Standing>& all) {
    std::string text;
    for (const Standing& one : all) {
        if (!text.empty()) text += "; ";
        text += clean(one.target) + " " + std::string{name(one.state)};
        if (!one.why.empty()) text += ": " + clean(one.why);
    }
    return text.empty() ? "no target takes commits yet" : text;
}

/// On a terminal one line that changes; elsewhere a line whenever something did.
class Teller {
public:
    Teller(Machine& machine, bool silent) : machine_(machine), silent_(silent) {}
    void tell(const std::string& text) {
        if (silent_ || text == told_) return;
        told_ = text;
        if (machine_.terminal) {
            machine_.out << "\r\x1b[K" << text << std::flush;
        } else {
            machine_.out << text << '\n' << std::flush;
        }
    }
    void end() {
        if (!silent_ && machine_.terminal && !told_.empty()) machine_.out << '\n';
    }

private:
    Machine& machine_;
    bool silent_;
    std::string told_;
};

json view_of(const std::vector<Standing>& all, const std::string& revision) {
    json targets = json::array();
    for (const Standing& one : all) {
        targets.push_back({{"name", one.target}, {"state", name(one.state)}, {"why", one.why}});
    }
    return {{"revision", revision}, {"targets", std::move(targets)}};
}

/// @return how it stands at the end; an error only where no look ever succeeded
asio::awaitable<Result<std::vector<Standing>>> wait_for(Machine& machine, Endpoint& endpoint,
                                                        const WaitOptions& options,
                                                        std::chrono::nanoseconds time) {
    const auto until = machine.clock.now() + time;
    Waiting waiting{options.revision, options.target};
    Teller teller{machine, options.as_json};
    Result<std::vector<Standing>> known = co_await look(endpoint, waiting);
    const auto given_up = std::min(until, machine.clock.now() + daemon_begins_within);
    while (!known && machine.clock.now() < given_up) {
        const auto slept = co_await machine.clock.sleep_for(between_looks);
        if (!slept) break;
        known = co_await look(endpoint, waiting);
    }
    while (known && !is_over(*known) && machine.clock.now() < until) {
        teller.tell(in_words(*known));
        const auto slept = co_await machine.clock.sleep_for(between_looks);
        if (!slept) break;
        auto next = co_await look(endpoint, waiting);
        if (next) known = std::move(next);  // a daemon that reads its settings anew is back soon
    }
    if (known) teller.tell(in_words(*known));
    teller.end();
    co_return known;
}

asio::awaitable<int> wait(Machine& machine, std::string config, WaitOptions options) {
    const auto settings = load_settings(config);
    if (!settings) co_return fail(machine, settings.error());
    const auto time = parse_duration(options.timeout);
    const auto known = find_target(*settings, options.target);
    if (!time || !is_commit(options.revision) || !known) {
        machine.err << (!time   ? "--timeout: " + time.error().message
                        : known ? "--revision: expected a commit of 7 to 64 hexadecimal digits"
                                : clean(known.error().message))
                    << '\n';
        co_return exit_usage;
    }
    Endpoint endpoint{*settings, machine};
    const auto ended = co_await wait_for(machine, endpoint, options, *time);
    if (!ended) co_return fail(machine, ended.error());
    if (options.as_json) show_json(machine, view_of(*ended, options.revision));
    co_return exit_code_of(*ended);
}

}  // namespace

void add_wait(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("wait", "until a commit is in force and healthy");
    auto options = std::make_shared<WaitOptions>();  // shared with the callback
    command->add_option("--revision", options->revision, "the commit, or its beginning")
        ->required()
        ->type_name("REV");
    command->add_option("--target", options->target, "on this one only")->type_name("TARGET");
    command->add_option("--timeout", options->timeout, "how long at most; left out: 10m")
        ->type_name("TIME");
    command->add_flag("--json", options->as_json, "for programs");
    command->callback([&selected, options] {
        selected.command = [&selected, options](Machine& machine) {
            return wait(machine, selected.config, *options);
        };
    });
}

}  // namespace driftless::cli
