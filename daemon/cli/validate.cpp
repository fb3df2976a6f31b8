#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <ostream>
#include <set>

#include "config/manifest.hpp"
#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/settings_file.hpp"
#include "daemon/cli/text.hpp"
#include "daemon/git/source.hpp"
#include "daemon/registry.hpp"
#include "daemon/secrets/secrets.hpp"

namespace driftless::cli {
namespace {

/// Where the machine's secrets aren't: any name is one. Only what depends on their texts is
/// unknown.
class AnySecret final : public Secrets {
public:
    [[nodiscard]] Result<Secret> read(const std::string& name, const std::string&) const override {
        return Secret{"secret-" + name};
    }
};

std::vector<std::string> kinds_of(const Expanders& expanders) {
    std::vector<std::string> kinds;
    for (const auto& [kind, expander] : expanders) kinds.push_back(kind);
    return kinds;
}

/// Without driftless.yaml, as in a pipeline: every target that a manifest names is an engine that
/// allows everything. What a real one allows is checked where its settings are.
Settings permissive(const Files& files, const Expanders& expanders) {
    Settings settings;
    settings.installation = "validate";
    DockerAllow all;
    all.everything = true;
    for (const Manifest& manifest : read_manifests(files, kinds_of(expanders)).all) {
        settings.targets.insert_or_assign(manifest.target,
                                          TargetSettings{.name = manifest.target,
                                                         .endpoint = DockerEndpoint{},
                                                         .allow = all,
                                                         .policy = {},
                                                         .place = manifest.place});
    }
    return settings;
}

/// Prints what was found, once each, sorted by place. @return are there errors?
bool print(Machine& machine, const Loaded& loaded) {
    std::set<std::pair<Place, std::string>> lines;
    bool errors = false;
    const auto add = [&](const Findings& findings) {
        errors = errors || has_errors(findings);
        for (const Finding& finding : findings) {
            const bool note = finding.severity == Finding::Severity::note;
            lines.emplace(finding.place, to_string(finding) + (note ? " (note)" : ""));
        }
    };
    for (const auto& [target, load] : loaded.targets) add(load.findings);
    add(loaded.unparsed);
    add(loaded.elsewhere);
    for (const auto& [place, line] : lines) machine.out << clean(line) << '\n';
    return errors;
}

int check(Machine& machine, const Files& files, const Settings& settings, const Secrets& secrets) {
    const Expanders expanders = all_expanders();
    const auto vault = make_vault(net::random_hex(machine.random, 32));
    const Loaded loaded = load(files, {.settings = settings,
                                       .expanders = expanders,
                                       .secrets = secrets,
                                       .vault = *vault,
                                       .targets = {},
                                       .addressed_before = {}});
    if (print(machine, loaded)) return exit_error;
    std::size_t resources = 0;
    for (const auto& [target, load] : loaded.targets) {
        if (load.desired) resources += (*load.desired)->resources.size();
    }
    machine.out << fmt::format("valid: {} target{}, {} resource{}\n", loaded.targets.size(),
                               loaded.targets.size() == 1 ? "" : "s", resources,
                               resources == 1 ? "" : "s");
    return exit_done;
}

asio::awaitable<int> validate(Machine& machine, std::string config, std::string folder) {
    const auto files = git::open_folder(folder);
    if (!files) co_return fail(machine, files.error());
    std::error_code failed;
    if (config.empty() && !std::filesystem::exists(usual_settings_path(), failed)) {
        const AnySecret secrets;
        co_return check(machine, **files, permissive(**files, all_expanders()), secrets);
    }
    const auto settings = load_settings(config);
    if (!settings) co_return fail(machine, settings.error());
    const auto secrets = make_secrets(settings->secrets, machine.environment, &machine.redactor);
    co_return check(machine, **files, *settings, *secrets);
}

}  // namespace

void add_validate(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("validate", "check manifests, without any network");
    auto folder = std::make_shared<std::string>(".");  // shared with the callback
    command->add_option("folder", *folder, "where they are; left out: here")->type_name("DIR");
    command->callback([&selected, folder] {
        selected.command = [&selected, folder](Machine& machine) {
            return validate(machine, selected.config, *folder);
        };
    });
}

}  // namespace driftless::cli
