#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <tuple>

#include "config/manifest.hpp"
#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/settings_file.hpp"
#include "daemon/cli/text.hpp"
#include "daemon/git/source.hpp"
#include "daemon/http/views.hpp"
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

/// What was found, once each, sorted by place.
Findings found_in(const Loaded& loaded) {
    Findings all = loaded.unparsed;
    std::ranges::copy(loaded.elsewhere, std::back_inserter(all));
    for (const auto& [target, load] : loaded.targets) {
        std::ranges::copy(load.findings, std::back_inserter(all));
    }
    const auto parts = [](const Finding& one) { return std::tie(one.place, one.message); };
    std::ranges::sort(all, {}, parts);
    const auto same = [&](const auto& one, const auto& other) {
        return parts(one) == parts(other);
    };
    all.erase(std::unique(all.begin(), all.end(), same), all.end());
    return all;
}

std::size_t resources_in(const Loaded& loaded) {
    std::size_t resources = 0;
    for (const auto& [target, load] : loaded.targets) {
        if (load.desired) resources += (*load.desired)->resources.size();
    }
    return resources;
}

std::string text_of(const Findings& findings, const Loaded& loaded) {
    std::string text;
    for (const Finding& finding : findings) {
        const bool note = finding.severity == Finding::Severity::note;
        text += clean(to_string(finding)) + (note ? " (note)\n" : "\n");
    }
    if (has_errors(findings)) return text;
    const std::size_t targets = loaded.targets.size();
    const std::size_t resources = resources_in(loaded);
    return text + fmt::format("valid: {} target{}, {} resource{}\n", targets,
                              targets == 1 ? "" : "s", resources, resources == 1 ? "" : "s");
}

json view_of(const Findings& findings, const Loaded& loaded) {
    json view = http::view_of(findings);
    view["valid"] = !has_errors(findings);
    view["targets"] = loaded.targets.size();
    view["resources"] = resources_in(loaded);
    return view;
}

struct ValidateOptions {
    std::string folder = ".";
    bool as_json = false;
};

int check(Machine& machine, const Files& files, const Settings& settings, const Secrets& secrets,
          bool as_json) {
    const Expanders expanders = all_expanders();
    const auto vault = make_vault(net::random_hex(machine.random, 32));
    const Loaded loaded = load(files, {.settings = settings,
                                       .expanders = expanders,
                                       .secrets = secrets,
                                       .vault = *vault,
                                       .targets = {},
                                       .addressed_before = {}});
    const Findings findings = found_in(loaded);
    if (as_json) {
        show_json(machine, view_of(findings, loaded));
    } else {
        show(machine, text_of(findings, loaded));
    }
    return has_errors(findings) ? exit_error : exit_done;
}

asio::awaitable<int> validate(Machine& machine, std::string config, ValidateOptions options) {
    const auto files = git::open_folder(options.folder);
    if (!files) co_return fail(machine, files.error());
    std::error_code failed;
    if (config.empty() && !std::filesystem::exists(usual_settings_path(), failed)) {
        const AnySecret secrets;
        co_return check(machine, **files, permissive(**files, all_expanders()), secrets,
                        options.as_json);
    }
    const auto settings = load_settings(config);
    if (!settings) co_return fail(machine, settings.error());
    const auto secrets = make_secrets(settings->secrets, machine.environment, &machine.redactor);
    co_return check(machine, **files, *settings, *secrets, options.as_json);
}

}  // namespace

void add_validate(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("validate", "check manifests, without any network");
    auto options = std::make_shared<ValidateOptions>();  // shared with the callback
    command->add_option("folder", options->folder, "where they are; left out: here")
        ->type_name("DIR");
    command->add_flag("--json", options->as_json, "for programs");
    command->callback([&selected, options] {
        selected.command = [&selected, options](Machine& machine) {
            return validate(machine, selected.config, *options);
        };
    });
}

}  // namespace driftless::cli
