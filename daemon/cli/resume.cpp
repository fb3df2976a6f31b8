#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/text.hpp"

namespace driftless::cli {
namespace {

struct ResumeOptions {
    std::string what;
    bool as_json = false;
};

/// The name of the suspension that the text means.
Result<std::string> name_in(const json& targets, const std::string& text) {
    std::vector<Candidate> candidates;
    for (const json& target : targets) {
        if (target["name"] == text) return text;
        for (const json& one : target["suspended"]) {
            auto key = parse_resource_key(one["name"].get<std::string>());
            if (key) candidates.push_back({*std::move(key), ""});
        }
    }
    if (candidates.empty()) {
        return Error{Errc::not_found, "no resource is suspended; `driftless status` shows what is"};
    }
    const auto found = look_up_one(text, candidates);
    if (!found) return Error{found.error()}.in("resume what is suspended");
    return to_string(*found);
}

asio::awaitable<int> resume(Machine& machine, std::string config, ResumeOptions options) {
    auto endpoint = endpoint_of(config, machine);
    if (!endpoint) co_return fail(machine, endpoint.error());
    const auto targets = co_await endpoint->get("/api/v1/targets");
    if (!targets) co_return fail(machine, targets.error());
    const auto name = name_in((*targets)["targets"], options.what);
    if (!name) co_return fail(machine, name.error());
    json body{{"name", *name}};
    const auto answer = co_await endpoint->post("/api/v1/resume", std::move(body));
    if (!answer) co_return fail(machine, answer.error());
    if (options.as_json) {
        show_json(machine, json{{"resumed", {{{"name", *name}}}}});
    } else {
        machine.out << clean(*name) << " is looked after again; a run begins\n";
    }
    co_return exit_done;
}

}  // namespace

void add_resume(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("resume", "end a suspension");
    auto options = std::make_shared<ResumeOptions>();  // shared with the callback
    command->add_option("what", options->what, "what is suspended")
        ->required()
        ->type_name("TARGET|KEY");
    command->add_flag("--json", options->as_json, "for programs");
    command->callback([&selected, options] {
        selected.command = [&selected, options](Machine& machine) {
            return resume(machine, selected.config, *options);
        };
    });
}

}  // namespace driftless::cli
