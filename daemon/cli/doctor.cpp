#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "daemon/cli/check_up.hpp"
#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/settings_file.hpp"
#include "daemon/cli/text.hpp"

namespace driftless::cli {
namespace {

const char* name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::fine: return "fine";
        case Verdict::advice: return "advice";
        case Verdict::fault: return "fault";
    }
    return "";
}

Table::Cell sign_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::fine: return {"✓", Tone::good};
        case Verdict::advice: return {"!", Tone::warn};
        case Verdict::fault: return {"✗", Tone::bad};
    }
    return {};
}

void print(Machine& machine, const Checks& checks, bool as_json) {
    if (as_json) {
        json list = json::array();
        for (const Check& check : checks) {
            list.push_back({{"about", check.about},
                            {"verdict", name_of(check.verdict)},
                            {"detail", check.detail}});
        }
        show_json(machine, json{{"checks", std::move(list)}});
        return;
    }
    Table table;
    for (const Check& check : checks) {
        table.row(
            {sign_of(check.verdict), {clean(check.about), Tone::strong}, {clean(check.detail)}});
    }
    show(machine, table.print(Style{machine.colours}, ""));
}

asio::awaitable<Check> check_daemon(const Settings& settings, Machine& machine) {
    Endpoint endpoint{settings, machine};
    const auto status = co_await endpoint.get("/api/v1/status");
    if (status)
        co_return Check{.about = "daemon",
                        .detail = "it runs and answers at " + socket_path(settings)};
    co_return Check{
        .about = "daemon", .verdict = Verdict::advice, .detail = status.error().message};
}

void add(Checks& all, Checks some) {
    std::ranges::move(some, std::back_inserter(all));
}

asio::awaitable<int> doctor(Machine& machine, std::string config, bool as_json) {
    const auto settings = load_settings(config);
    if (!settings) co_return fail(machine, settings.error());
    const auto user = act_as_owner(*settings, machine);
    if (!user) co_return fail(machine, user.error());
    const auto lane = machine.make_lane();
    const auto secrets =
        make_secrets(settings->secrets, service_environment(machine), &machine.redactor);
    Checks checks = check_settings(*settings);
    add(checks, check_state(*settings, *user));
    add(checks, check_secrets(*settings, *secrets));
    add(checks, co_await check_sources(*settings, *secrets, machine, *lane));
    add(checks, co_await check_targets(*settings, *secrets, machine, *lane));
    checks.push_back(co_await check_daemon(*settings, machine));
    print(machine, checks, as_json);
    const auto is_fault = [](const Check& check) { return check.verdict == Verdict::fault; };
    co_return std::ranges::any_of(checks, is_fault) ? exit_error : exit_done;
}

}  // namespace

void add_doctor(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand(
        "doctor", "check settings, credentials, permissions and clocks, and say what to fix");
    auto as_json = std::make_shared<bool>(false);  // shared with the callback
    command->add_flag("--json", *as_json, "for programs");
    command->callback([&selected, as_json] {
        selected.command = [&selected, as_json](Machine& machine) {
            return doctor(machine, selected.config, *as_json);
        };
    });
}

}  // namespace driftless::cli
