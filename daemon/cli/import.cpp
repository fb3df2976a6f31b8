#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/import_output.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/settings_file.hpp"
#include "daemon/registry.hpp"
#include "daemon/secrets/secrets.hpp"

namespace driftless::cli {
namespace {

struct ImportOptions {
    std::string target;
    std::string folder;
    std::string project;
    std::string secrets;
    std::vector<std::string> plain;
    bool as_json = false;
};

/// What an import stands on: the settings and one engine, and nothing of the daemon's state, so
/// that whoever may ask the engine may import.
struct ImportWorld {
    Settings settings;  ///< without registries: nothing is pulled, so no password is read
    std::unique_ptr<net::Lane> lane;
    std::unique_ptr<Secrets> secrets;
    Measures measures = {};
    std::unique_ptr<net::Pacers> pacers = {};
    std::map<std::string, std::unique_ptr<Target>> targets = {};
};

Result<void> open_target(ImportWorld& world, const std::string& name, Machine& machine) {
    world.settings.registries.clear();
    world.lane = machine.make_lane();
    world.secrets = make_secrets(world.settings.secrets, machine.environment, &machine.redactor);
    world.pacers = std::make_unique<net::Pacers>(machine.executor, machine.clock);
    const TargetContext context{.settings = world.settings,
                                .secrets = *world.secrets,
                                .environment = machine.environment,
                                .executor = machine.executor,
                                .clock = machine.clock,
                                .lane = *world.lane,
                                .pacers = *world.pacers,
                                .measures = world.measures};
    auto made = make_target(world.settings.targets.at(name), context);
    if (!made) return std::move(made).error();
    world.targets.emplace(name, std::move(*made));
    return {};
}

/// From now on they are in nothing that this command prints.
void learn_secrets(const ImportReport& report, net::Redactor& redactor) {
    for (const ImportedManifest& manifest : report.imported.manifests) {
        for (const auto& [name, secret] : manifest.secrets) redactor.learn(secret);
    }
}

int tell(const ImportReport& report, const ImportPlaces& places, const ImportOptions& options,
         Machine& machine) {
    if (options.as_json) {
        show_json(machine, import_view(report, places));
    } else {
        show(machine, import_text(report, places, Style{machine.colours}));
    }
    const bool missed = !options.project.empty() && report.imported.manifests.empty();
    return missed ? exit_error : exit_done;
}

asio::awaitable<int> import_from(Machine& machine, std::string config, ImportOptions options) {
    auto settings = load_settings(config);
    if (!settings) co_return fail(machine, settings.error());
    if (const auto known = find_target(*settings, options.target); !known) {
        (void)fail(machine, known.error());
        co_return exit_usage;
    }
    ImportWorld world{.settings = std::move(*settings), .lane = {}, .secrets = {}};
    auto opened = open_target(world, options.target, machine);
    if (!opened) co_return fail(machine, opened.error());
    const ImportParts parts{.settings = world.settings,
                            .target = options.target,
                            .targets = world.targets,
                            .clock = machine.clock,
                            .random = machine.random,
                            .lane = *world.lane};
    ImportWish wish{.only = options.project, .plain = {options.plain.begin(), options.plain.end()}};
    Progress progress{machine, options.as_json};
    progress.say(options.target + ": reads what runs there");
    const auto report = co_await import_target(parts, std::move(wish));
    progress.clear();
    if (!report) co_return fail(machine, Error{report.error()}.in("target " + options.target));
    learn_secrets(*report, machine.redactor);
    const ImportPlaces places{.target = options.target,
                              .folder = options.folder.empty() ? options.target : options.folder,
                              .secrets = options.secrets,
                              .secrets_folder = world.settings.secrets.folder};
    if (auto written = write_import(*report, places); !written)
        co_return fail(machine, written.error());
    co_return tell(*report, places, options, machine);
}

}  // namespace

void add_import(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand(
        "import", "write manifests for what runs on a target, whose first plan changes nothing");
    auto options = std::make_shared<ImportOptions>();  // shared with the callback
    command->add_option("target", options->target, "what to read; nothing there is changed")
        ->required()
        ->type_name("TARGET");
    command
        ->add_option("--into", options->folder,
                     "where the files go; left out: a folder with the target's name")
        ->type_name("DIR");
    command->add_option("--project", options->project, "this Compose project alone")
        ->type_name("NAME");
    command
        ->add_option("--secrets", options->secrets,
                     "write the values of environments there, as TARGET/NAME with mode 0600; left "
                     "out: they are written nowhere")
        ->type_name("DIR");
    command
        ->add_option("--plain", options->plain,
                     "variables that are no secrets: their values go into the manifest")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("NAME");
    command->add_flag("--json", options->as_json, "for programs");
    command->callback([&selected, options] {
        selected.command = [&selected, options](Machine& machine) {
            return import_from(machine, selected.config, *options);
        };
    });
}

}  // namespace driftless::cli
