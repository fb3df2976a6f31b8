#include "daemon/cli/importing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "daemon/cli/imported_files.hpp"
#include "daemon/plans.hpp"
#include "daemon/registry.hpp"
#include "daemon/secrets/secrets.hpp"
#include "reconcilers/docker/allow.hpp"

namespace driftless::cli {
namespace {

/// Why a manifest is not written: by what it is.
using Reasons = std::map<std::string, std::string>;

/// A store that remembers nothing: whoever imports begins.
Result<std::unique_ptr<Store>> empty_store(ImportParts& parts) {
    const auto nowhere =
        std::filesystem::temp_directory_path() / ("driftless-" + net::random_hex(parts.random, 16));
    return open_store(nowhere.string(), Access::read_only, parts.lane, parts.clock);
}

/// The one target, with everything allowed: what its settings don't allow is told, and no reason.
Settings of_one_target(const ImportParts& parts, bool everything) {
    Settings settings;
    settings.installation = parts.settings.installation;
    TargetSettings target = parts.settings.targets.at(parts.target);
    if (everything) target.allow.everything = true;
    settings.targets.emplace(parts.target, std::move(target));
    return settings;
}

std::string fields_of(const std::vector<FieldChange>& fields) {
    std::string text;
    for (const FieldChange& field : fields) text += (text.empty() ? ": " : ", ") + field.path;
    return text;
}

/// What of a plan would change something, or can't be told. Of what nobody declares driftless
/// clears away its own behind itself, and that is no reason.
class Verdicts {
public:
    /// @param whose  what declares each resource
    Verdicts(const Plan& plan, const std::map<ResourceKey, std::string>& whose) : whose_(whose) {
        for (const Action& action : plan.actions) judge(action);
        for (const Held& held : plan.held) judge(held.action);
        for (const Rest& rest : plan.resting) judge(rest);
    }
    Reasons reasons;

private:
    void add(const ResourceKey& key, std::string_view what, const std::string& more) {
        const auto found = whose_.find(key);
        if (found == whose_.end()) return;
        reasons.emplace(found->second, fmt::format("its first plan would not be empty: {} {} {}{}",
                                                   what, key.kind, key.name, more));
    }
    void judge(const Action& action) {
        if (action.verb != Verb::adopt && action.want)
            add(action.key, name(action.verb), fields_of(action.fields));
    }
    void judge(const Rest& rest) {
        const bool stays = rest.status == Status::in_sync || rest.status == Status::progressing ||
                           rest.status == Status::degraded || rest.status == Status::suspended;
        if (!stays) add(rest.key, name(rest.status), ": " + rest.why);
    }

    const std::map<ResourceKey, std::string>& whose_;
};

/// One import, until all that is left passes.
class Proof {
public:
    Proof(ImportParts& parts, ImportReport& report) : parts_(parts), report_(report) {}

    asio::awaitable<Result<void>> prove() {
        bool again = true;
        while (again && !manifests().empty()) {
            Reasons reasons = refused_by_the_loader();
            if (reasons.empty()) {
                auto planned = co_await refused_by_the_plan();
                if (!planned) co_return std::move(planned).error();
                reasons = *std::move(planned);
            }
            again = !reasons.empty();
            leave_out(std::move(reasons));
        }
        note_what_to_allow();
        co_return Result<void>{};
    }

    void load_again() {
        while (!manifests().empty()) {
            Reasons reasons = refused_by_the_loader();
            if (reasons.empty()) break;
            leave_out(std::move(reasons));
        }
    }

private:
    std::vector<ImportedManifest>& manifests() { return report_.imported.manifests; }

    Loaded load_with(const Settings& settings) {
        files_ = std::make_shared<ImportedFiles>(manifests());
        const ImportedSecrets secrets{manifests()};
        return load(*files_, {.settings = settings,
                              .expanders = expanders_,
                              .secrets = secrets,
                              .vault = *vault_,
                              .targets = {},
                              .addressed_before = {}});
    }

