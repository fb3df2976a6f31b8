#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <set>

#include "config/base/nearest.hpp"
#include "reconcilers/expand.hpp"
#include "reconcilers/load_checks.hpp"
#include "reconcilers/load_guards.hpp"
#include "reconcilers/load_offers.hpp"
#include "reconcilers/seals.hpp"

namespace driftless {
namespace {

/// The secrets that a manifest may name: all but those that the settings use themselves.
class ManifestSecrets final : public Secrets {
public:
    ManifestSecrets(const Secrets& all, const Settings& settings)
        : all_{all}, used_{own_secret_names(settings)} {}

    [[nodiscard]] Result<Secret> read(const std::string& name,
                                      const std::string& target) const override {
        if (used_.contains(name)) {
            return Error{Errc::forbidden,
                         "the settings use it themselves, so no manifest may; give it another name "
                         "there"};
        }
        return all_.read(name, target);
    }

private:
    const Secrets& all_;
    std::set<std::string> used_;
};

/// Calls `see` with every text of a spec.
template <class See>
void each_text(const json& value, const See& see) {
    if (value.is_string()) return see(value.get_ref<const std::string&>());
    for (const json& child : value) {
        if (value.is_structured()) each_text(child, see);
    }
}

void add_need(Declared& declared, const Need& need) {
    const auto same = [&need](const Need& each) { return each.key == need.key; };
    if (std::ranges::none_of(declared.needs, same)) declared.needs.push_back(need);
}

/// Fills in what follows from the manifest whatever the kind.
void complete(Declared& declared, const Manifest& manifest, const std::string& commit) {
    assert(declared.key.target == manifest.target);
    declared.origin.commit = commit;
    declared.origin.manifest = manifest.key();
    if (declared.origin.place.file.empty()) declared.origin.place = manifest.place;
    declared.protect = declared.protect || manifest.protect;
    for (const ResourceKey& key : manifest.depends_on) add_need(declared, {.key = key});
}

/// Which resource of a manifest gives a field, by manifest and field.
using Givers = std::map<std::pair<ResourceKey, std::string>, ResourceKey>;

Givers givers_of(const CommitParts& parts) {
    Givers givers;
    for (const auto& [target, resources] : parts.resources) {
        for (const Declared& declared : resources) {
            for (const std::string& field : declared.gives) {
                givers.emplace(std::pair{declared.origin.manifest, field}, declared.key);
            }
        }
    }
    return givers;
}

/// A late value needs what gives it: one resource, where its kind says so, so that a part of a
/// manifest may need what another part of it is needed by; else the manifest as a whole.
void add_late_needs(CommitParts& parts) {
    const Givers givers = givers_of(parts);
    for (auto& [target, resources] : parts.resources) {
        for (Declared& declared : resources) {
            each_text(declared.spec, [&](const std::string& text) {
                for (const LateRef& ref : late_refs(text)) {
                    const auto giver =
                        givers.find({ref.of, ref.field.substr(0, ref.field.find('.'))});
                    add_need(declared, {.key = giver == givers.end() ? ref.of : giver->second});
                }
            });
        }
    }
}

std::vector<std::string> kinds_of(const Expanders& expanders) {
    std::vector<std::string> kinds;
    for (const auto& [kind, expander] : expanders) kinds.push_back(kind);
    return kinds;
}

class Loader {
public:
    Loader(const Files& files, const LoadContext& context)
        : files_{files},
          context_{context},
          secrets_{context.secrets, context.settings},
          read_{read_manifests(files, kinds_of(context.expanders))} {}

    Loaded load() {
        loaded_.commit = files_.commit();
        loaded_.unparsed = std::move(read_.unparsed);
        loaded_.unparsed_files = read_.unparsed_files;
        loaded_.empty = read_.all.empty() && read_.findings.empty() && read_.unparsed_files.empty();
        if (loaded_.empty) return std::move(loaded_);
        find_targets();
        for (Manifest& manifest : read_.all) {
            if (ours_.contains(manifest.target)) parts_.manifests.push_back(std::move(manifest));
        }
        hold_back_unparsed();
        for (const Manifest& manifest : parts_.manifests) expand(manifest);
        add_late_needs(parts_);
        for (auto& [target, resources] : parts_.resources) {
            add_needs_of_guarded(resources);
            add_needs_of_offers(resources);
        }
        check_inside_targets(parts_);
        check_references(parts_);
        for (const std::string& target : ours_) finish(target);
        return std::move(loaded_);
    }

private:
    [[nodiscard]] bool may_address(const std::string& target) const {
        const auto& allowed = context_.targets;
        return allowed.empty() || std::ranges::find(allowed, target) != allowed.end();
    }

    /// Whose manifests these are: ours, another daemon's, or of a target that the source may not
    /// name.
    void find_targets() {
        for (const auto& [target, files] : read_.files_of) {
            if (target == every_target) continue;
            if (!context_.settings.targets.contains(target)) {
                parts_.elsewhere.insert(target);
            } else if (may_address(target)) {
                ours_.insert(target);
                continue;
            }
            tell_elsewhere(target, files);
        }
        for (const auto& [target, files] : context_.addressed_before) {
            const bool known = context_.settings.targets.contains(target) && may_address(target);
            if (known && !files.empty()) ours_.insert(target);
        }
        for (const std::string& target : ours_) {
            add_findings(target, target);
            add_findings(std::string{every_target}, target);
        }
    }

