#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <iterator>
#include <memory>
#include <ostream>
#include <set>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/import_output.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/settings_file.hpp"
#include "daemon/registry.hpp"
#include "daemon/secrets/secrets.hpp"
#include "reconcilers/cloudflare/import_file.hpp"

namespace driftless::cli {
namespace {

struct ImportOptions {
    std::string target;
    std::string folder;
    std::string project;
    std::vector<std::string> from;
    std::string zone;
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
    const bool asked = !options.project.empty() || !options.from.empty();
    const bool missed = asked && report.imported.manifests.empty();
    return missed ? exit_error : exit_done;
}

ImportPlaces places_of(const ImportOptions& options, const Settings& settings) {
    return {.target = options.target,
            .folder = options.folder.empty() ? options.target : options.folder,
            .secrets = options.secrets,
            .secrets_folder = settings.secrets.folder};
}

asio::awaitable<int> import_live(Machine& machine, std::string config, ImportOptions options) {
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
    progress.say(options.target + ": reads what is there");
    const auto report = co_await import_target(parts, std::move(wish));
    progress.clear();
    if (!report) co_return fail(machine, Error{report.error()}.in("target " + options.target));
    learn_secrets(*report, machine.redactor);
    const ImportPlaces places = places_of(options, world.settings);
    if (auto written = write_import(*report, places); !written)
        co_return fail(machine, written.error());
    co_return tell(*report, places, options, machine);
}

bool is_cloudflare(const TargetSettings& target) {
    return std::holds_alternative<CloudflareEndpoint>(target.endpoint);
}

/// Which account the manifests of files are for: the one that was named, or the only one. Settings
/// that aren't there don't matter where one is named.
Result<std::string> target_of_files(const Result<Settings>& settings, const std::string& named) {
    if (!settings && !named.empty()) return named;
    if (!settings) return settings.error();
    std::vector<std::string> known;
    for (const auto& [name, target] : settings->targets) {
        if (is_cloudflare(target)) known.push_back(name);
    }
    if (!named.empty()) {
        if (const auto found = find_target(*settings, named); !found) return found.error();
        if (std::ranges::find(known, named) != known.end()) return named;
        return Error{Errc::invalid, fmt::format("import --from: target {} is no account at "
                                                "Cloudflare, and zones are for one",
                                                in_quotes(named))};
    }
    if (known.size() == 1) return known.front();
    return Error{
        Errc::invalid,
        fmt::format("import --from: driftless.yaml has {} targets at Cloudflare; name the "
                    "one that the zone is for, as in `driftless import --from FILE TARGET`",
                    known.size())};
}

Result<Imported> read_files(const ImportOptions& options) {
    Imported all;
    std::set<std::string> zones;
    for (const std::string& path : options.from) {
        auto text = read_text_file(path);
        if (!text) return std::move(text).error();
        auto one =
            cloudflare::import_zone_file({path, *std::move(text), options.zone}, options.target);
        if (!one) return std::move(one).error();
        for (ImportedManifest& manifest : one->manifests) {
            if (!zones.insert(manifest.name).second) {
                return Error{Errc::invalid, fmt::format("{}: zone {} stands in a file before it",
                                                        path, manifest.name)};
            }
            all.manifests.push_back(std::move(manifest));
        }
        std::ranges::move(one->left_out, std::back_inserter(all.left_out));
    }
    return all;
}

int import_files(Machine& machine, const std::string& config, ImportOptions options) {
    const auto loaded = load_settings(config);
    auto target = target_of_files(loaded, options.target);
    if (!target) {
        (void)fail(machine, target.error());
        return exit_usage;
    }
    options.target = *std::move(target);
    auto imported = read_files(options);
    if (!imported) return fail(machine, imported.error());
    Settings settings = loaded ? *loaded : Settings{};
    TargetSettings& account = settings.targets[options.target];
    account.name = options.target;
    const std::map<std::string, std::unique_ptr<Target>> nobody;
    const auto lane = machine.make_lane();
    const ImportParts parts{.settings = settings,
                            .target = options.target,
                            .targets = nobody,
                            .clock = machine.clock,
                            .random = machine.random,
                            .lane = *lane};
    const ImportReport report = check_import(parts, *std::move(imported));
    const ImportPlaces places = places_of(options, settings);
    if (auto written = write_import(report, places); !written)
        return fail(machine, written.error());
    return tell(report, places, options, machine);
}

asio::awaitable<int> import_from(Machine& machine, std::string config, ImportOptions options) {
    if (!options.from.empty()) co_return import_files(machine, config, std::move(options));
    if (!options.target.empty()) co_return co_await import_live(machine, config, options);
    machine.err << "import: name a TARGET to read, or a file with --from\n";
    co_return exit_usage;
}

}  // namespace

void add_import(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand(
        "import", "write manifests for what is on a target, whose first plan changes nothing");
    auto options = std::make_shared<ImportOptions>();  // shared with the callback
    command
        ->add_option("target", options->target,
                     "what to read; nothing there is changed. With --from: whom the zone is for")
        ->type_name("TARGET");
    command
        ->add_option("--into", options->folder,
                     "where the files go; left out: a folder with the target's name")
        ->type_name("DIR");
    command
        ->add_option("--project", options->project,
                     "this one alone, by its name: a Compose project, zone, tunnel, Pages "
                     "project, part of Access, resource group or resource")
        ->type_name("NAME");
    auto* from = command
                     ->add_option("--from", options->from,
                                  "a zone file (as BIND has it), or a zone of octoDNS (*.yaml), in "
                                  "place of what is live; may be given more than once")
                     ->allow_extra_args(false)
                     ->type_name("FILE");
    command
        ->add_option("--zone", options->zone,
                     "the zone's name, where neither the file nor its name says it")
        ->needs(from)
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
