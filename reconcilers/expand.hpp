#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "config/desired_state.hpp"
#include "config/manifest.hpp"
#include "config/settings.hpp"
#include "reconcilers/live.hpp"

namespace driftless {

/// What a manifest is expanded with. References to what outlives the call.
struct Expansion {
    const Manifest& manifest;  ///< references are not resolved yet
    const Files& files;
    References references;
    const TargetSettings& target;
    std::string installation;
    /// Whether the source may address that target, and there is one.
    std::function<bool(const std::string&)> may_address = nullptr;
};

struct Expanded {
    std::vector<Declared> resources;
    Findings findings;
    std::vector<std::string> told = {};  ///< see DesiredState
};

/// From a manifest to its resources. Pure, save for reading files of the commit and secrets.
using Expander = std::function<Expanded(const Expansion&)>;
using Expanders = std::map<std::string, Expander>;  ///< by manifest kind

/// What a commit wants of one target, or why that cannot be told.
struct TargetLoad {
    std::optional<Complete<DesiredState>> desired;  ///< none when there is an error
    Findings findings;
    std::vector<std::string> files = {};  ///< those with a manifest for it, readable or not
};

/// A commit, taken target by target.
struct Loaded {
    std::string commit;
    std::map<std::string, TargetLoad> targets;  ///< every target of the settings that is addressed
    Findings unparsed;                          ///< files that could not be read at all
    std::vector<std::string> unparsed_files;
    std::vector<Finding> elsewhere;  ///< manifests for targets that this daemon doesn't have
    bool empty = false;              ///< no manifest at all
};

struct LoadContext {
    const Settings& settings;
    const Expanders& expanders;
    const Secrets& secrets;
    Vault& vault;
    std::vector<std::string> targets;  ///< which the source may address; empty: all
    /// For unparsed files: the targets that such a file addressed before.
    std::map<std::string, std::vector<std::string>> addressed_before;
};

/// Manifests, expanded and checked across files: duplicates with both places, references to
/// nothing, claims made twice, cycles. An error holds back its own target only.
Loaded load(const Files& files, const LoadContext& context);

}  // namespace driftless