    void add_findings(const std::string& from, const std::string& target) {
        const auto found = read_.findings.find(from);
        if (found == read_.findings.end()) return;
        std::ranges::copy(found->second, std::back_inserter(parts_.findings[target]));
    }

    void tell_elsewhere(const std::string& target, const std::vector<std::string>& files) {
        bool told = false;
        for (const Manifest& manifest : read_.all) {
            if (manifest.target != target) continue;
            tell_one_elsewhere(target, manifest.place, manifest.kind + "/" + manifest.name);
            told = true;
        }
        if (!told) tell_one_elsewhere(target, {files.front()}, "a manifest");
    }

    void tell_one_elsewhere(const std::string& target, const Place& place,
                            const std::string& what) {
        if (context_.settings.targets.contains(target)) {
            loaded_.elsewhere.push_back(
                {Finding::Severity::error, place,
                 fmt::format("{} is for target {}, which this source may not address; see "
                             "sources.*.targets in the settings",
                             what, target)});
            return;
        }
        std::vector<std::string> known;
        for (const auto& [name, settings] : context_.settings.targets) known.push_back(name);
        loaded_.elsewhere.push_back(
            {context_.settings.strict_targets ? Finding::Severity::error : Finding::Severity::note,
             place,
             fmt::format("{} is for target {}, which this daemon doesn't have{}", what, target,
                         did_you_mean(target, known))});
    }

    /// A file that cannot be read may say anything: what it addressed before keeps its last good
    /// commit.
    void hold_back_unparsed() {
        for (const std::string& file : read_.unparsed_files) {
            if (file == whole_commit) return hold_back_all();
            for (const auto& [target, files] : context_.addressed_before) {
                if (!ours_.contains(target)) continue;
                if (std::ranges::find(files, file) == files.end()) continue;
                parts_.findings[target].push_back(
                    {Finding::Severity::error,
                     {file},
                     "cannot be read, and addressed this target before; it keeps its last good "
                     "commit"});
            }
        }
    }

    void hold_back_all() {
        for (const auto& [target, settings] : context_.settings.targets) {
            if (!may_address(target)) continue;
            ours_.insert(target);
            parts_.findings[target].push_back(
                {Finding::Severity::error, loaded_.unparsed.back().place,
                 "the commit cannot be read as a whole; this target keeps its last good one"});
        }
    }

    void expand(const Manifest& manifest) {
        const auto expander = context_.expanders.find(manifest.kind);
        if (expander == context_.expanders.end()) return;  // an error that is told already
        const std::string& target = manifest.target;
        auto values = read_.values.find(target);
        if (values == read_.values.end()) values = read_.values.find(std::string{every_target});
        const Expansion expansion{
            .manifest = manifest,
            .files = files_,
            .references = {.values = values == read_.values.end() ? nullptr : &values->second,
                           .secrets = &secrets_,
                           .vault = &context_.vault,
                           .target = target},
            .target = context_.settings.targets.at(target),
            .installation = context_.settings.installation,
            .may_address = [this](const std::string& other) {
                return context_.settings.targets.contains(other) && may_address(other);
            }};
        Expanded expanded = expander->second(expansion);
        std::ranges::move(expanded.findings, std::back_inserter(parts_.findings[target]));
        std::ranges::move(expanded.told, std::back_inserter(parts_.told[target]));
        for (Declared& declared : expanded.resources) {
            complete(declared, manifest, loaded_.commit);
            declared.digest = early_digest(declared.spec, context_.vault);
            parts_.resources[target].push_back(std::move(declared));
        }
    }

    void finish(const std::string& target) {
        TargetLoad& load = loaded_.targets[target];
        load.findings = std::move(parts_.findings[target]);
        load.files = files_of(target);
        if (has_errors(load.findings)) return;
        DesiredState state{.target = target, .commit = loaded_.commit, .resources = {}};
        state.resources = std::move(parts_.resources[target]);
        state.told = std::move(parts_.told[target]);
        for (const Manifest& manifest : parts_.manifests) {
            if (manifest.target == target) state.manifests.push_back(manifest.key());
        }
        load.desired = Complete<DesiredState>::vouched(std::move(state));
    }

    /// Those with a manifest for it; one that cannot be read now counts if it had one before.
    std::vector<std::string> files_of(const std::string& target) {
        std::set<std::string> files;
        for (const std::string& from : {target, std::string{every_target}}) {
            const auto found = read_.files_of.find(from);
            if (found != read_.files_of.end())
                files.insert(found->second.begin(), found->second.end());
        }
        const auto before = context_.addressed_before.find(target);
        if (before != context_.addressed_before.end()) {
            for (const std::string& file : read_.unparsed_files) {
                const auto& known = before->second;
                if (std::ranges::find(known, file) != known.end()) files.insert(file);
            }
        }
        return {files.begin(), files.end()};
    }

    const Files& files_;
    const LoadContext& context_;
    ManifestSecrets secrets_;
    Manifests read_;
    std::set<std::string> ours_;
    CommitParts parts_;
    Loaded loaded_;
};

}  // namespace

Loaded load(const Files& files, const LoadContext& context) {
    return Loader{files, context}.load();
}

}  // namespace driftless