    Reasons refused_by_the_loader() {
        loaded_ = load_with(permissive_);
        Reasons reasons;
        Findings all = loaded_.unparsed;
        for (const auto& [target, load] : loaded_.targets)
            all.insert(all.end(), load.findings.begin(), load.findings.end());
        for (const Finding& finding : all) {
            if (finding.severity != Finding::Severity::error) continue;
            reasons.emplace(whose(finding.place.file), to_string(finding));
        }
        return reasons;
    }

    asio::awaitable<Result<Reasons>> refused_by_the_plan() {
        const auto load = loaded_.targets.find(parts_.target);
        if (load == loaded_.targets.end() || !load->second.desired) {
            co_return Error{Errc::internal, "import: what was written can't be read again"};
        }
        auto store = empty_store(parts_);
        if (!store) co_return std::move(store).error();
        const PlanParts plan{.settings = permissive_,
                             .targets = parts_.targets,
                             .store = **store,
                             .vault = *vault_,
                             .clock = parts_.clock,
                             .random = parts_.random};
        std::map<std::string, Wanted> wanted;
        Wanted one{.desired = *load->second.desired, .files = files_, .source = "import"};
        wanted.emplace(parts_.target, std::move(one));
        const auto plans = co_await plan_targets(plan, std::move(wanted), parts_.target);
        const auto& made = plans.at(parts_.target);
        if (!made) co_return made.error();
        std::map<ResourceKey, std::string> declared;
        for (const Declared& declares : (*load->second.desired)->resources)
            declared.emplace(declares.key, whose(declares.origin.place.file));
        co_return Verdicts{*made, declared}.reasons;
    }

    /// What the file belongs to; "" for a file that is none of ours.
    [[nodiscard]] std::string whose(const std::string& file) {
        for (const ImportedManifest& manifest : manifests()) {
            for (const auto& [path, text] : manifest.files) {
                if (manifest.path_of(path) == file) return manifest.what;
            }
        }
        return "";
    }

    /// A reason that belongs to no manifest would come again for ever: then it is all of theirs.
    void leave_out(Reasons reasons) {
        std::size_t left = 0;
        for (auto& [what, why] : reasons) {
            left += std::erase_if(manifests(), [&, &of = what](const ImportedManifest& manifest) {
                return manifest.what == of;
            });
            report_.imported.left_out.push_back(
                {what.empty() ? "all of it" : what, std::move(why)});
        }
        if (!reasons.empty() && left == 0) manifests().clear();
    }

    void note_what_to_allow() {
        const Settings real = of_one_target(parts_, false);
        const Loaded loaded = load_with(real);
        for (const auto& [target, load] : loaded.targets) {
            for (const Finding& finding : load.findings) {
                if (auto line = docker::allow_line(finding))
                    report_.allow[line->first].insert(line->second);
            }
        }
    }

    ImportParts& parts_;
    ImportReport& report_;
    Settings permissive_ = of_one_target(parts_, true);
    Expanders expanders_ = all_expanders();
    std::unique_ptr<Vault> vault_ = make_vault(net::random_hex(parts_.random, 32));
    std::shared_ptr<const ImportedFiles> files_;  // shared with the plan's runs
    Loaded loaded_;
};

}  // namespace

asio::awaitable<Result<ImportReport>> import_target(ImportParts parts, ImportWish wish) {
    auto imported = co_await parts.targets.at(parts.target)->import_live(std::move(wish));
    if (!imported) co_return std::move(imported).error();
    ImportReport report{*std::move(imported), {}};
    Proof proof{parts, report};
    auto proven = co_await proof.prove();
    if (!proven) co_return std::move(proven).error();
    co_return report;
}

ImportReport check_import(ImportParts parts, Imported imported) {
    ImportReport report{std::move(imported), {}};
    Proof{parts, report}.load_again();
    return report;
}

}  // namespace driftless::cli
